package conformance

import (
	"context"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestStatefulSetIsAwaitedWithProgress(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	runPods(t, s.namespace)
	with := func(replicas int, version string) program {
		return func(p *objects) error {
			fields := workload(replicas, nil, nil)
			template := fields["spec"].(pulumi.Map)["template"].(pulumi.Map)
			template["metadata"].(pulumi.Map)["annotations"] = pulumi.Map{"v": pulumi.String(version)}
			o, err := p.add("apps/v1:StatefulSet", "w", fields)
			p.Export("ready", o.Status.MapIndex(pulumi.String("readyReplicas")))
			return err
		}
	}
	r := s.mustUp(with(3, "1"))
	r.says(t, "[1/2] Waiting for StatefulSet to create Pods (0/3 Pods ready)")
	require.EqualValues(t, 3, s.output("ready"))

	r = s.mustUp(with(3, "2"))
	r.says(t, "[1/3] Waiting for StatefulSet update to roll out")
	set, err := cluster.client.AppsV1().StatefulSets(s.namespace).Get(context.Background(), "w", metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, set.Status.CurrentRevision, set.Status.UpdateRevision)

	s.mustUp(with(5, "2"))
	require.EqualValues(t, 5, s.output("ready"))
	s.mustUp(with(3, "2"))
	require.EqualValues(t, 3, s.output("ready"))
	s.unchanged(with(3, "2"))
}

func TestTimedOutWaitIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	with := statefulSet(func() pulumi.Map { return workload(1, nil, nil) },
		pulumi.Timeouts(&pulumi.CustomTimeouts{Create: "2s", Update: "20s"}))
	r := s.up(with)
	require.Error(t, r.err)
	r.says(t, "'w' timed out waiting to be Ready", "0 out of 1 replicas succeeded readiness checks",
		"was successfully created, but")
	require.Contains(t, s.checkpoint(), `"initErrors"`)

	runPods(t, s.namespace)
	again := s.mustUp(with)
	require.Equal(t, 1, again.changes["update"], again.out)
	require.NotContains(t, s.checkpoint(), `"initErrors"`)
	s.unchanged(with)
}

func TestUnreadyPodIsExplained(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	runPods(t, s.namespace)
	r := s.up(statefulSet(func() pulumi.Map {
		fields := workload(1, pulumi.Map{"pulumi.com/timeoutSeconds": pulumi.String("13")}, nil)
		template := fields["spec"].(pulumi.Map)["template"].(pulumi.Map)
		template["metadata"].(pulumi.Map)["annotations"] = pulumi.Map{unreadyAnnotation: pulumi.String("yes")}
		return fields
	}))
	require.Error(t, r.err)
	r.says(t, "[Pod "+s.namespace+"/w-0]", "CrashLoopBackOff", "exit code 3")
}

func TestSkipAwait(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	started := time.Now()
	s.mustUp(statefulSet(func() pulumi.Map {
		return workload(1, pulumi.Map{"pulumi.com/skipAwait": pulumi.String("true")}, nil)
	}))
	require.Less(t, time.Since(started), 20*time.Second)
}

func TestServiceWaitsForItsEndpoints(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	with := func(p *objects) error {
		_, err := p.add("core/v1:Service", "web", pulumi.Map{
			"metadata": pulumi.Map{"name": pulumi.String("web")},
			"spec": pulumi.Map{"selector": pulumi.Map{"app": pulumi.String("w")},
				"ports": pulumi.Array{pulumi.Map{"port": pulumi.Int(80)}}},
		})
		return err
	}
	// The controller of endpoints wants to know the node of a pod.
	_, err := cluster.client.CoreV1().Nodes().Create(context.Background(),
		&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: s.namespace}}, metav1.CreateOptions{})
	require.NoError(t, err)
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "one", Labels: map[string]string{"app": "w"}},
		Spec: corev1.PodSpec{
			NodeName: s.namespace, Containers: []corev1.Container{{Name: "c", Image: "none"}},
			TerminationGracePeriodSeconds: new(int64),
		},
	}
	_, err = cluster.client.CoreV1().Pods(s.namespace).Create(context.Background(), pod, metav1.CreateOptions{})
	require.NoError(t, err)
	go func() { time.Sleep(4 * time.Second); startPods(context.Background(), s.namespace) }()
	started := time.Now()
	r := s.mustUp(with)
	r.says(t, "[1/3] Finding Pods to direct traffic to")
	slices, err := cluster.client.DiscoveryV1().EndpointSlices(s.namespace).List(context.Background(),
		metav1.ListOptions{LabelSelector: discoveryv1.LabelServiceName + "=web"})
	require.NoError(t, err)
	require.NotEmpty(t, slices.Items[0].Endpoints)
	require.Less(t, time.Since(started), 12*time.Second, "no settling where an endpoint is ready")
}

func TestHeadlessServiceWaitsForNothing(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	started := time.Now()
	s.mustUp(func(p *objects) error {
		_, err := p.add("core/v1:Service", "peers", pulumi.Map{"spec": pulumi.Map{
			"clusterIP": pulumi.String("None"), "selector": pulumi.Map{"app": pulumi.String("none")},
		}})
		return err
	})
	require.Less(t, time.Since(started), 9*time.Second)
}

func TestClaimsAwaitTheirBinding(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	classes := map[string]storagev1.VolumeBindingMode{
		s.namespace + "-later": storagev1.VolumeBindingWaitForFirstConsumer,
		s.namespace + "-now":   storagev1.VolumeBindingImmediate,
	}
	for name, mode := range classes {
		_, err := cluster.client.StorageV1().StorageClasses().Create(context.Background(), &storagev1.StorageClass{
			ObjectMeta: metav1.ObjectMeta{Name: name}, Provisioner: "x.test/none", VolumeBindingMode: &mode,
		}, metav1.CreateOptions{})
		require.NoError(t, err)
	}
	with := func(class string) program {
		return func(p *objects) error {
			_, err := p.add("core/v1:PersistentVolumeClaim", "c", pulumi.Map{"spec": pulumi.Map{
				"accessModes": pulumi.Array{pulumi.String("ReadWriteOnce")}, "storageClassName": pulumi.String(class),
				"resources": pulumi.Map{"requests": pulumi.Map{"storage": pulumi.String("1Gi")}},
			}}, pulumi.Timeouts(&pulumi.CustomTimeouts{Create: "3s"}))
			return err
		}
	}
	s.mustUp(with(s.namespace + "-later"))
	down := s.destroy()
	require.NoError(t, down.err, down.out)
	r := s.up(with(s.namespace + "-now"))
	require.Error(t, r.err)
	r.says(t, "the claim is not bound to a volume")
}

func TestProgramsOwnCondition(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	with := func(path string) program {
		return func(p *objects) error {
			fields := configMap("conf", "one")
			fields["metadata"].(pulumi.Map)["annotations"] = pulumi.Map{"pulumi.com/waitFor": pulumi.String(path)}
			_, err := p.add("core/v1:ConfigMap", "conf", fields,
				pulumi.Timeouts(&pulumi.CustomTimeouts{Create: "2s", Update: "2s"}))
			return err
		}
	}
	s.mustUp(with("jsonpath={.data.key}=one"))
	r := s.up(with("jsonpath={.data.key}=two"))
	require.Error(t, r.err)
	r.says(t, "jsonpath={.data.key}=two does not hold")
	r = s.up(with("readyness"))
	require.Error(t, r.err)
	r.says(t, `expected a "jsonpath=" or "condition=" prefix`)
}
