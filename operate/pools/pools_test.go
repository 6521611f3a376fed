package pools

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

func TestNotesLiveOnTheClaims(t *testing.T) {
	claim := &corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Name: "datadir-neo4j-3", Namespace: "graph", Annotations: map[string]string{"other": "stays"}}}
	k := Objects{fake.NewClientset(claim), "graph"}
	m := plan.Plan{Name: "neo4j", Namespace: "graph", Spec: neo4j.Spec{Release: neo4j.MustRelease("5.26.30"), Primaries: 4}}.Topology().Members[3]
	id, err := k.Identity(t.Context(), m)
	require.NoError(t, err)
	assert.Empty(t, id)
	require.NoError(t, k.Note(t.Context(), m, "5e7e"))
	id, err = k.Identity(t.Context(), m)
	require.NoError(t, err)
	assert.Equal(t, "5e7e", id)
	found, err := k.Client.CoreV1().PersistentVolumeClaims("graph").Get(t.Context(), claim.Name, metav1.GetOptions{})
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"other": "stays", plan.LeftAs: "5e7e"}, found.Annotations)

	t.Run("a claim that goes makes room for a new one", func(t *testing.T) {
		now := metav1.Now()
		going := found.DeepCopy()
		going.DeletionTimestamp, going.Finalizers = &now, []string{"kubernetes.io/pvc-protection"}
		id, err := Objects{fake.NewClientset(going), "graph"}.Identity(t.Context(), m)
		require.NoError(t, err)
		assert.Empty(t, id)
	})
	t.Run("no claim, no pool", func(t *testing.T) {
		empty := Objects{fake.NewClientset(), "graph"}
		require.NoError(t, empty.Note(t.Context(), m, "5e7e"))
		id, err := empty.Identity(t.Context(), m)
		require.NoError(t, err)
		assert.Empty(t, id)
		n, err := empty.Replicas(t.Context(), "neo4j")
		require.NoError(t, err)
		assert.Zero(t, n)
		left, _, err := empty.Ending(t.Context(), "neo4j-3")
		require.NoError(t, err)
		assert.Empty(t, left)
	})
}
