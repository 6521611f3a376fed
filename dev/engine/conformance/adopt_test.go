package conformance

import (
	"context"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func made(t *testing.T, s *stack, name string) *corev1.ConfigMap {
	t.Helper()
	o, err := cluster.client.CoreV1().ConfigMaps(s.namespace).Create(context.Background(), &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: name}, Data: map[string]string{"key": "theirs"},
	}, metav1.CreateOptions{FieldManager: "kubectl-create"})
	require.NoError(t, err)
	return o
}

func TestImport(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	s.settings["enableConfigMapMutable"] = pulumi.Bool(true)
	before := made(t, s, "conf")
	with := func(value string, opts ...pulumi.ResourceOption) program {
		return func(p *objects) error {
			_, err := p.add("core/v1:ConfigMap", "conf", configMap("conf", value), opts...)
			return err
		}
	}
	r := s.mustUp(with("theirs", pulumi.Import(pulumi.ID(s.namespace+"/conf"))))
	r.says(t, "import")
	s.unchanged(with("theirs"))
	s.mustUp(with("ours"))
	after, err := cluster.client.CoreV1().ConfigMaps(s.namespace).Get(context.Background(), "conf", metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, before.UID, after.UID)
	require.Equal(t, "ours", after.Data["key"])
}

func TestReadOfAnObjectThatIsNotOurs(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	made(t, s, "conf")
	with := func(p *objects) error {
		o := &object{}
		err := p.ReadResource("kubernetes:core/v1:ConfigMap", "conf", pulumi.ID(s.namespace+"/conf"), nil, o,
			pulumi.Provider(p.provider), pulumi.Version("4.25.0"))
		p.Export("name", o.Metadata.MapIndex(pulumi.String("name")))
		return err
	}
	s.mustUp(with)
	require.Equal(t, "conf", s.output("name"))
	down := s.destroy()
	require.NoError(t, down.err, down.out)
	_, err := cluster.client.CoreV1().ConfigMaps(s.namespace).Get(context.Background(), "conf", metav1.GetOptions{})
	require.NoError(t, err, "what was only read is not deleted")
}

func TestRetainedAndProtected(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	with := func(opts ...pulumi.ResourceOption) program {
		return func(p *objects) error {
			_, err := p.add("core/v1:ConfigMap", "conf", configMap("conf", "one"), opts...)
			return err
		}
	}
	s.mustUp(with(pulumi.Protect(true)))
	r := s.destroy()
	require.Error(t, r.err)
	r.says(t, "protect")
	s.mustUp(with(pulumi.Protect(false), pulumi.RetainOnDelete(true)))
	r = s.destroy()
	require.NoError(t, r.err, r.out)
	_, err := cluster.client.CoreV1().ConfigMaps(s.namespace).Get(context.Background(), "conf", metav1.GetOptions{})
	require.NoError(t, err)
}

func TestDeleteOfWhatIsGoneAlready(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	s.mustUp(func(p *objects) error {
		_, err := p.add("core/v1:ConfigMap", "conf", configMap("conf", "one"))
		return err
	})
	maps := cluster.client.CoreV1().ConfigMaps(s.namespace)
	require.NoError(t, maps.Delete(context.Background(), "conf", metav1.DeleteOptions{}))
	r := s.destroy()
	require.NoError(t, r.err, r.out)
}

func TestDeletionIsAwaitedAndExplained(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	with := func(p *objects) error {
		fields := configMap("conf", "one")
		fields["metadata"].(pulumi.Map)["finalizers"] = pulumi.Array{pulumi.String("x.test/held")}
		_, err := p.add("core/v1:ConfigMap", "conf", fields, pulumi.Timeouts(&pulumi.CustomTimeouts{Delete: "3s"}))
		return err
	}
	s.mustUp(with)
	r := s.destroy()
	require.Error(t, r.err)
	r.says(t, "x.test/held")
	maps := cluster.client.CoreV1().ConfigMaps(s.namespace)
	live, err := maps.Get(context.Background(), "conf", metav1.GetOptions{})
	require.NoError(t, err)
	live.Finalizers = nil
	_, err = maps.Update(context.Background(), live, metav1.UpdateOptions{})
	require.NoError(t, err)
	r = s.destroy()
	require.NoError(t, r.err, r.out)
}

func TestStatefulSetIsGoneWithItsPodsOrWithoutThem(t *testing.T) {
	t.Parallel()
	for policy, podsLeft := range map[string]int{"foreground": 0, "orphan": 1} {
		s := newStack(t)
		runPods(t, s.namespace)
		s.mustUp(statefulSet(func() pulumi.Map {
			return workload(1, pulumi.Map{"pulumi.com/deletionPropagationPolicy": pulumi.String(policy)}, nil)
		}))
		r := s.destroy()
		require.NoError(t, r.err, r.out)
		_, err := cluster.client.AppsV1().StatefulSets(s.namespace).Get(context.Background(), "w", metav1.GetOptions{})
		require.True(t, apierrors.IsNotFound(err), "%s: %v", policy, err)
		pods, err := cluster.client.CoreV1().Pods(s.namespace).List(context.Background(), metav1.ListOptions{})
		require.NoError(t, err)
		require.Len(t, pods.Items, podsLeft, policy)
	}
}

func TestUnreachableClusterCanBeForgotten(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	with := func(p *objects) error {
		_, err := p.add("core/v1:ConfigMap", "conf", configMap("conf", "one"))
		return err
	}
	s.settings["clusterIdentifier"] = pulumi.String("same")
	s.mustUp(with)
	s.settings["kubeconfig"] = pulumi.String(kubeconfigText("https://127.0.0.1:1"))
	s.mustUp(with)
	r := s.destroy()
	require.Error(t, r.err)
	r.says(t, "PULUMI_K8S_DELETE_UNREACHABLE")
	s.settings["deleteUnreachable"] = pulumi.Bool(true)
	s.mustUp(with)
	r = s.destroy()
	require.NoError(t, r.err, r.out)
}

func TestAnotherClusterReplacesEverything(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	with := func(p *objects) error {
		_, err := p.add("core/v1:ConfigMap", "conf", configMap("conf", "one"))
		return err
	}
	s.settings["kubeconfig"] = pulumi.String(kubeconfigText("https://127.0.0.1:1"))
	s.settings["skipUpdateUnreachable"] = pulumi.Bool(false)
	s.mustUp(func(*objects) error { return nil })
	s.settings["kubeconfig"] = pulumi.String(kubeconfigText("https://127.0.0.1:2"))
	r := s.preview(with)
	require.NoError(t, r.err, r.out)
	require.Equal(t, 1, r.changes["replace"], r.out)
}
