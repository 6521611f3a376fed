package scale

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/verify"
)

// fakeCluster is pods and prober in one: a member that left is gone at once, and the leader drops it from the Raft group after
// lag looks more. It records what was asked of it.
type fakeCluster struct {
	mu       sync.Mutex
	size     map[string]int
	full     neo4j.Topology
	voters   int
	lag, due int
	down     map[string]bool
	leading  bool
	log      []string
	// stuck pools keep their pods.
	stuck bool
	// grace is how long a pod's end may take.
	grace time.Duration
}

func newFake(full neo4j.Topology, lag int) *fakeCluster {
	p, s := len(full.Of(neo4j.Primary)), len(full.Of(neo4j.Secondary))
	return &fakeCluster{size: map[string]int{"neo4j": p, "neo4j-read": s}, full: full, voters: p, lag: lag, down: map[string]bool{}, leading: true}
}

func (f *fakeCluster) Identity(context.Context, neo4j.Member) (string, error) { return "", nil }

func (f *fakeCluster) Note(context.Context, neo4j.Member, string) error { return nil }

func (f *fakeCluster) Run(context.Context, neo4j.Member, reach.Question) (reach.Answer, error) {
	return reach.Answer{}, errors.New("nothing is ordered of releases before 5")
}

func (f *fakeCluster) Replicas(_ context.Context, pool string) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.size[pool], nil
}

func (f *fakeCluster) Resize(_ context.Context, pool string, n int) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if pool == "neo4j" && f.voters != f.size[pool] {
		return fmt.Errorf("resized while %d vote and %d run", f.voters, f.size[pool])
	}
	f.log = append(f.log, fmt.Sprintf("%s %d", pool, n))
	f.size[pool], f.due = n, f.lag
	return nil
}

func (f *fakeCluster) Ending(_ context.Context, pod string) (what string, within time.Duration, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, m := range f.full.Members {
		if m.Name == pod && m.Ordinal < f.size[m.Pool] || f.stuck {
			return "its pod ends on node dev2", f.grace, nil
		}
	}
	if f.due <= 0 {
		f.voters = f.size["neo4j"]
	}
	return "", 0, nil
}

func (f *fakeCluster) Observe(_ context.Context, m neo4j.Member) (verify.Observation, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.due > 0 && m.Name == "neo4j-0" {
		if f.due--; f.due == 0 {
			f.voters = f.size["neo4j"]
		}
	}
	if f.down[m.Name] || m.Ordinal >= f.size[m.Pool] {
		return verify.Observation{}, errors.New("connection refused")
	}
	o := verify.Observation{Release: f.full.Release.String()}
	for _, other := range f.full.Members {
		row := verify.Row{ID: other.Name, Host: other.Host, Role: "FOLLOWER"}
		switch {
		case other.Name == "neo4j-0" && f.leading:
			row.Role = "LEADER"
		case other.Role == neo4j.Secondary:
			row.Role = "READ_REPLICA"
		}
		if other.Name == m.Name {
			o.Role = row.Role
		}
		if other.Ordinal < f.size[other.Pool] {
			o.Overview = append(o.Overview, row)
		}
		if other.Role == neo4j.Primary && other.Ordinal < f.voters && m.Role == neo4j.Primary {
			if o.Voters == nil {
				o.Voters = map[string][]string{}
			}
			o.Voters[""] = append(o.Voters[""], other.Name)
		}
	}
	return o, nil
}

var quick = operate.Options{Timeout: 5 * time.Second, Pause: time.Millisecond}

// run is In over fakes.
func run(ctx context.Context, p pods, m members, to plan.Plan, o operate.Options) error {
	return settling(ctx, p, m, to, o, 0)
}

func settling(ctx context.Context, p pods, m members, to plan.Plan, o operate.Options, settle time.Duration) error {
	o = o.Filled()
	return operate.Run(ctx, &in{pods: p, members: m, to: to, o: o, settle: settle}, o)
}

func TestInGoesOneAtATimeHighestFirst(t *testing.T) {
	f := newFake(planned(5, 2), 3)
	var progress bytes.Buffer
	o := quick
	o.Progress = &progress
	require.NoError(t, run(t.Context(), f, f, shape(3, 0), o))
	assert.Equal(t, []string{"neo4j-read 1", "neo4j-read 0", "neo4j 4", "neo4j 3"}, f.log, "resize itself refuses while voters and members differ")
	assert.Contains(t, progress.String(), "scale-in of neo4j 5 -> 4: neo4j-4 leaves\n")
	assert.Equal(t, 3, f.voters)
}

func TestInWaitsForTheVoters(t *testing.T) {
	f := newFake(planned(5, 0), 1<<30) // the overview shows four at once; the fifth votes on for ever
	o := quick
	o.Timeout = 50 * time.Millisecond
	err := run(t.Context(), f, f, shape(3, 0), o)
	require.ErrorContains(t, err, "neo4j-4 has not left after 50ms")
	assert.ErrorContains(t, err, "voting members")
	assert.Equal(t, []string{"neo4j 4"}, f.log, "no second step after one that did not end")
}

func TestInGoesOnFromThePresentSize(t *testing.T) {
	f := newFake(planned(5, 0), 0)
	f.size["neo4j"], f.voters = 4, 4
	require.NoError(t, run(t.Context(), f, f, shape(3, 0), quick))
	assert.Equal(t, []string{"neo4j 3"}, f.log)
}

func TestInSettlesWhereNobodySaysWhoVotes(t *testing.T) {
	f := newFake(planned(5, 0), 0)
	const settle = 30 * time.Millisecond
	began := time.Now()
	require.NoError(t, settling(t.Context(), f, f, shape(4, 0), quick, settle))
	assert.GreaterOrEqual(t, time.Since(began), settle)
}

func TestInRefusesBeforeAnythingIsTouched(t *testing.T) {
	tests := []struct {
		name    string
		from    plan.Plan
		harm    func(*fakeCluster)
		refused string
	}{
		{"quorum", shape(4, 0), func(f *fakeCluster) { f.down["neo4j-1"] = true }, "without neo4j-3 only 2 of 4 voting members answer, under the quorum of 3; bring back neo4j-1"},
		{"voters who left already", shape(4, 0), func(f *fakeCluster) { f.full, f.voters = planned(7, 0), 7 }, "only 3 of 7 voting members answer, under the quorum of 4; wait"},
		{"another is dead, the quorum would bear it", shape(5, 0), func(f *fakeCluster) { f.down["neo4j-1"] = true }, "neo4j-1 (connection refused) stays and does not answer; bring it back first"},
		{"no leader", shape(5, 0), func(f *fakeCluster) { f.leading = false }, "no member sees a leader"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := newFake(test.from.Topology(), 0)
			test.harm(f)
			err := run(t.Context(), f, f, shape(3, 0), quick)
			require.ErrorContains(t, err, "refused, nothing was touched")
			assert.ErrorContains(t, err, test.refused)
			assert.Empty(t, f.log)
		})
	}
}

func TestInDropsADeadMember(t *testing.T) {
	f := newFake(planned(5, 0), 0)
	f.down["neo4j-4"] = true
	require.NoError(t, run(t.Context(), f, f, shape(4, 0), quick))
}

// A pod's end takes the time that it may take, which is no part of the step's; and no longer.
func TestInWaitsForThePodsEnd(t *testing.T) {
	f := newFake(planned(5, 0), 0)
	f.stuck, f.grace = true, 300*time.Millisecond
	time.AfterFunc(150*time.Millisecond, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.stuck = false
	})
	o := quick
	o.Timeout = 50 * time.Millisecond
	require.NoError(t, run(t.Context(), f, f, shape(4, 0), o))

	f = newFake(planned(5, 0), 0)
	f.stuck, f.grace = true, 100*time.Millisecond
	require.EqualError(t, run(t.Context(), f, f, shape(4, 0), o),
		"scale-in of neo4j 5 -> 4: neo4j-4 has not ended after 100ms: its pod ends on node dev2; the next update goes on from here")
	f = newFake(planned(5, 0), 0)
	f.stuck = true
	require.ErrorContains(t, run(t.Context(), f, f, shape(4, 0), o), "neo4j-4 has not ended after 50ms", "where nobody knows how long, the step's time")
}

func TestInEndsWithItsContext(t *testing.T) {
	f := newFake(planned(5, 0), 0)
	f.stuck = true
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	require.ErrorIs(t, run(ctx, f, f, shape(3, 0), quick), context.Canceled)
}
