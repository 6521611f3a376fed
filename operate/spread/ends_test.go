package spread

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/tests/scripted"
)

// An update may end anywhere: by its time, by a signal, by a lost machine. The next one orders nothing twice.
func TestAPlacementThatEndedGoesOn(t *testing.T) {
	again := func(t *testing.T, g *grown) {
		t.Helper()
		said, err := g.spread(t.Context(), true, 10*time.Second)
		require.NoError(t, err, said)
		assert.Equal(t, []string{"REALLOCATE DATABASES"}, g.orders(), "nothing is ordered twice")
	}
	t.Run("time is up while copies move", func(t *testing.T) {
		g := grow(t, "5.26.30", 4, 0)
		g.create("movies")
		g.Hold = true
		_, err := g.spread(t.Context(), true, 300*time.Millisecond)
		require.EqualError(t, err, "placement of databases: neo4j has not moved all copies after 300ms: neo4j has still a copy on neo4j-0; the next update goes on from here")
		again(t, g)
		g.Locked(func() { g.Hold = false })
		again(t, g)
	})
	t.Run("cancelled while copies move", func(t *testing.T) {
		g := grow(t, "5.26.30", 4, 0)
		g.create("movies")
		g.Hold = true
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(200*time.Millisecond, cancel)
		_, err := g.spread(ctx, true, time.Minute)
		require.ErrorIs(t, err, context.Canceled)
		g.Locked(func() { g.Hold = false })
		again(t, g)
	})
	t.Run("cancelled before the order", func(t *testing.T) {
		g := grow(t, "5.26.30", 4, 0)
		g.create("movies")
		g.Database("movies").Status[host("neo4j-1")] = "starting"
		ctx, cancel := context.WithCancel(t.Context())
		g.After = func(c *scripted.Cluster) {
			if c.Looks == 12 {
				cancel()
			}
		}
		_, err := g.spread(ctx, true, time.Minute)
		require.Error(t, err)
		assert.Empty(t, g.orders())
		g.Locked(func() {
			g.After = nil
			clear(g.Database("movies").Status)
		})
		again(t, g)
	})
	t.Run("an answer is lost, and the order was carried out", func(t *testing.T) {
		g := grow(t, "5.26.30", 4, 0)
		g.create("movies")
		g.through = &forgetful{members: g.members}
		again(t, g)
	})
}

// forgetful members carry the first order out, and their answer is lost.
type forgetful struct {
	members
	lost bool
}

func (f *forgetful) Run(ctx context.Context, m neo4j.Member, q reach.Question) (reach.Answer, error) {
	a, err := f.members.Run(ctx, m, q)
	if q.Statement == reallocate && !f.lost {
		f.lost = true
		return reach.Answer{}, errors.New("connection reset by peer")
	}
	return a, err
}

func TestAnElectionIsWaitedFor(t *testing.T) {
	g := grow(t, "5.26.30", 4, 0)
	g.create("movies")
	g.Refuse["REALLOCATE DATABASES"] = "Neo.ClientError.Cluster.NotALeader: No longer leader"
	g.After = func(c *scripted.Cluster) {
		if c.Looks > 40 {
			clear(c.Refuse)
		}
	}
	said, err := g.spread(t.Context(), true, 10*time.Second)
	require.NoError(t, err, said)
	assert.Equal(t, []string{"REALLOCATE DATABASES"}, g.orders())
}

func TestPlacementIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		harm func(g *grown)
		want string
	}{
		"a copy is quarantined": {func(g *grown) {
			g.Database("movies").Status[host("neo4j-1")] = "quarantined"
		}, "placement of databases: refused, nothing was touched: neo4j-0: expected movies online on neo4j-1"},
		"a server is cordoned": {func(g *grown) { g.Server(host("neo4j-2")).State = "Cordoned" },
			"placement of databases: refused, nothing was touched: neo4j-0: expected neo4j-2 Enabled, found Cordoned"},
		"the dry run says no": {func(g *grown) {
			g.Refuse["DRYRUN"] = "Neo.ClientError.Statement.ExecutionFailed: not now"
		}, "refused by the cluster, no copy was moved: DRYRUN REALLOCATE DATABASES: Neo.ClientError.Statement.ExecutionFailed: not now; " +
			"see SHOW DATABASES and SHOW SERVERS, mend what it names and update again, or write neo4j:cluster.copies.placement: keep"},
	} {
		t.Run(name, func(t *testing.T) {
			g := grow(t, "5.26.30", 4, 0)
			g.create("movies")
			g.Locked(func() { c.harm(g) })
			_, err := g.spread(t.Context(), true, 10*time.Second)
			require.ErrorContains(t, err, c.want)
			assert.Empty(t, g.orders())
		})
	}
}

func TestCopiesThatLieOtherwiseThanSaidAreAWarning(t *testing.T) {
	g := grow(t, "5.26.30", 5, 0)
	g.create("movies", "people")
	g.Contrary = true
	said, err := g.spread(t.Context(), true, 10*time.Second)
	require.NoError(t, err, said)
	assert.Equal(t, "placement of databases: the cluster placed copies otherwise than its dry run said: neo4j has no copy on neo4j-3\n", g.warnings.String())
}

func TestWhereNothingIsToMoveNothingFails(t *testing.T) {
	g := grow(t, "5.26.30", 4, 0)
	g.create("movies")
	g.Refuse["DRYRUN"] = "Neo.ClientError.Statement.ExecutionFailed: not now"
	said, err := g.spread(t.Context(), false, time.Second)
	require.NoError(t, err)
	assert.Equal(t, lines("neo4j-3 hosts system",
		"neo4j:cluster.copies.placement: reallocate moves copies onto such servers; a dry run says: Neo.ClientError.Statement.ExecutionFailed: not now"), said)

	g.Locked(func() {
		g.Refuse = map[string]string{"SHOW SERVERS": "Neo.ClientError.Statement.ExecutionFailed: not now"}
	})
	said, err = g.spread(t.Context(), false, time.Second)
	require.NoError(t, err)
	assert.Equal(t, lines("which databases the servers host cannot be seen: neo4j-0: Neo.ClientError.Statement.ExecutionFailed: not now"), said)
	_, err = g.spread(t.Context(), true, time.Second)
	require.ErrorContains(t, err, "neo4j-0: Neo.ClientError.Statement.ExecutionFailed: not now")
}
