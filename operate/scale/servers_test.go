package scale

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/tests/scripted"
	"neo4j-kubernetes/verify"
)

const secret = "scripted-password"

func shape5(primaries, secondaries, analytics int) plan.Plan {
	return plan.Plan{
		Name: "neo4j", Namespace: "graph", ClusterDomain: "cluster.local",
		Spec: neo4j.Spec{Release: neo4j.MustRelease("5.26.30"), Edition: neo4j.Enterprise, Primaries: primaries, Secondaries: secondaries, Analytics: analytics},
	}
}

// id is the server id of the n-th server of the model.
func id(n int) string { return fmt.Sprintf("5e7e7000-0000-4000-8000-%012d", n) }

// box is Kubernetes as far as a scale-in sees it, beside a scripted cluster whose servers stop with their pods.
type box struct {
	mu    sync.Mutex
	c     *scripted.Cluster
	full  plan.Plan
	size  map[string]int
	notes map[string]string
	log   []string
	// fail has the next resize end like a killed process, before it does anything.
	fail error
}

func (b *box) replicas(_ context.Context, pool string) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.size[pool], nil
}

func (b *box) resize(_ context.Context, pool string, n int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail != nil {
		return b.fail
	}
	b.size[pool] = n
	b.log = append(b.log, fmt.Sprintf("%s %d", pool, n))
	b.c.Locked(func() {
		for _, m := range b.full.Topology().Members {
			if m.Pool != pool || m.Ordinal != n {
				continue
			}
			s := b.c.Server(m.Host)
			if s.State != "Dropped" && s.State != "Free" {
				b.log = append(b.log, m.Name+" was "+s.State)
			}
			s.Down = true
		}
	})
	return nil
}

func (b *box) gone(_ context.Context, pod string) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.full.Topology().Members {
		if m.Name == pod {
			return m.Ordinal >= b.size[m.Pool], nil
		}
	}
	return true, nil
}

func (b *box) identity(_ context.Context, m neo4j.Member) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.notes[m.Name], nil
}

func (b *box) note(_ context.Context, m neo4j.Member, id string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.notes[m.Name] = id
	return nil
}

// cluster serves a healthy scripted cluster of a plan over real sockets.
func cluster(t *testing.T, full plan.Plan) (*box, verify.Members) {
	t.Helper()
	var primaries, others []string
	for _, m := range full.Topology().Members {
		if m.Role == neo4j.Primary {
			primaries = append(primaries, m.Host)
		} else {
			others = append(others, m.Host)
		}
	}
	b := &box{c: scripted.NewCluster(full.Release.String(), primaries, others), full: full, notes: map[string]string{}, size: map[string]int{
		full.Pool(neo4j.Primary): full.Primaries, full.Pool(neo4j.Secondary): full.Secondaries, full.Pool(neo4j.Analytics): full.Analytics,
	}}
	ports := map[string]string{}
	for _, m := range full.Topology().Members {
		s := (&scripted.Server{Release: full.Release.String(), Bolt: scripted.Version{Major: 5, Minor: 8}, Password: secret, Answer: b.c.At(m.Host)}).Serve(t)
		ports[m.Name] = fmt.Sprintf("127.0.0.1:%d", s.Port())
	}
	members, err := verify.Over(func(_ context.Context, m neo4j.Member, wanted ...int) (reach.Way, error) {
		w := reach.Way{Addresses: map[int]string{}, Close: func() {}, Done: make(chan struct{})}
		for _, port := range wanted {
			w.Addresses[port] = ports[m.Name]
		}
		return w, nil
	}, full.Topology(), secret)
	require.NoError(t, err)
	t.Cleanup(members.Close)
	return b, members
}

func host(b *box, name string) string {
	for _, m := range b.full.Topology().Members {
		if m.Name == name {
			return m.Host
		}
	}
	return ""
}

// said is what a scale-in told.
type said struct{ progress, warnings bytes.Buffer }

func (b *box) in(ctx context.Context, members verify.Members, to plan.Plan, timeout time.Duration) (*said, error) {
	s := &said{}
	return s, run(ctx, b, members, to, operate.Options{Timeout: timeout, Progress: &s.progress, Warnings: &s.warnings, Pause: 5 * time.Millisecond})
}

// orders are the statements that changed something, without the dry runs.
func (b *box) orders() (orders []string) {
	b.c.Locked(func() { orders = slices.Clone(b.c.Orders) })
	return orders
}

func TestServersLeaveOneAtATime(t *testing.T) {
	for _, release := range []string{"5.0.0", "5.1.0", "5.14.0", "5.15.0", "5.26.30", "2025.01.0", "2026.08.1"} {
		t.Run(release, func(t *testing.T) {
			full := shape5(5, 0, 0)
			full.Release = neo4j.MustRelease(release)
			b, members := cluster(t, full)
			b.c.Slow = 12
			b.c.Databases = append(b.c.Databases, &scripted.ModelDatabase{
				Name: "movies", WantPrimaries: 3, Status: map[string]string{}, Primaries: []string{host(b, "neo4j-4"), host(b, "neo4j-3"), host(b, "neo4j-0")},
			})
			to := full.Sized(neo4j.Primary, 3)
			told, err := b.in(t.Context(), members, to, 10*time.Second)
			require.NoError(t, err, told.progress.String())
			assert.Equal(t, []string{
				"ALTER DATABASE `neo4j` SET TOPOLOGY 3 PRIMARIES",
				"DEALLOCATE DATABASES FROM SERVER '" + id(4) + "'", "DROP SERVER '" + id(4) + "'",
				"DEALLOCATE DATABASES FROM SERVER '" + id(3) + "'", "DROP SERVER '" + id(3) + "'",
			}, b.orders())
			assert.Equal(t, []string{"neo4j 4", "neo4j 3"}, b.log, "a pod goes only when its server is dropped")
			assert.Equal(t, "database neo4j gets fewer copies, for there are fewer servers: 5 -> 3 primaries\n", told.warnings.String())
			assert.Contains(t, told.progress.String(), "scale-in of neo4j 5 -> 4: server "+id(4)+" still hosts movies\n")
			assert.Equal(t, map[string]string{"neo4j-4": id(4), "neo4j-3": id(3)}, b.notes, "their claims may not come back")
			report, err := verify.Prove(t.Context(), members, to.Topology(), verify.Options{Timeout: 5 * time.Second})
			require.NoError(t, err)
			assert.Len(t, report.Members, 3)
		})
	}
}

func TestAllPoolsShrinkInOneOperation(t *testing.T) {
	b, members := cluster(t, shape5(5, 2, 1))
	b.c.Locked(func() {
		d := b.c.Database("neo4j")
		d.Secondaries = []string{host(b, "neo4j-read-0"), host(b, "neo4j-read-1"), host(b, "neo4j-analytics-0")}
		d.WantSecondaries = 3
	})
	told, err := b.in(t.Context(), members, shape5(3, 1, 0), 10*time.Second)
	require.NoError(t, err, told.progress.String())
	assert.Equal(t, []string{"neo4j-read 1", "neo4j-analytics 0", "neo4j 4", "neo4j 3"}, b.log, "those that never vote first")
	assert.Equal(t, "database neo4j gets fewer copies, for there are fewer servers: 5 -> 3 primaries, 3 -> 1 secondaries\n", told.warnings.String())
	assert.Equal(t, "ALTER DATABASE `neo4j` SET TOPOLOGY 3 PRIMARIES 1 SECONDARY", b.orders()[0])

	told, err = b.in(t.Context(), members, shape5(3, 1, 0), 10*time.Second)
	require.NoError(t, err)
	assert.Empty(t, told.progress.String(), "a second hook of the same update finds nothing to do")
}

func TestAServerThatNeverJoinedJustGoes(t *testing.T) {
	b, members := cluster(t, shape5(4, 0, 0))
	b.c.Locked(func() {
		b.c.Server(id(3)).State = "Free"
		for _, d := range b.c.Databases {
			d.Primaries, d.WantPrimaries = d.Primaries[:3], 3
		}
	})
	_, err := b.in(t.Context(), members, shape5(3, 0, 0), 10*time.Second)
	require.NoError(t, err)
	assert.Empty(t, b.orders())
	assert.Empty(t, b.notes, "it was never dropped, so its claim may come back")
	assert.Equal(t, []string{"neo4j 3"}, b.log)
}

// An update may end anywhere: by its time, by a signal, by a lost machine. The next one takes it from there.
func TestServersGoOnWhereTheLastUpdateEnded(t *testing.T) {
	deallocate, drop := "DEALLOCATE DATABASES FROM SERVER '"+id(3)+"'", "DROP SERVER '"+id(3)+"'"
	four := func(t *testing.T) (*box, verify.Members) {
		b, members := cluster(t, shape5(4, 0, 0))
		d := b.c.Database("neo4j")
		d.Primaries, d.WantPrimaries = d.Primaries[1:], 3
		return b, members
	}
	again := func(t *testing.T, b *box, members verify.Members) {
		told, err := b.in(t.Context(), members, shape5(3, 0, 0), 10*time.Second)
		require.NoError(t, err, told.progress.String())
		assert.Equal(t, []string{deallocate, drop}, b.orders(), "nothing is ordered twice")
		assert.Equal(t, []string{"neo4j 3"}, b.log)
		assert.Equal(t, map[string]string{"neo4j-3": id(3)}, b.notes)
	}
	t.Run("time is up while it deallocates", func(t *testing.T) {
		b, members := four(t)
		b.c.Hold = true
		_, err := b.in(t.Context(), members, shape5(3, 0, 0), 300*time.Millisecond)
		require.EqualError(t, err, "scale-in of neo4j 4 -> 3: neo4j-3 has not left after 300ms: server "+id(3)+" still hosts neo4j; the next update goes on from here")
		assert.Equal(t, []string{deallocate}, b.orders())
		assert.Empty(t, b.log)
		b.c.Locked(func() { b.c.Hold = false })
		again(t, b, members)
	})
	t.Run("cancelled while it deallocates", func(t *testing.T) {
		b, members := four(t)
		b.c.Hold = true
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(200*time.Millisecond, cancel)
		_, err := b.in(ctx, members, shape5(3, 0, 0), time.Minute)
		require.ErrorIs(t, err, context.Canceled)
		b.c.Locked(func() { b.c.Hold = false })
		again(t, b, members)
	})
	t.Run("killed between drop and shrink", func(t *testing.T) {
		b, members := four(t)
		b.fail = errors.New("killed")
		_, err := b.in(t.Context(), members, shape5(3, 0, 0), 10*time.Second)
		require.ErrorContains(t, err, "killed")
		assert.Equal(t, []string{deallocate, drop}, b.orders())
		b.fail = nil
		again(t, b, members)
	})
	t.Run("killed after the shrink", func(t *testing.T) {
		b, members := four(t)
		_, err := b.in(t.Context(), members, shape5(3, 0, 0), 10*time.Second)
		require.NoError(t, err)
		again(t, b, members)
	})
	t.Run("without a note, as the only one that leaves", func(t *testing.T) {
		b, members := four(t)
		b.c.Hold = true
		_, err := b.in(t.Context(), members, shape5(3, 0, 0), 300*time.Millisecond)
		require.Error(t, err)
		clear(b.notes)
		b.c.Locked(func() { b.c.Hold = false })
		told, err := b.in(t.Context(), members, shape5(3, 0, 0), 10*time.Second)
		require.NoError(t, err, told.progress.String())
		assert.Equal(t, []string{deallocate, drop}, b.orders())
	})
}

func TestServersAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		harm func(b *box)
		want string
		// touched says that databases were narrowed before the cluster refused.
		touched bool
	}{
		"a database is offline on it": {func(b *box) {
			d := b.c.Database("neo4j")
			d.Status[host(b, "neo4j-3")] = "offline"
		}, "refused, nothing was touched: neo4j-3 cannot leave: database neo4j is offline on it: START DATABASE, or DROP DATABASE, first", false},
		"the only primary is on it": {func(b *box) {
			b.c.Databases = append(b.c.Databases, &scripted.ModelDatabase{Name: "movies", Primaries: []string{host(b, "neo4j-3")}, WantPrimaries: 1, Status: map[string]string{}})
		}, "refused, nothing was touched: neo4j-3 cannot leave: database movies has its only primary on it: ALTER DATABASE `movies` SET TOPOLOGY 3 PRIMARIES first", false},
		"one that stays is down": {func(b *box) { b.c.Server(id(1)).Health = "Unavailable" },
			"refused, nothing was touched: neo4j-3 cannot leave: neo4j-1, which stays, is Enabled and Unavailable: bring it back first", false},
		"one that stays is cordoned": {func(b *box) { b.c.Server(id(2)).State = "Cordoned" },
			"refused, nothing was touched: neo4j-3 cannot leave: neo4j-2, which stays, is Cordoned and Available: bring it back first", false},
		"one that stays is unknown": {func(b *box) {
			b.c.Servers = slices.DeleteFunc(b.c.Servers, func(s *scripted.ModelServer) bool { return s.ID == id(2) })
		}, "refused, nothing was touched: neo4j-3 cannot leave: neo4j-2, which stays, is not among the servers: bring it back first", false},
		"the dry run says no": {func(b *box) {
			b.c.Refuse["DRYRUN"] = "Neo.ClientError.Statement.ExecutionFailed: Could not deallocate server(s)"
		},
			"refused by the cluster, no member was taken out: its databases cannot be moved from server " + id(3) +
				": Neo.ClientError.Statement.ExecutionFailed: Could not deallocate server(s); see SHOW DATABASES and SHOW SERVERS, mend what it names and update again", true},
		"the topology cannot be altered": {func(b *box) {
			b.c.Refuse["ALTER DATABASE"] = "Neo.ClientError.Security.Forbidden: not allowed"
		},
			"refused by the cluster, no member was taken out: ALTER DATABASE `neo4j` SET TOPOLOGY 3 PRIMARIES: Neo.ClientError.Security.Forbidden: not allowed", false},
		"two leave and nobody knows which": {func(b *box) {
			b.c.Hold = true
			b.c.Server(id(2)).State, b.c.Server(id(3)).State = "Deallocating", "Deallocating"
		}, "so which it is cannot be told; DROP SERVER those that are Deallocated and update again", false},
	} {
		t.Run(name, func(t *testing.T) {
			b, members := cluster(t, shape5(4, 0, 0))
			b.c.Locked(func() { c.harm(b) })
			_, err := b.in(t.Context(), members, shape5(3, 0, 0), 10*time.Second)
			require.ErrorContains(t, err, "scale-in of neo4j 4 -> 3: ")
			assert.ErrorContains(t, err, c.want)
			assert.Empty(t, b.log, "no pod was stopped")
			assert.Equal(t, c.touched, slices.ContainsFunc(b.orders(), func(o string) bool { return strings.HasPrefix(o, "ALTER") }), b.orders())
		})
	}
}

func TestManyToOnePrimaryIsRefused(t *testing.T) {
	b, members := cluster(t, shape5(3, 0, 0))
	_, err := b.in(t.Context(), members, shape5(1, 0, 0), time.Second)
	require.EqualError(t, err, "neo4j:cluster.primaries: 3 -> 1 is refused, nothing was touched: a database with several primaries cannot be altered to one (51N41), "+
		"and neither can the system database; keep at least 2, better 3, or make a new stack and load a backup")
	assert.Empty(t, b.orders())
}

func TestElectionsAreWaitedFor(t *testing.T) {
	b, members := cluster(t, shape5(4, 0, 0))
	b.c.Locked(func() {
		b.c.Refuse["DEALLOCATE"] = "Neo.ClientError.Cluster.NotALeader: No longer leader"
		b.c.After = func(c *scripted.Cluster) {
			if c.Looks > 12 {
				clear(c.Refuse)
			}
		}
	})
	told, err := b.in(t.Context(), members, shape5(3, 0, 0), 10*time.Second)
	require.NoError(t, err, told.progress.String())
	assert.Contains(t, told.progress.String(), "NotALeader")
}

// An idle server, as every one is after it joined, has nothing to move: it is dropped when it is Deallocated, from 5.15 on, and not before.
func TestAnIdleServerIsNotDroppedTooEarly(t *testing.T) {
	for _, release := range []string{"5.1.0", "5.14.0", "5.15.0", "5.26.30", "2026.08.1"} {
		t.Run(release, func(t *testing.T) {
			full := shape5(5, 0, 0)
			full.Release = neo4j.MustRelease(release)
			b, members := cluster(t, full)
			b.c.Slow = 6
			b.c.Locked(func() {
				d := b.c.Database("neo4j")
				d.Primaries, d.WantPrimaries = d.Primaries[:3], 3
				b.c.Databases = append(b.c.Databases, &scripted.ModelDatabase{Name: "library", Primaries: slices.Clone(b.c.Database("system").Primaries[:3]), Status: map[string]string{}, Composite: true})
			})
			told, err := b.in(t.Context(), members, full.Sized(neo4j.Primary, 3), 10*time.Second)
			require.NoError(t, err, told.progress.String())
			assert.Equal(t, []string{
				"DEALLOCATE DATABASES FROM SERVER '" + id(4) + "'", "DROP SERVER '" + id(4) + "'",
				"DEALLOCATE DATABASES FROM SERVER '" + id(3) + "'", "DROP SERVER '" + id(3) + "'",
			}, b.orders(), told.progress.String())
		})
	}
}
