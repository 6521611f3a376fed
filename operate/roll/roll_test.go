package roll

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/types"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/verify"
)

// world is a cluster of 3.5 in which a pod that goes comes back with the present plan, and a leader that goes is followed by the core
// of the lowest ordinal that is left.
type world struct {
	topology neo4j.Topology
	pods     map[string]pod
	leader   string
	removed  []string
	// ends are pods that are looked at once more, backs those of backups.
	ends, backs []string
	// backsFor is how many looks a backup takes, zero for ever; mute is a member that does not answer once it was replaced.
	backsFor int
	mute     string
	// endless pods stay when they are deleted, for a moment of grace at most; within is the grace that the last one was given.
	endless map[string]bool
	within  time.Duration
	// waive are the gates that the change waives, agree is how long one may be shut.
	waive []string
	agree time.Duration
	// breaks are the members that do not come up, silent those that do not answer.
	breaks, silent map[string]bool
	// stuck are those that Kubernetes cannot start, unpulled those whose image the registry does not give.
	stuck, unpulled map[string]string
	// looked are the looks at the pods; at the look after which a member is ready again it is.
	looked int
	again  map[string]int
	// closed is how often the way to the members was closed.
	closed int
	// runs are the releases of members that do not run 3.5.35.
	runs map[string]string
}

func newWorld(replicas int) *world {
	w := &world{
		topology: plan.Plan{
			Name: "neo4j", Namespace: "graph", ClusterDomain: "cluster.local",
			Spec: neo4j.Spec{Release: neo4j.MustRelease("3.5.35"), Edition: neo4j.Enterprise, Primaries: 3, Secondaries: replicas},
		}.Topology(),
		pods: map[string]pod{}, breaks: map[string]bool{}, endless: map[string]bool{}, silent: map[string]bool{}, runs: map[string]string{}, leader: "neo4j-2",
	}
	for _, m := range w.topology.Members {
		w.pods[m.Name] = pod{uid: types.UID(m.Name + "-old"), outdated: true, ready: true}
	}
	return w
}

func (w *world) look(context.Context, neo4j.Topology) (map[string]pod, error) {
	found := map[string]pod{}
	w.looked++
	for name, p := range w.pods {
		if after, pauses := w.again[name]; pauses && p.runs {
			p.ready = w.looked > after
		}
		found[name] = p
	}
	return found, nil
}

func (w *world) leaving(context.Context, neo4j.Topology) (map[string]pod, error) {
	leave := map[string]pod{}
	for _, name := range w.ends {
		leave[name] = pod{ending: true, waits: "its pod ends on node dev2"}
	}
	if len(w.ends) > 0 {
		w.ends = w.ends[1:]
	}
	return leave, nil
}

func (w *world) backups(context.Context, neo4j.Topology) ([]string, error) {
	backs := w.backs
	if w.backsFor--; w.backsFor == 0 {
		w.backs = nil
	}
	return backs, nil
}

func (w *world) remove(_ context.Context, m neo4j.Member, uid types.UID, within time.Duration) error {
	if w.pods[m.Name].uid != uid {
		return nil
	}
	w.within = within
	delete(w.runs, m.Name)
	w.removed = append(w.removed, m.Name)
	if w.endless[m.Name] {
		p := w.pods[m.Name]
		p.ready, p.ending, p.ends, p.waits = false, true, 100*time.Millisecond, "its pod ends on node dev2"
		w.pods[m.Name] = p
		return nil
	}
	w.pods[m.Name] = pod{uid: types.UID(m.Name + "-new"), ready: !w.breaks[m.Name] && w.stuck[m.Name]+w.unpulled[m.Name] == "", stuck: w.stuck[m.Name], unpulled: w.unpulled[m.Name]}
	if w.breaks[m.Name] {
		w.pods[m.Name] = pod{uid: types.UID(m.Name + "-new"), broken: "container neo4j ended with exit code 1 (Error)", restarts: 1}
		w.silent[m.Name] = true
	} else {
		delete(w.silent, m.Name)
	}
	if m.Name == w.mute {
		w.silent[m.Name] = true
	}
	if m.Name == w.leader {
		for _, other := range w.topology.Of(neo4j.Primary) {
			if other.Name != m.Name && !w.silent[other.Name] {
				w.leader = other.Name
				break
			}
		}
	}
	return nil
}

func (w *world) lastWords(_ context.Context, m neo4j.Member, p pod) error {
	return fmt.Errorf("%s does not come up: %s; its log says: no such setting", m.Name, p.broken)
}

func (w *world) Observe(_ context.Context, m neo4j.Member) (verify.Observation, error) {
	if w.silent[m.Name] {
		return verify.Observation{}, errors.New("port 7687 closed")
	}
	o := verify.Observation{Release: cmp.Or(w.runs[m.Name], "3.5.35"), Edition: "enterprise", Role: w.role(m)}
	var voters []string
	for _, other := range w.topology.Members {
		if w.silent[other.Name] {
			continue
		}
		o.Overview = append(o.Overview, verify.Row{ID: other.Name, Host: other.Host, Role: w.role(other)})
		if other.Role == neo4j.Primary {
			voters = append(voters, other.Name)
		}
	}
	if m.Role == neo4j.Primary {
		o.Voters = map[string][]string{"": voters}
	}
	return o, nil
}

func (w *world) role(m neo4j.Member) string {
	switch {
	case m.Role != neo4j.Primary:
		return "READ_REPLICA"
	case m.Name == w.leader:
		return "LEADER"
	}
	return "FOLLOWER"
}

func (w *world) Run(context.Context, neo4j.Member, reach.Question) (reach.Answer, error) {
	return reach.Answer{}, errors.New("nothing is asked")
}

// starting is a start whose members are reached when they are asked; a pause of one look is given.
func (w *world) starting() *starting {
	return &starting{rolling: &rolling{pods: w, topology: w.topology, agree: w.agree, pauseFor: lookPause}, open: func(context.Context) (members, func(), error) {
		return w, func() { w.closed++ }, nil
	}}
}

func (w *world) start(t *testing.T) (said string, err error) {
	t.Helper()
	var progress strings.Builder
	op := w.starting()
	err = operate.Run(t.Context(), op, operate.Options{Timeout: time.Second, Pause: time.Millisecond, Progress: &progress, Waive: w.waive})
	return progress.String(), err
}

func (w *world) roll(t *testing.T) (said string, err error) {
	t.Helper()
	var progress strings.Builder
	r := &rolling{pods: w, members: w, topology: w.topology, agree: w.agree, waive: w.waive}
	err = operate.Run(t.Context(), r, operate.Options{Timeout: 2 * time.Second, Pause: time.Millisecond, Progress: &progress, Waive: w.waive})
	return progress.String(), err
}

// Read replicas, then followers, the leader last; and one election.
func TestTheLeaderComesLast(t *testing.T) {
	w := newWorld(2)
	said, err := w.roll(t)
	require.NoError(t, err, said)
	assert.Equal(t, []string{"neo4j-read-1", "neo4j-read-0", "neo4j-1", "neo4j-0", "neo4j-2"}, w.removed)
	assert.Contains(t, said, "replacement of neo4j-2: neo4j-2 is replaced: it leads the cluster, so it comes last")
	_, err = w.roll(t)
	require.NoError(t, err)
	assert.Len(t, w.removed, 5, "what is done is not done again")
}

// A leader that moves while others are replaced is looked up again before every stop.
func TestTheRolesAreReadAgainBeforeEveryStop(t *testing.T) {
	w := newWorld(0)
	r := &rolling{pods: w, members: w, topology: w.topology}
	step, err := r.Next(t.Context())
	require.NoError(t, err)
	require.Equal(t, "neo4j-1", step.Member)
	w.leader = "neo4j-1"
	step, err = r.Next(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "neo4j-2", step.Member)
}

// A member that does not come up stops the change: one is lost, the others go on with the earlier plan, and the error quotes its log.
func TestAMemberThatDoesNotComeBackStopsTheChange(t *testing.T) {
	w := newWorld(0)
	w.breaks["neo4j-1"] = true
	began := time.Now()
	said, err := w.roll(t)
	require.ErrorContains(t, err, "neo4j-1 does not come up: container neo4j ended with exit code 1 (Error); its log says: no such setting", said)
	assert.Less(t, time.Since(began), time.Second, "not when the time is up")
	assert.Equal(t, []string{"neo4j-1"}, w.removed)

	// The next plan is a good one: all are outdated, and the broken member is first.
	w.breaks["neo4j-1"] = false
	for name, p := range w.pods {
		p.outdated = true
		w.pods[name] = p
	}
	w.pods["neo4j-1"] = pod{uid: "neo4j-1-broken", outdated: true, broken: "container neo4j ended with exit code 1 (Error)"}
	w.removed = nil
	said, err = w.start(t)
	require.NoError(t, err, said)
	assert.Contains(t, said, "neo4j-1 is of an earlier plan and down: replaced at once")
	assert.Equal(t, []string{"neo4j-1"}, w.removed)
	said, err = w.roll(t)
	require.NoError(t, err, said)
	assert.Equal(t, []string{"neo4j-1", "neo4j-0", "neo4j-2"}, w.removed)
}

// A member that is down for another reason is waited for, and then the change is refused with its name.
func TestNobodyIsStoppedWhileAnotherIsDown(t *testing.T) {
	w := newWorld(0)
	w.silent["neo4j-0"] = true
	w.pods["neo4j-0"] = pod{uid: "neo4j-0-new", ready: false, waits: "it is not scheduled: no node"}
	said, err := w.roll(t)
	require.ErrorContains(t, err, "gate: agreement", said)
	require.ErrorContains(t, err, "neo4j-0")
	assert.Empty(t, w.removed)
}

// Under a majority nobody is stopped, even where the rest agrees.
func TestTheQuorumIsKept(t *testing.T) {
	w := newWorld(0)
	r := &rolling{pods: w, members: w, topology: w.topology}
	turn := &turn{rolling: r, member: w.topology.Members[0]}
	require.NoError(t, turn.quorumHolds(t.Context()))
	w.silent["neo4j-1"] = true
	require.ErrorContains(t, turn.quorumHolds(t.Context()), "without neo4j-0 only 1 of 3 voting members answer, under the quorum of 2")
}
