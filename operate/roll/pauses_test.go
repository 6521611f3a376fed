package roll

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"neo4j-kubernetes/plan"
)

// pausing is a member of an earlier plan whose server runs and is not ready.
func pausing(name string) pod { return pod{uid: types.UID(name + "-old"), outdated: true, runs: true} }

// A member that pauses while another is lost is a voter still: it is ready again a moment later, and has the gates of one that serves.
func TestAPauseOpensNoGate(t *testing.T) {
	w := newWorld(0)
	w.silent["neo4j-1"] = true
	w.pods["neo4j-1"] = pod{uid: "neo4j-1-new", waits: "it is not scheduled: no node"}
	w.pods["neo4j-2"], w.again = pausing("neo4j-2"), map[string]int{"neo4j-2": 1}
	r := &rolling{pods: w, members: w, topology: w.topology, pauseFor: time.Minute}
	step, err := r.Next(t.Context())
	require.NoError(t, err)
	require.Equal(t, "neo4j-0", step.Member, "the leader comes last")
	assert.NotEmpty(t, step.Gates)
	assert.Equal(t, 2, w.looked, "it is given some looks and no more")
}

// One whose pause does not end is replaced first, but not against the quorum, as long as it answers.
func TestWhoAnswersWithoutBeingReadyHasTheQuorumsGate(t *testing.T) {
	w := newWorld(0)
	w.silent["neo4j-1"] = true
	w.pods["neo4j-1"] = pod{uid: "neo4j-1-new", waits: "it is not scheduled: no node"}
	w.pods["neo4j-2"] = pausing("neo4j-2")
	said, err := w.roll(t)
	require.ErrorContains(t, err, "replacement of neo4j-2: refused, nothing was touched: without neo4j-2 only 1 of 3 voting members answer, under the quorum of 2 (gate: quorum)")
	assert.Contains(t, said, "neo4j-2 is replaced: it answers, but is not ready")
	assert.Empty(t, w.removed)

	w.silent["neo4j-1"] = false
	w.pods["neo4j-1"] = pod{uid: "neo4j-1-new", ready: true}
	_, err = w.roll(t)
	require.NoError(t, err)
	assert.Equal(t, []string{"neo4j-2", "neo4j-0"}, w.removed, "it is first, and agreement is nothing that it waits for")

	w.pods["neo4j-1"] = pausing("neo4j-1")
	w.silent["neo4j-1"] = true
	w.removed = nil
	_, err = w.roll(t)
	require.NoError(t, err)
	assert.Equal(t, []string{"neo4j-1"}, w.removed, "one that does not answer either does not vote")
}

// Who does not answer either costs less than who may vote still.
func TestWhoAnswersComesAfterWhoDoesNot(t *testing.T) {
	w := newWorld(1)
	w.silent["neo4j-0"] = true
	w.pods["neo4j-0"], w.pods["neo4j-1"] = pausing("neo4j-0"), pausing("neo4j-1")
	_, err := w.roll(t)
	require.NoError(t, err)
	assert.Equal(t, []string{"neo4j-0", "neo4j-1", "neo4j-read-0", "neo4j-2"}, w.removed)
}

// Two that are about to come back from an outage, and a plan that they do not come up with: one is lost to it and not the majority.
func TestABadPlanCostsOneOfThoseThatRecover(t *testing.T) {
	w := newWorld(0)
	for _, name := range []string{"neo4j-1", "neo4j-2"} {
		w.silent[name], w.breaks[name] = true, true
		w.pods[name] = pausing(name)
	}
	w.leader = "neo4j-0"
	said, err := w.start(t)
	require.ErrorContains(t, err, "start of neo4j-1: neo4j-1 does not come up: "+ended, said)
	assert.Equal(t, []string{"neo4j-1"}, w.removed)
	assert.True(t, w.pods["neo4j-2"].runs, "the other goes on as it is")

	// With a good one both come up, one after the other.
	w.breaks = map[string]bool{}
	w.pods["neo4j-1"] = pod{uid: "neo4j-1-broken", outdated: true, broken: ended}
	w.removed = nil
	said, err = w.start(t)
	require.NoError(t, err, said)
	assert.Contains(t, said, "start of neo4j-1: done in 0s\nstart of neo4j-2: neo4j-2 starts; neo4j-2 is of an earlier plan and down: replaced at once\n")
	assert.Equal(t, []string{"neo4j-1", "neo4j-2"}, w.removed)
}

// At the start, too, who answers is stopped within the quorum only, after those that do not; the gate can be waived.
func TestTheStartKeepsTheQuorum(t *testing.T) {
	w := newWorld(0)
	w.silent["neo4j-1"], w.breaks["neo4j-1"] = true, true
	w.pods["neo4j-0"], w.pods["neo4j-1"] = pausing("neo4j-0"), pod{uid: "neo4j-1-new", waits: "it is not scheduled: no node"}
	said, err := w.start(t)
	require.EqualError(t, err, "start of neo4j-0: refused, nothing was touched: without neo4j-0 only 1 of 3 voting members answer, under the quorum of 2 (gate: quorum)", said)
	assert.Contains(t, said, "start of neo4j-0: neo4j-0 starts; neo4j-0 is of an earlier plan and not ready, but answers\n")
	assert.Empty(t, w.removed)

	w.waive = []string{plan.GateQuorum}
	_, err = w.start(t)
	require.ErrorContains(t, err, "start of members: neo4j-1 has not come up after 1s")
	assert.Equal(t, []string{"neo4j-0"}, w.removed)

	w = newWorld(0)
	w.silent["neo4j-1"] = true
	w.pods["neo4j-0"], w.pods["neo4j-1"] = pausing("neo4j-0"), pausing("neo4j-1")
	_, err = w.start(t)
	require.NoError(t, err)
	assert.Equal(t, []string{"neo4j-1", "neo4j-0"}, w.removed, "who is down comes first")
}

// Probes that nobody gets through to are no reason to stop a whole cluster that a leader leads.
func TestMembersThatAreLedAreReplacedOneByOne(t *testing.T) {
	w := newWorld(0)
	for name := range w.pods {
		w.pods[name] = pausing(name)
	}
	said, err := w.start(t)
	require.NoError(t, err, said)
	assert.Contains(t, said, "start of neo4j-0: done")
	assert.Contains(t, said, "start of neo4j-2: done")

	w = newWorld(0)
	w.leader = ""
	for name := range w.pods {
		w.pods[name] = pausing(name)
	}
	said, err = w.start(t)
	require.NoError(t, err)
	assert.Contains(t, said, "start of members: neo4j-0, neo4j-1, neo4j-2 starts; neo4j-0, neo4j-1, neo4j-2 are of an earlier plan and down: replaced at once", "nobody leads: they need each other")
}

// Readers that serve are no cluster: cores that have all broken are replaced at once beside them.
func TestCoresAreReplacedAtOnceBesideReaders(t *testing.T) {
	w := newWorld(1)
	for _, m := range w.topology.Members[:3] {
		w.pods[m.Name] = pod{uid: "old", outdated: true, broken: ended, restarts: 7}
	}
	said, err := w.start(t)
	require.NoError(t, err, said)
	assert.Contains(t, said, "neo4j-0, neo4j-1, neo4j-2 are of an earlier plan and down")
	assert.Equal(t, []string{"neo4j-0", "neo4j-1", "neo4j-2"}, w.removed)
}

func TestMembersAreAskedOnlyWhereAServerPauses(t *testing.T) {
	w := newWorld(0)
	w.pods["neo4j-1"] = pod{uid: "neo4j-1-old", outdated: true, broken: ended}
	s := w.starting()
	_, err := s.Next(t.Context())
	require.NoError(t, err)
	assert.Nil(t, s.members)
	s.end()
	assert.Zero(t, w.closed)

	w.pods["neo4j-1"] = pausing("neo4j-1")
	_, err = s.Next(t.Context())
	require.NoError(t, err)
	_, err = s.Next(t.Context())
	require.NoError(t, err)
	s.end()
	assert.Equal(t, 1, w.closed)
}

func TestWhatRuns(t *testing.T) {
	running := corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}
	of := func(statuses ...corev1.ContainerStatus) *corev1.Pod {
		return &corev1.Pod{Status: corev1.PodStatus{ContainerStatuses: statuses}}
	}
	assert.True(t, podOf(of(corev1.ContainerStatus{Name: "neo4j", State: running}), "").runs)
	assert.False(t, podOf(of(corev1.ContainerStatus{Name: "neo4j"}, corev1.ContainerStatus{Name: "proxy", State: running}), "").runs, "a sidecar is no server")
	assert.False(t, podOf(of(), "").runs)
}
