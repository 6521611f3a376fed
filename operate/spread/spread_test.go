package spread

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/tests/reached"
	"neo4j-kubernetes/tests/scripted"
	"neo4j-kubernetes/verify"
)

// grown is a cluster that grew from three primaries to some, and got some secondaries: the new ones host nothing but system.
type grown struct {
	*scripted.Cluster
	topology           neo4j.Topology
	members            verify.Members
	through            members // in place of them, where it is set
	joined             []neo4j.Member
	progress, warnings bytes.Buffer
}

func grow(t *testing.T, release string, primaries, secondaries int) *grown {
	t.Helper()
	g := &grown{topology: plan.Plan{
		Name: "neo4j", Namespace: "graph", ClusterDomain: "cluster.local",
		Spec: neo4j.Spec{Release: neo4j.MustRelease(release), Edition: neo4j.Enterprise, Primaries: primaries, Secondaries: secondaries},
	}.Topology()}
	g.Cluster = scripted.ClusterOf(g.topology)
	d := g.Database("neo4j")
	d.Primaries, d.WantPrimaries = d.Primaries[:3], 3
	g.Slow = 6
	g.members = reached.Servers(t, g.topology, g.Cluster)
	return g
}

// create adds databases of three copies on the first three servers.
func (g *grown) create(names ...string) {
	for _, name := range names {
		g.Create(name, host("neo4j-0"), host("neo4j-1"), host("neo4j-2"))
	}
}

func host(name string) string { return name + ".neo4j.graph.svc.cluster.local" }

func (g *grown) spread(ctx context.Context, reallocates bool, timeout time.Duration) (said string, err error) {
	g.progress.Reset()
	g.warnings.Reset()
	o := operate.Options{Timeout: timeout, Pause: 5 * time.Millisecond, Progress: &g.progress, Warnings: &g.warnings}.Filled()
	var through members = g.members
	if g.through != nil {
		through = g.through
	}
	err = operate.Run(ctx, &spreading{
		members: through, topology: g.topology, reallocates: reallocates, joined: g.joined, o: o,
		settle: 50 * time.Millisecond, grace: 100 * time.Millisecond, agree: 50 * time.Millisecond,
	}, o)
	return g.progress.String(), err
}

// lines are lines of progress as the operation writes them.
func lines(lines ...string) string {
	return "placement of databases: " + strings.Join(lines, "\nplacement of databases: ") + "\n"
}

func (g *grown) orders() (orders []string) {
	g.Locked(func() { orders = append(orders, g.Orders...) })
	return orders
}

func TestServersThatHostNoneAreSaidAndHowToUseThem(t *testing.T) {
	for release, advice := range map[string]string{
		"5.0.0":     "REALLOCATE DATABASES, ordered by hand, moves copies onto such servers; " + more,
		"5.2.0":     "neo4j:cluster.copies.placement: reallocate moves copies onto such servers, 2 copies by a dry run",
		"5.26.30":   "neo4j:cluster.copies.placement: reallocate moves copies onto such servers, 2 copies by a dry run",
		"2026.08.1": "neo4j:cluster.copies.placement: reallocate moves copies onto such servers, 2 copies by a dry run",
	} {
		t.Run(release, func(t *testing.T) {
			g := grow(t, release, 5, 0)
			g.create("movies")
			g.Create("library").Type = "composite"
			said, err := g.spread(t.Context(), false, time.Second)
			require.NoError(t, err)
			assert.Equal(t, lines("neo4j-3 hosts system", "neo4j-4 hosts system", advice), said)
			assert.Empty(t, g.orders(), "nothing is moved unasked")
		})
	}
}

func TestWhereAllHostAndNobodyJoinedNothingIsSaid(t *testing.T) {
	for _, reallocates := range []bool{false, true} {
		g := grow(t, "5.26.30", 3, 2)
		said, err := g.spread(t.Context(), reallocates, time.Second)
		require.NoError(t, err)
		assert.Empty(t, said, "no database asks for secondaries, and no secondary has just joined")
		assert.Empty(t, g.orders())
	}
}

func TestWhatHasJoinedIsSaidInAnyCase(t *testing.T) {
	g := grow(t, "5.26.30", 4, 1)
	g.Database("neo4j").Primaries, g.Database("neo4j").WantPrimaries = []string{host("neo4j-0"), host("neo4j-1"), host("neo4j-3")}, 3
	g.joined = g.topology.Members[3:]
	said, err := g.spread(t.Context(), false, time.Second)
	require.NoError(t, err)
	assert.Equal(t, lines(
		"neo4j-2 hosts system", "neo4j-3 hosts neo4j, system", "neo4j-read-0 hosts system",
		"no database asks for copies that neo4j-read-0 could take; "+more, "a dry run of REALLOCATE DATABASES moves nothing; "+more,
	), said)
}

func TestCopiesMoveOntoServersThatHostNone(t *testing.T) {
	for _, release := range []string{"5.2.0", "5.15.0", "5.26.30", "2025.01.0", "2026.08.1"} {
		t.Run(release, func(t *testing.T) {
			g := grow(t, release, 5, 0)
			g.create("movies", "people")
			said, err := g.spread(t.Context(), true, 10*time.Second)
			require.NoError(t, err, said)
			assert.Equal(t, []string{"REALLOCATE DATABASES"}, g.orders())
			assert.True(t, strings.HasPrefix(said, lines(
				"neo4j-3 hosts system", "neo4j-4 hosts system",
				"neo4j: a copy moves from neo4j-0, which takes its writes, to neo4j-3",
				"neo4j: a copy moves from neo4j-1 to neo4j-4",
				"movies: a copy moves from neo4j-2 to neo4j-3",
				"neo4j moves 3 copies",
				"neo4j has still a copy on neo4j-0",
			)), said)
			assert.True(t, strings.HasSuffix(said, lines("neo4j-3 hosts movies, neo4j, system", "neo4j-4 hosts neo4j, system")), said)
			assert.Empty(t, g.warnings.String())
			report, err := verify.Prove(t.Context(), g.members, g.topology, verify.Options{Timeout: 5 * time.Second})
			require.NoError(t, err)
			assert.Len(t, report.Members, 5)

			said, err = g.spread(t.Context(), true, time.Second)
			require.NoError(t, err)
			assert.Empty(t, said, "nothing is left to do, and nothing is said")
			assert.Equal(t, []string{"REALLOCATE DATABASES"}, g.orders())
		})
	}
}

func TestSecondaryCopiesMoveToo(t *testing.T) {
	g := grow(t, "5.26.30", 3, 2)
	for _, name := range []string{"movies", "people"} {
		d := g.Create(name, host("neo4j-0"), host("neo4j-1"), host("neo4j-2"))
		d.Secondaries, d.WantSecondaries = []string{host("neo4j-read-0")}, 1
	}
	said, err := g.spread(t.Context(), true, 10*time.Second)
	require.NoError(t, err, said)
	assert.Contains(t, said, lines("neo4j-read-1 hosts system", "movies: a secondary copy moves from neo4j-read-0 to neo4j-read-1", "neo4j moves 1 copy"))
}

func TestCopiesThatLieEvenlyStay(t *testing.T) {
	g := grow(t, "5.26.30", 5, 0)
	said, err := g.spread(t.Context(), true, time.Second)
	require.NoError(t, err)
	assert.Equal(t, lines("neo4j-3 hosts system", "neo4j-4 hosts system", "a dry run of REALLOCATE DATABASES moves nothing; "+more), said)
	assert.Empty(t, g.orders())
}

func TestManyMovesAreNotAllSaid(t *testing.T) {
	g := grow(t, "5.26.30", 5, 0)
	for _, c := range "abcdefghijklmnopqrst" {
		g.create("db" + string(c))
	}
	said, err := g.spread(t.Context(), true, 10*time.Second)
	require.NoError(t, err, said)
	assert.Contains(t, said, lines("and 4 more", "neo4j moves 24 copies"))
}
