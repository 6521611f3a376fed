package roll

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/verify"
)

const ended = "container neo4j ended with exit code 1 (Error)"

// Cores that form a cluster wait for each other: all that are down and of an earlier plan are replaced at once.
func TestAClusterThatNeverFormedIsReplacedAtOnce(t *testing.T) {
	w := newWorld(0)
	for name, p := range w.pods {
		p.ready, p.broken, p.restarts = false, ended, 7
		w.pods[name] = p
	}
	said, err := w.start(t)
	require.NoError(t, err, said)
	assert.Equal(t, []string{"neo4j-0", "neo4j-1", "neo4j-2"}, w.removed)
	assert.Contains(t, said, "neo4j-0, neo4j-1, neo4j-2 are of an earlier plan and down")
}

// A member of the present plan that tries again and again is given up soon, and one that tries for the second time is not.
func TestAMemberOfThePresentPlanIsGivenUpWhenItHasTriedOften(t *testing.T) {
	w := newWorld(0)
	w.pods["neo4j-1"] = pod{uid: "neo4j-1-new", broken: ended, restarts: tries}
	began := time.Now()
	said, err := w.start(t)
	require.ErrorContains(t, err, "neo4j-1 does not come up: "+ended+"; its log says: no such setting", said)
	assert.Less(t, time.Since(began), time.Second/2)
	assert.Empty(t, w.removed)

	w.pods["neo4j-1"] = pod{uid: "neo4j-1-new", broken: ended, restarts: 1, waits: "container neo4j: CrashLoopBackOff: back-off 10s"}
	_, err = w.start(t)
	require.ErrorContains(t, err, "neo4j-1 has not come up after 1s: neo4j-1: container neo4j: CrashLoopBackOff: back-off 10s; the next update goes on from here")
}

// Who serves is left to the rolling change, and whom somebody has scaled away to the check.
func TestWhoServesOrIsNotWantedIsNotWaitedFor(t *testing.T) {
	w := newWorld(0)
	w.pods["neo4j-2"] = pod{unwanted: true}
	said, err := w.start(t)
	require.NoError(t, err)
	assert.Empty(t, said)
	assert.Empty(t, w.removed)
}

// A member that does not serve ends in two minutes at most, where its own grace period is longer: it has nothing to write out that a
// recovery does not find. One that ends already, perhaps with its last checkpoint, is left alone and waited for.
func TestWhoDoesNotServeEndsSoon(t *testing.T) {
	w := newWorld(0)
	w.pods["neo4j-1"] = pod{uid: "neo4j-1-old", outdated: true, broken: ended, restarts: 1, grace: time.Hour}
	said, err := w.start(t)
	require.NoError(t, err, said)
	assert.Equal(t, 2*time.Minute, w.within)

	w.pods["neo4j-1"] = pod{uid: "neo4j-1-old", outdated: true, broken: ended, restarts: 1, grace: time.Minute}
	_, err = w.start(t)
	require.NoError(t, err)
	assert.Zero(t, w.within, "its own grace period is shorter")

	w.removed = nil
	w.pods["neo4j-1"] = pod{uid: "neo4j-1-old", outdated: true, ending: true, ends: 50 * time.Millisecond, grace: time.Hour, waits: "its pod ends on node dev2"}
	said, err = w.start(t)
	require.EqualError(t, err, "start of members: neo4j-1 has not ended after 50ms: neo4j-1: its pod ends on node dev2; the next update goes on from here", said)
	assert.Empty(t, w.removed)
}

// While a member is down for a reason of its own nobody else is touched, however outdated: the change waits for it, and says why.
func TestAChangeWaitsForAMemberThatIsDown(t *testing.T) {
	w := newWorld(1)
	w.pods["neo4j-1"] = pod{uid: "neo4j-1-new", waits: "it is not scheduled: 0/3 nodes are available"}
	said, err := w.start(t)
	require.EqualError(t, err, "start of members: neo4j-1 has not come up after 1s: neo4j-1: it is not scheduled: 0/3 nodes are available; the next update goes on from here")
	assert.Equal(t, "start of members: neo4j-1 starts\nstart of members: neo4j-1: it is not scheduled: 0/3 nodes are available\n", said)
	assert.Empty(t, w.removed)

	w.endless["neo4j-2"] = true
	w.pods["neo4j-2"] = pod{uid: "neo4j-2-old", outdated: true, grace: time.Hour, waits: "it is not scheduled: 0/3 nodes are available"}
	_, err = w.start(t)
	require.ErrorContains(t, err, "start of neo4j-2: neo4j-2 has not ended after 100ms: neo4j-2: its pod ends on node dev2", "one that is down and outdated is the change's first")
	assert.Equal(t, []string{"neo4j-2"}, w.removed)
}

// Pods of members that have left are waited for: what is counted after an update is what is planned.
func TestWhoLeavesIsWaitedFor(t *testing.T) {
	w := newWorld(0)
	w.ends = []string{"neo4j-3", "neo4j-3"}
	said, err := w.start(t)
	require.NoError(t, err)
	assert.Contains(t, said, "end of members: neo4j-3 ends\nend of members: neo4j-3: its pod ends on node dev2\nend of members: done")
}

// One end with an error is not the last word; a wrong image is.
func TestWhatBreaksAContainer(t *testing.T) {
	failed := &corev1.ContainerStateTerminated{ExitCode: 1, Reason: "Error"}
	for name, test := range map[string]struct {
		status corev1.ContainerStatus
		want   string
	}{
		"runs":            {corev1.ContainerStatus{Name: "neo4j", Ready: true, RestartCount: 3, LastTerminationState: corev1.ContainerState{Terminated: failed}}, ""},
		"ended once":      {corev1.ContainerStatus{Name: "neo4j", State: corev1.ContainerState{Terminated: failed}}, ""},
		"ended again":     {corev1.ContainerStatus{Name: "neo4j", RestartCount: 1, State: corev1.ContainerState{Terminated: failed}}, ended},
		"waits after it":  {corev1.ContainerStatus{Name: "neo4j", RestartCount: 1, LastTerminationState: corev1.ContainerState{Terminated: failed}}, ended},
		"ended by itself": {corev1.ContainerStatus{Name: "neo4j", RestartCount: 1, LastTerminationState: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{}}}, ""},
		"no image": {corev1.ContainerStatus{Name: "neo4j", State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{
			Reason: "ErrImageNeverPull", Message: "not on the node"}}}, "container neo4j: ErrImageNeverPull: not on the node"},
		"it is pulled again": {corev1.ContainerStatus{Name: "neo4j", State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ImagePullBackOff"}}}, ""},
	} {
		assert.Equal(t, test.want, brokenBy(test.status), name)
	}
}

// Members of an earlier plan are of its release: that is what the change is about, and shuts no gate. One of the present plan must have it.
func TestAnotherReleaseShutsNoGateForMembersOfAnEarlierPlan(t *testing.T) {
	w := newWorld(0)
	w.topology.Release = neo4j.MustRelease("3.5.34")
	turn := &turn{rolling: &rolling{pods: w, members: w, topology: w.topology}, member: w.topology.Members[0]}
	require.NoError(t, turn.othersAgree(t.Context()))
	p := w.pods["neo4j-1"]
	p.outdated = false
	w.pods["neo4j-1"] = p
	require.ErrorContains(t, turn.othersAgree(t.Context()), "neo4j-1: expected release 3.5.34, found 3.5.35")

	server := func(host string) verify.Server { return verify.Server{Host: host, Version: "3.5.35"} }
	seen := map[string]verify.Observation{"neo4j-0": {Servers: []verify.Server{server(w.topology.Members[0].Host)}}}
	_ = turn.judge(w.pods, seen)
	assert.Equal(t, "3.5.35", seen["neo4j-0"].Servers[0].Version, "what was seen is not rewritten")
}

// The log's first line of complaint is quoted: what the JVM says before its own summary.
func TestTheLineThatSaysWhyIsQuoted(t *testing.T) {
	assert.Equal(t, "Improperly specified VM option 'MetaspaceSize=bogus'", said([]byte(
		"Active database: graph.db\nImproperly specified VM option 'MetaspaceSize=bogus'\nError: Could not create the Java Virtual Machine.\n")))
	assert.Equal(t, "the end", said([]byte("begin\nthe end\n\n")))
	assert.Empty(t, said(nil))
}
