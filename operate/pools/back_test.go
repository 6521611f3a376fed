package pools

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

func four() []neo4j.Member {
	return plan.Plan{Name: "neo4j", Namespace: "graph", Spec: neo4j.Spec{Release: neo4j.MustRelease("5.26.30"), Primaries: 4}}.Topology().Members
}

func noted(name, id string) *corev1.PersistentVolumeClaim {
	c := &corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "graph", UID: "claim"}}
	if id != "" {
		c.Annotations = map[string]string{"other": "stays", plan.LeftAs: id}
	}
	return c
}

func TestNotesAreFoundAndTakenAway(t *testing.T) {
	now, going := metav1.Now(), noted("datadir-neo4j-2", "going")
	going.DeletionTimestamp, going.Finalizers = &now, []string{"kubernetes.io/pvc-protection"}
	k := Objects{fake.NewClientset(noted("datadir-neo4j-3", "5e7e"), going, noted("datadir-neo4j-1", ""), noted("datadir-neo4j-9", "gone")), "graph"}
	found, err := k.Noted(t.Context(), four())
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"neo4j-3": "5e7e", "neo4j-2": "going"}, found, "a claim that waits for its pod's end is still its member's")
	require.NoError(t, k.Clear(t.Context(), four()[3]))
	claim, err := k.Client.CoreV1().PersistentVolumeClaims("graph").Get(t.Context(), "datadir-neo4j-3", metav1.GetOptions{})
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"other": "stays"}, claim.Annotations)
	require.NoError(t, Objects{fake.NewClientset(), "graph"}.Clear(t.Context(), four()[3]))
}

func TestAMemberStartsAnewOnlyFromTheClaimThatWasMeant(t *testing.T) {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "neo4j-3", Namespace: "graph", UID: "pod"}}
	there := func(k Objects) (claim, pod bool) {
		_, err := k.Client.CoreV1().PersistentVolumeClaims("graph").Get(t.Context(), "datadir-neo4j-3", metav1.GetOptions{})
		_, podErr := k.Client.CoreV1().Pods("graph").Get(t.Context(), "neo4j-3", metav1.GetOptions{})
		return !apierrors.IsNotFound(err), !apierrors.IsNotFound(podErr)
	}
	k := Objects{fake.NewClientset(noted("datadir-neo4j-3", "5e7e"), pod), "graph"}
	require.NoError(t, k.Renew(t.Context(), four()[3], "another"))
	claim, runs := there(k)
	assert.True(t, claim && runs, "it is another claim by now")
	require.NoError(t, k.Renew(t.Context(), four()[3], "5e7e"))
	claim, runs = there(k)
	assert.False(t, claim || runs)
	require.NoError(t, k.Renew(t.Context(), four()[3], "5e7e"), "once more finds nothing to do")

	t.Run("killed between the claim and the pod", func(t *testing.T) {
		now, going := metav1.Now(), noted("datadir-neo4j-3", "5e7e")
		going.DeletionTimestamp, going.Finalizers = &now, []string{"kubernetes.io/pvc-protection"}
		k := Objects{fake.NewClientset(going, pod), "graph"}
		require.NoError(t, k.Renew(t.Context(), four()[3], "5e7e"))
		claim, runs := there(k)
		assert.True(t, claim, "Kubernetes deletes it when its pod has ended")
		assert.False(t, runs)
	})
}

func TestWhoMadeAPoolSmaller(t *testing.T) {
	written := func(by, fields string) Objects {
		return Objects{fake.NewClientset(&appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Name: "neo4j", Namespace: "graph", ManagedFields: []metav1.ManagedFieldsEntry{
			{Manager: "pulumi", Operation: metav1.ManagedFieldsOperationApply, FieldsV1: &metav1.FieldsV1{Raw: []byte(`{"f:spec":{"f:template":{}}}`)}},
			{Manager: by, Operation: metav1.ManagedFieldsOperationUpdate, Subresource: "scale", FieldsV1: &metav1.FieldsV1{Raw: []byte(fields)}},
		}}}), "graph"}
	}
	for _, c := range []struct {
		by, fields string
		want       bool
	}{{manager, `{"f:spec":{"f:replicas":{}}}`, true}, {"kubectl", `{"f:spec":{"f:replicas":{}}}`, false}, {manager, `{"f:metadata":{}}`, false}} {
		ours, err := written(c.by, c.fields).ScaledIn(t.Context(), "neo4j")
		require.NoError(t, err)
		assert.Equal(t, c.want, ours, c)
	}
	ours, err := Objects{fake.NewClientset(), "graph"}.ScaledIn(t.Context(), "neo4j")
	require.NoError(t, err)
	assert.False(t, ours)
}
