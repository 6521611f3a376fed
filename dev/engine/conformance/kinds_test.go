package conformance

import (
	"context"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Kinds come from discovery, so one of each API group that the program uses stands for all. None of
// them waits for anything, and all of them are the same when read back.
func TestKindsOfManyGroups(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	with := func(p *objects) error {
		selector := func() pulumi.Map { return pulumi.Map{"matchLabels": pulumi.Map{"app": pulumi.String("w")}} }
		for kind, fields := range map[string]pulumi.Map{
			"policy/v1:PodDisruptionBudget": {"spec": pulumi.Map{"minAvailable": pulumi.Int(2), "selector": selector()}},
			"networking.k8s.io/v1:NetworkPolicy": {"spec": pulumi.Map{
				"podSelector": selector(), "policyTypes": pulumi.Array{pulumi.String("Ingress")},
				"ingress": pulumi.Array{pulumi.Map{"ports": pulumi.Array{
					pulumi.Map{"port": pulumi.Int(7687), "protocol": pulumi.String("TCP")}}}},
			}},
			"rbac.authorization.k8s.io/v1:Role": {"rules": pulumi.Array{pulumi.Map{
				"apiGroups": pulumi.Array{pulumi.String("")}, "resources": pulumi.Array{pulumi.String("pods")},
				"verbs": pulumi.Array{pulumi.String("get")}}}},
			"core/v1:ServiceAccount":       {"automountServiceAccountToken": pulumi.Bool(false)},
			"coordination.k8s.io/v1:Lease": {"spec": pulumi.Map{"holderIdentity": pulumi.String("me")}},
		} {
			if _, err := p.add(kind, "one", fields); err != nil {
				return err
			}
		}
		return nil
	}
	started := time.Now()
	s.mustUp(with)
	require.Less(t, time.Since(started), 20*time.Second)
	s.unchanged(with)
	require.NoError(t, s.refresh().err)
	s.unchanged(with)
	down := s.destroy()
	require.NoError(t, down.err, down.out)
}

func deployment(version string) program {
	return func(p *objects) error {
		labels := pulumi.Map{"app": pulumi.String("d")}
		_, err := p.add("apps/v1:Deployment", "d", pulumi.Map{"spec": pulumi.Map{
			"replicas": pulumi.Int(2), "selector": pulumi.Map{"matchLabels": labels},
			"template": pulumi.Map{
				"metadata": pulumi.Map{"labels": labels, "annotations": pulumi.Map{"v": pulumi.String(version)}},
				"spec": pulumi.Map{"containers": pulumi.Array{
					pulumi.Map{"name": pulumi.String("c"), "image": pulumi.String("none")}}},
			},
		}})
		return err
	}
}

func TestDeploymentIsAwaited(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	runPods(t, s.namespace)
	s.mustUp(deployment("1")).says(t, "[1/2] Waiting for app ReplicaSet be available (0/2 Pods available)")
	s.mustUp(deployment("2"))
	list, err := cluster.client.AppsV1().Deployments(s.namespace).List(context.Background(), metav1.ListOptions{})
	require.NoError(t, err)
	status := list.Items[0].Status
	require.EqualValues(t, 2, status.UpdatedReplicas)
	require.EqualValues(t, 2, status.AvailableReplicas)
	require.EqualValues(t, 2, status.Replicas)
	s.unchanged(deployment("2"))
}

func TestClientSideApply(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	s.settings["enableServerSideApply"] = pulumi.Bool(false)
	s.settings["enableConfigMapMutable"] = pulumi.Bool(true)
	with := func(data pulumi.Map) program {
		return func(p *objects) error {
			_, err := p.add("core/v1:ConfigMap", "conf", pulumi.Map{
				"metadata": pulumi.Map{"name": pulumi.String("conf")}, "data": data})
			return err
		}
	}
	s.mustUp(with(pulumi.Map{"a": pulumi.String("1"), "b": pulumi.String("1")}))
	s.mustUp(with(pulumi.Map{"a": pulumi.String("2")}))
	live, err := cluster.client.CoreV1().ConfigMaps(s.namespace).Get(context.Background(), "conf", metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"a": "2"}, live.Data)
	require.Equal(t, "pulumi", live.Labels["app.kubernetes.io/managed-by"])
	s.unchanged(with(pulumi.Map{"a": pulumi.String("2")}))
}

func TestVolumeIsAwaited(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	with := func(path string) program {
		return func(p *objects) error {
			_, err := p.addAsIs("core/v1:PersistentVolume", "v", pulumi.Map{
				"metadata": pulumi.Map{"name": pulumi.String(s.namespace)},
				"spec": pulumi.Map{
					"accessModes": pulumi.Array{pulumi.String("ReadWriteOnce")},
					"capacity":    pulumi.Map{"storage": pulumi.String("1Gi")},
					"hostPath":    pulumi.Map{"path": pulumi.String(path)},
				},
			})
			return err
		}
	}
	s.mustUp(with("/data/a"))
	volume, err := cluster.client.CoreV1().PersistentVolumes().Get(context.Background(), s.namespace, metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, corev1.VolumeAvailable, volume.Status.Phase)
	require.Equal(t, 1, s.preview(with("/data/b")).changes["replace"])
	down := s.destroy()
	require.NoError(t, down.err, down.out)
}

// A refresh that finds an object no longer ready says so, and the next update waits for it again.
func TestRefreshNoticesWhatIsNoLongerReady(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	runPods(t, s.namespace)
	with := statefulSet(func() pulumi.Map { return workload(2, nil, nil) })
	s.mustUp(with)
	pods := cluster.client.CoreV1().Pods(s.namespace)
	_, err := pods.Patch(context.Background(), "w-1", types.StrategicMergePatchType,
		[]byte(`{"status":{"conditions":[{"type":"Ready","status":"False","message":"fell ill"}]}}`),
		metav1.PatchOptions{}, "status")
	require.NoError(t, err)
	sets := cluster.client.AppsV1().StatefulSets(s.namespace)
	eventually(t, 20*time.Second, "the StatefulSet to notice", func() bool {
		set, err := sets.Get(context.Background(), "w", metav1.GetOptions{})
		return err == nil && set.Status.ReadyReplicas == 1
	})
	r := s.refresh()
	r.says(t, "1 out of 2 replicas succeeded readiness checks", "fell ill")
	require.Contains(t, s.checkpoint(), `"initErrors"`)

	require.NoError(t, pods.Delete(context.Background(), "w-1", metav1.DeleteOptions{}))
	s.mustUp(with)
	require.NotContains(t, s.checkpoint(), `"initErrors"`)
}
