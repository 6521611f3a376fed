package roll

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"

	"neo4j-kubernetes/operate"
)

// A member that Kubernetes cannot start is given up after a while, in Kubernetes' own words; the others are not touched.
func TestAReplacedMemberThatIsStuckStopsTheChange(t *testing.T) {
	const why = "it is not scheduled: 0/3 nodes are available: 3 Insufficient memory."
	w := newWorld(0)
	w.stuck = map[string]string{"neo4j-1": why}
	r := &rolling{pods: w, members: w, topology: w.topology, stuckFor: 50 * time.Millisecond}
	began := time.Now()
	err := operate.Run(t.Context(), r, operate.Options{Timeout: time.Minute, Pause: time.Millisecond})
	require.EqualError(t, err, "replacement of neo4j-1: neo4j-1 does not come up: "+why)
	assert.GreaterOrEqual(t, time.Since(began), 50*time.Millisecond)
	assert.Equal(t, []string{"neo4j-1"}, w.removed)

	// The next update replaces it at once where its plan is another, and gives it up as soon; one that it has not replaced may take its time.
	w.pods["neo4j-1"] = pod{uid: "neo4j-1-new", outdated: true, stuck: why}
	w.removed = nil
	s := w.starting()
	s.stuckFor = 50 * time.Millisecond
	err = operate.Run(t.Context(), s, operate.Options{Timeout: time.Minute, Pause: time.Millisecond})
	require.ErrorContains(t, err, "neo4j-1 does not come up: "+why)
	assert.Equal(t, []string{"neo4j-1"}, w.removed)

	s = w.starting()
	w.pods["neo4j-1"] = pod{uid: "neo4j-1-new", stuck: why, waits: why}
	err = operate.Run(t.Context(), s, operate.Options{Timeout: 100 * time.Millisecond, Pause: time.Millisecond})
	require.ErrorContains(t, err, "has not come up after 100ms: neo4j-1: "+why)
}

// A registry that does not give an image is asked again before the member is given up: also one that comes for the first time, or that an
// update before has left so.
func TestARegistryIsAskedAgain(t *testing.T) {
	const why = `container neo4j: ImagePullBackOff: Back-off pulling image "neo4j:none"`
	w := newWorld(0)
	w.unpulled = map[string]string{"neo4j-1": why}
	r := &rolling{pods: w, members: w, topology: w.topology, stuckFor: 50 * time.Millisecond}
	began := time.Now()
	err := operate.Run(t.Context(), r, operate.Options{Timeout: time.Minute, Pause: time.Millisecond})
	require.EqualError(t, err, "replacement of neo4j-1: neo4j-1 does not come up: "+why)
	assert.GreaterOrEqual(t, time.Since(began), 50*time.Millisecond)
	assert.Equal(t, []string{"neo4j-1"}, w.removed)

	s := w.starting()
	s.stuckFor = 50 * time.Millisecond
	began = time.Now()
	err = operate.Run(t.Context(), s, operate.Options{Timeout: time.Minute, Pause: time.Millisecond})
	require.EqualError(t, err, "start of members: neo4j-1 does not come up: "+why)
	assert.GreaterOrEqual(t, time.Since(began), 50*time.Millisecond)

	w.again = map[string]int{"neo4j-1": w.looked + 4}
	w.pods["neo4j-1"] = pod{uid: "neo4j-1-new", runs: true, unpulled: why}
	s = w.starting()
	s.stuckFor = time.Minute
	require.NoError(t, operate.Run(t.Context(), s, operate.Options{Timeout: time.Minute, Pause: time.Millisecond}), "it answers at last")
}

func TestWhatTheKubeletSaysOfAnImage(t *testing.T) {
	for reason, waits := range map[string]bool{"ErrImagePull": true, "ImagePullBackOff": true, "ErrImageNeverPull": false, "InvalidImageName": false, "ContainerCreating": false} {
		state := podOf(&corev1.Pod{Status: corev1.PodStatus{InitContainerStatuses: []corev1.ContainerStatus{
			{Name: "first", State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: "not found"}}}}}}, "")
		if !waits {
			assert.Empty(t, state.unpulled, reason)
			continue
		}
		assert.Equal(t, "container first: "+reason+": not found", state.unpulled)
		assert.Equal(t, "the registry may answer another time: "+state.unpulled, state.waits, "what is waited for")
		assert.Empty(t, state.broken)
	}
}

func TestWhatKubernetesSaysOfAPodThatIsStuck(t *testing.T) {
	unscheduled := corev1.PodStatus{Conditions: []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Message: "0/3 nodes are available"}}}
	tainted := corev1.PodStatus{Conditions: []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Message: "1 node(s) had untolerated taint(s)."}}}
	event := func(kind, reason string) *corev1.Event {
		return &corev1.Event{ObjectMeta: metav1.ObjectMeta{Name: "neo4j-1." + reason, Namespace: "graph"}, Type: kind, Reason: reason, Message: "says why"}
	}
	for name, c := range map[string]struct {
		status corev1.PodStatus
		events []runtime.Object
		want   string
	}{
		"fits nowhere":              {unscheduled, nil, "it is not scheduled: 0/3 nodes are available"},
		"fits beside a taint":       {tainted, nil, "it is not scheduled: 1 node(s) had untolerated taint(s). Which taints of nodes the members tolerate is neo4j:cluster.placement.tolerations"},
		"a node is made":            {unscheduled, []runtime.Object{event("Normal", "TriggeredScaleUp")}, ""},
		"its volume cannot attach":  {corev1.PodStatus{}, []runtime.Object{event("Warning", "FailedAttachVolume")}, "FailedAttachVolume: says why"},
		"it pulls":                  {corev1.PodStatus{}, []runtime.Object{event("Normal", "Pulling"), event("Warning", "Unhealthy")}, ""},
		"it runs, and was stuck":    {corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{{State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}}}, []runtime.Object{event("Warning", "FailedMount")}, ""},
		"it tries again, and so on": {corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{{RestartCount: 1}}}, []runtime.Object{event("Warning", "FailedMount")}, ""},
	} {
		k := kubernetesPods{fake.NewClientset(c.events...), "graph"}
		assert.Equal(t, c.want, k.stuck(t.Context(), &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "graph"}, Status: c.status}), name)
	}
}
