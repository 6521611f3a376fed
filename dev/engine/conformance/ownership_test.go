package conformance

import (
	"context"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// scaleTo sets the replicas as `kubectl scale` does: through the subresource, under a name of its own.
func scaleTo(t *testing.T, namespace, name string, replicas int32) {
	t.Helper()
	sets := cluster.client.AppsV1().StatefulSets(namespace)
	current, err := sets.GetScale(context.Background(), name, metav1.GetOptions{})
	require.NoError(t, err)
	_, err = sets.UpdateScale(context.Background(), name, &autoscalingv1.Scale{
		ObjectMeta: current.ObjectMeta, Spec: autoscalingv1.ScaleSpec{Replicas: replicas},
	}, metav1.UpdateOptions{FieldManager: "kubectl"})
	require.NoError(t, err)
}

func TestFieldOfAnotherOwnerIsAConflictUnlessForced(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	runPods(t, s.namespace)
	with := func(replicas int, force string) program {
		return statefulSet(func() pulumi.Map {
			return workload(replicas, pulumi.Map{"pulumi.com/patchForce": pulumi.String(force)}, nil)
		})
	}
	s.mustUp(with(1, "false"))
	s.mustUp(with(2, "false"))
	scaleTo(t, s.namespace, "w", 1)

	r := s.up(with(3, "false"))
	require.Error(t, r.err)
	r.says(t, "Server-Side Apply field conflict detected", ".spec.replicas")

	s.mustUp(with(3, "true"))
	set, err := cluster.client.AppsV1().StatefulSets(s.namespace).Get(context.Background(), "w", metav1.GetOptions{})
	require.NoError(t, err)
	require.EqualValues(t, 3, *set.Spec.Replicas)
	for _, entry := range set.ManagedFields {
		require.NotEqual(t, "scale", entry.Subresource, "the foreign owner of the replicas is gone")
	}
}

// The provider creates by server-side apply, so what is there is taken over without a word: the program's guard must look before.
func TestAnObjectThatExistsAlreadyIsTakenOver(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	maps := cluster.client.CoreV1().ConfigMaps(s.namespace)
	_, err := maps.Create(context.Background(), &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: "conf"}, Data: map[string]string{"other": "theirs"},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
	with := func(p *objects) error {
		_, err := p.add("core/v1:ConfigMap", "conf", configMap("conf", "ours"))
		return err
	}
	r := s.preview(with)
	require.NoError(t, r.err, r.out)
	s.mustUp(with)
	live, err := maps.Get(context.Background(), "conf", metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"other": "theirs", "key": "ours"}, live.Data)
	s.unchanged(with)
}

func TestIgnoredFieldIsLeftToItsOwner(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	runPods(t, s.namespace)
	with := func(replicas int, image string) program {
		return statefulSet(func() pulumi.Map {
			fields := workload(replicas, nil, nil)
			fields["metadata"].(pulumi.Map)["labels"] = pulumi.Map{"image": pulumi.String(image)}
			return fields
		}, pulumi.IgnoreChanges([]string{"spec.replicas"}))
	}
	s.mustUp(with(1, "a"))
	scaleTo(t, s.namespace, "w", 2)
	s.unchanged(with(3, "a"))
	s.mustUp(with(3, "b"))
	set, err := cluster.client.AppsV1().StatefulSets(s.namespace).Get(context.Background(), "w", metav1.GetOptions{})
	require.NoError(t, err)
	require.EqualValues(t, 2, *set.Spec.Replicas)
	require.Equal(t, "b", set.Labels["image"])
}

func TestDriftShowsAfterARefresh(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	s.settings["enableConfigMapMutable"] = pulumi.Bool(true)
	with := func(p *objects) error {
		_, err := p.add("core/v1:ConfigMap", "conf", configMap("conf", "ours"))
		return err
	}
	s.mustUp(with)
	maps := cluster.client.CoreV1().ConfigMaps(s.namespace)
	_, err := maps.Patch(context.Background(), "conf", types.MergePatchType,
		[]byte(`{"data":{"key":"theirs"}}`), metav1.PatchOptions{FieldManager: "kubectl-edit"})
	require.NoError(t, err)
	s.unchanged(with)
	r := s.refresh()
	require.NoError(t, r.err, r.out)
	preview := s.preview(with)
	preview.says(t, `"theirs" => "ours"`)

	require.NoError(t, maps.Delete(context.Background(), "conf", metav1.DeleteOptions{}))
	r = s.refresh()
	require.NoError(t, r.err, r.out)
	preview = s.preview(with)
	require.Equal(t, 1, preview.changes["create"], preview.out)
}
