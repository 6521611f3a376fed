package place

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/fake"
	k8stesting "k8s.io/client-go/testing"

	"neo4j-kubernetes/plan"
)

// pod is a member's, of a revision of its StatefulSet.
func pod(name, revision string) *corev1.Pod {
	p := &corev1.Pod{ObjectMeta: meta(name, nil)}
	p.Labels = plan.Selector("neo4j")
	p.Labels[appsv1.StatefulSetRevisionLabel] = revision
	return p
}

// set is the primaries' StatefulSet at a generation of which its controller has seen one.
func set(generation, seen int64) *appsv1.StatefulSet {
	s := &appsv1.StatefulSet{ObjectMeta: meta("neo4j", nil), Spec: appsv1.StatefulSetSpec{Replicas: new(int32(3))}}
	s.Generation = generation
	s.Status = appsv1.StatefulSetStatus{ObservedGeneration: seen, UpdateRevision: "neo4j-2"}
	return s
}

// Members of an earlier plan are those whose pods are of another revision than their StatefulSet's present one, where that is known.
func TestWhoIsOfAnEarlierPlan(t *testing.T) {
	ending := pod("neo4j-2", "neo4j-1")
	ending.DeletionTimestamp, ending.Finalizers = &metav1.Time{}, []string{"a/b"}
	members := []runtime.Object{system(), pod("neo4j-0", "neo4j-1"), pod("neo4j-1", "neo4j-2"), ending, pod("neo4j-7", "neo4j-1")}
	for name, c := range map[string]struct {
		set  *appsv1.StatefulSet
		want []string
	}{
		"the last change was seen":     {set(2, 2), []string{"neo4j-0", "neo4j-2"}},
		"the last change was not seen": {set(2, 1), nil},
	} {
		found, err := Look(t.Context(), fake.NewClientset(append([]runtime.Object{c.set}, members...)...), planned())
		require.NoError(t, err)
		assert.Equal(t, c.want, found.Outdated, name)
	}
}

func TestWhoMayNotReadPodsIsToldOfNone(t *testing.T) {
	for err, want := range map[error]string{
		apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, "", nil): "",
		errors.New("no route"): "pods in graph: no route",
	} {
		client := fake.NewClientset(system(), set(1, 1), pod("neo4j-0", "neo4j-1"))
		client.PrependReactor("list", "pods", func(k8stesting.Action) (bool, runtime.Object, error) { return true, nil, err })
		found, got := Look(t.Context(), client, planned())
		if want == "" {
			require.NoError(t, got)
			assert.Empty(t, found.Outdated)
			continue
		}
		assert.EqualError(t, got, want)
	}
}

// What members of an earlier plan are of tells whether a change of release can be taken back, and which steps of discovery are there.
func TestWhatMembersOfAnEarlierPlanAreOf(t *testing.T) {
	spec := func(image, conf string) corev1.PodSpec {
		return corev1.PodSpec{
			Containers: []corev1.Container{{Name: plan.ServerContainer, Image: image}},
			Volumes: []corev1.Volume{{Name: "conf", VolumeSource: corev1.VolumeSource{
				ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: conf}},
			}}},
		}
	}
	s := set(1, 1)
	s.Spec.Template.Spec = spec("neo4j:5.26.99", "new")
	first, second, third := pod("neo4j-0", "neo4j-1"), pod("neo4j-1", "neo4j-1"), pod("neo4j-2", "neo4j-2")
	first.Spec, second.Spec, third.Spec = spec("neo4j:5.26.30", "old"), spec("neo4j:5.26.99", "gone"), spec("neo4j:5.26.99", "new")
	old := &corev1.ConfigMap{ObjectMeta: meta("old", nil), Data: map[string]string{"neo4j.conf": "# discovery\ndbms.cluster.discovery.version=V1_ONLY\n"}}
	server := func(state corev1.ContainerState, restarts int32) *corev1.Pod {
		p := third.DeepCopy()
		p.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: plan.ServerContainer, State: state, RestartCount: restarts}}
		return p
	}
	waiting := corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ImagePullBackOff"}}
	for name, c := range map[string]struct {
		third     runtime.Object
		unstarted bool
	}{
		"waits for its image":   {server(waiting, 0), true},
		"was never looked at":   {third, true},
		"runs":                  {server(corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}, 0), false},
		"has ended":             {server(corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{}}, 0), false},
		"waits to run again":    {server(waiting, 1), false},
		"is not there just now": {pod("neo4j-7", "neo4j-2"), false},
	} {
		found, err := Look(t.Context(), fake.NewClientset(system(), s, old, first, second, c.third), planned())
		require.NoError(t, err)
		assert.Equal(t, []string{"neo4j-0", "neo4j-1"}, found.Outdated, name)
		assert.Equal(t, map[string]string{"neo4j-0": "neo4j:5.26.30"}, found.Earlier, name)
		assert.Equal(t, map[string]string{"neo4j-0": "V1_ONLY"}, found.Speaks, name)
		assert.Equal(t, c.unstarted, found.Unstarted, name)
	}
}
