package scale

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/tests/scripted"
	"neo4j-kubernetes/verify"
)

// releases are those where a scale-in differs: DRYRUN came with 5.2, Deallocated with 5.15, and the newest of each line.
var releases = []string{"5.0.0", "5.1.0", "5.2.0", "5.14.0", "5.15.0", "5.26.30", "2025.01.0", "2026.08.1"}

func TestServersLeaveOneAtATime(t *testing.T) {
	for _, release := range releases {
		for _, stays := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s address stays %v", release, stays), func(t *testing.T) {
				full := shape5(5, 0, 0)
				full.Release = neo4j.MustRelease(release)
				b, members := cluster(t, full)
				b.c.Slow, b.c.AddressStays = 8, stays
				b.c.Create("movies", host(b, "neo4j-4"), host(b, "neo4j-3"), host(b, "neo4j-0"))
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
				assert.Contains(t, told.progress.String(), "scale-in of neo4j 4 -> 3: server "+id(3)+" still hosts movies\n")
				assert.Equal(t, map[string]string{"neo4j-4": id(4), "neo4j-3": id(3)}, b.notes, "their claims may not come back")
				report, err := verify.Prove(t.Context(), members, to.Topology(), verify.Options{Timeout: 5 * time.Second})
				require.NoError(t, err)
				assert.Len(t, report.Members, 3)
			})
		}
	}
}

// After every scale-out the new servers host the system database only. Such a one is Deallocating first, like any other.
func TestAnIdleServerLeaves(t *testing.T) {
	for _, release := range releases {
		t.Run(release, func(t *testing.T) {
			full := shape5(4, 0, 0)
			full.Release = neo4j.MustRelease(release)
			b, members := cluster(t, full)
			b.c.Slow = 3
			b.c.Database("neo4j").Primaries, b.c.Database("neo4j").WantPrimaries = b.c.Database("neo4j").Primaries[:3], 3
			told, err := b.in(t.Context(), members, full.Sized(neo4j.Primary, 3), 10*time.Second)
			require.NoError(t, err, told.progress.String())
			assert.Equal(t, []string{"DEALLOCATE DATABASES FROM SERVER '" + id(3) + "'", "DROP SERVER '" + id(3) + "'"}, b.orders())
			assert.Equal(t, []string{"neo4j 3"}, b.log)
			waits := strings.Contains(told.progress.String(), "server "+id(3)+" hosts nothing more and is not Deallocated yet\n")
			assert.Equal(t, full.Release.Compare(neo4j.MustRelease("5.15.0")) >= 0, waits, told.progress.String())
		})
	}
}

// A composite database is on every server and has neither writer nor role; a stopped one has no writer either.
func TestDatabasesWithoutAWriterDoNotHoldUpAScaleIn(t *testing.T) {
	for _, release := range releases {
		t.Run(release, func(t *testing.T) {
			full := shape5(4, 0, 0)
			full.Release = neo4j.MustRelease(release)
			b, members := cluster(t, full)
			b.c.Create("library").Type = "composite"
			b.c.Create("archive", host(b, "neo4j-0"), host(b, "neo4j-1"), host(b, "neo4j-2")).Wanted = "offline"
			told, err := b.in(t.Context(), members, full.Sized(neo4j.Primary, 3), 10*time.Second)
			require.NoError(t, err, told.progress.String())
			assert.Equal(t, []string{"neo4j 3"}, b.log)
			assert.NotContains(t, told.warnings.String(), "library")
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
		"a database is quarantined on it": {func(b *box) {
			b.c.Database("neo4j").Status[host(b, "neo4j-3")] = "quarantined"
		}, "refused, nothing was touched: neo4j-3 cannot leave: database neo4j is quarantined on it: lift its quarantine first", false},
		"the only primary is on it": {func(b *box) { b.c.Create("movies", host(b, "neo4j-3")) }, "refused, nothing was touched: neo4j-3 cannot leave: database movies has its only primary on it: ALTER DATABASE `movies` SET TOPOLOGY 3 PRIMARIES first", false},
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
			"refused by the cluster, neo4j-3 was not taken out: its databases cannot be moved from server " + id(3) +
				": Neo.ClientError.Statement.ExecutionFailed: Could not deallocate server(s); see SHOW DATABASES and SHOW SERVERS, mend what it names and update again", true},
		"the topology cannot be altered": {func(b *box) {
			b.c.Refuse["ALTER DATABASE"] = "Neo.ClientError.Security.Forbidden: not allowed"
		},
			"refused by the cluster, neo4j-3 was not taken out: ALTER DATABASE `neo4j` SET TOPOLOGY 3 PRIMARIES: Neo.ClientError.Security.Forbidden: not allowed", false},
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

func TestACopyThatIsOnItsWayIsWaitedFor(t *testing.T) {
	b, members := cluster(t, shape5(4, 0, 0))
	b.c.Locked(func() {
		b.c.Database("neo4j").Status[host(b, "neo4j-3")] = "store copying"
		b.c.After = func(c *scripted.Cluster) {
			if c.Looks == 12 {
				clear(c.Database("neo4j").Status)
			}
		}
	})
	told, err := b.in(t.Context(), members, shape5(3, 0, 0), 10*time.Second)
	require.NoError(t, err, told.progress.String())
	assert.Contains(t, told.progress.String(), "scale-in of neo4j 4 -> 3: database neo4j is store copying on it\n")
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
