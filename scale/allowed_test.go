package scale

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"neo4j-kubernetes/neo4j"
)

func plan(primaries, secondaries int) neo4j.Topology { return shape(primaries, secondaries).Topology() }

func shape(primaries, secondaries int) neo4j.Spec {
	return neo4j.Spec{
		Name: "neo4j", Namespace: "graph", ClusterDomain: "cluster.local", Release: neo4j.MustRelease("3.5.0-beta03"), Edition: neo4j.Enterprise,
		Primaries: primaries, Secondaries: secondaries,
	}
}

func TestAllowed(t *testing.T) {
	of := func(release string, primaries, secondaries int) neo4j.Topology {
		s := shape(primaries, secondaries)
		s.Release = neo4j.MustRelease(release)
		if f, err := neo4j.FamilyOf(s.Release); err == nil && len(f.DiscoveryVersions) > 0 {
			s.Discovery.Version = neo4j.OnlyV2
		}
		return s.Topology()
	}
	const refused = "neo4j:cluster.primaries: "
	for _, c := range []struct {
		name     string
		from, to neo4j.Topology
		want     string
	}{
		{"grow", plan(3, 0), plan(5, 0), ""},
		{"shrink", plan(5, 0), plan(3, 0), ""},
		{"to an even number", plan(5, 0), plan(4, 0), ""},
		{"add replicas", plan(3, 0), plan(3, 2), ""},
		{"replicas to none", plan(3, 2), plan(3, 0), ""},
		{"unchanged", plan(3, 1), plan(3, 1), ""},
		{"unchanged pair", plan(2, 0), plan(2, 0), ""},
		{"5.x to two", of("5.26.30", 3, 0), of("5.26.30", 2, 0), ""},
		{"5.x, a reader more for one primary", of("5.26.30", 1, 1), of("5.26.30", 1, 2), ""},
		{"under three", plan(3, 0), plan(1, 0), refused + "3 -> 1 is refused, nothing was touched: the Raft group of a formed cluster keeps 3 voting members, " +
			"so 1 left would be without a quorum and without writes; keep at least 3, or make a new stack and load a backup"},
		{"to two", of("4.4.38", 5, 0), of("4.4.38", 2, 0), refused + "5 -> 2 is refused, nothing was touched: the Raft group of a formed cluster keeps 3 voting members, " +
			"so 2 left would be without a quorum and without writes; keep at least 3, or make a new stack and load a backup"},
		{"to nothing", plan(3, 0), plan(0, 0), refused + "3 -> 0 is refused, nothing was touched: nothing would be left; destroy the stack if that is meant"},
		{"standalone to cluster", plan(1, 0), plan(3, 0), refused + "1 -> 3 is refused, nothing was touched: a standalone server holds no Raft state, " +
			"so the others could not form a quorum with it; make a new stack of the size and load a backup"},
		{"5.x to one", of("5.26.30", 3, 0), of("5.26.30", 1, 0), refused + "3 -> 1 is refused, nothing was touched: a database with several primaries cannot be altered to one (51N41), " +
			"and neither can the system database; keep at least 2, better 3, or make a new stack and load a backup"},
		{"5.x from one", of("2026.08.1", 1, 0), of("2026.08.1", 3, 0), refused + "1 -> 3 is refused, nothing was touched: the system database of a single server has one primary " +
			"and cannot be given more while it runs; make a new stack of the size and load a backup of the databases, the system database among them"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := Allowed(c.from, c.to)
			if c.want == "" {
				assert.NoError(t, err)
				return
			}
			assert.EqualError(t, err, c.want)
		})
	}
	assert.ErrorContains(t, Allowed(of("5.26.30", 3, 0), of("5.20.0", 3, 0)), "5.26.30", "a release off the path is refused with the shape; see CheckUpgrade")
}

func TestAllowedShrinksNeverUnderThree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, to := rapid.IntRange(1, 11).Draw(t, "from"), rapid.IntRange(0, 11).Draw(t, "to")
		if err := Allowed(plan(from, 0), plan(to, 0)); err == nil && to < from && to < 3 {
			t.Fatalf("%d -> %d was allowed", from, to)
		}
	})
}
