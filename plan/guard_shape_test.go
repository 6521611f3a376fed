package plan

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"neo4j-kubernetes/neo4j"
)

func TestShape(t *testing.T) {
	of := func(release string, primaries, secondaries int) Plan {
		s := planned(release, primaries, secondaries)
		if f, err := neo4j.FamilyOf(s.Release); err == nil && len(f.DiscoveryVersions) > 0 {
			s.Discovery.Version = neo4j.OnlyV2
		}
		return s
	}
	const refused = "neo4j:cluster.primaries: "
	for _, c := range []struct {
		name     string
		from, to Plan
		want     string
	}{
		{"grow", planned("3.5.0-beta03", 3, 0), planned("3.5.0-beta03", 5, 0), ""},
		{"shrink", planned("3.5.0-beta03", 5, 0), planned("3.5.0-beta03", 3, 0), ""},
		{"to an even number", planned("3.5.0-beta03", 5, 0), planned("3.5.0-beta03", 4, 0), ""},
		{"add replicas", planned("3.5.0-beta03", 3, 0), planned("3.5.0-beta03", 3, 2), ""},
		{"replicas to none", planned("3.5.0-beta03", 3, 2), planned("3.5.0-beta03", 3, 0), ""},
		{"unchanged", planned("3.5.0-beta03", 3, 1), planned("3.5.0-beta03", 3, 1), ""},
		{"unchanged pair", planned("3.5.0-beta03", 2, 0), planned("3.5.0-beta03", 2, 0), ""},
		{"5.x to two", of("5.26.30", 3, 0), of("5.26.30", 2, 0), ""},
		{"5.x, a reader more for one primary", of("5.26.30", 1, 1), of("5.26.30", 1, 2), ""},
		{"under three", planned("3.5.0-beta03", 3, 0), planned("3.5.0-beta03", 1, 0), refused + "3 -> 1 is refused, nothing was touched: the Raft group of a formed cluster keeps 3 voting members, " +
			"so 1 left would be without a quorum and without writes; keep at least 3, or make a new stack and load a backup"},
		{"to two", of("4.4.38", 5, 0), of("4.4.38", 2, 0), refused + "5 -> 2 is refused, nothing was touched: the Raft group of a formed cluster keeps 3 voting members, " +
			"so 2 left would be without a quorum and without writes; keep at least 3, or make a new stack and load a backup"},
		{"to nothing", planned("3.5.0-beta03", 3, 0), planned("3.5.0-beta03", 0, 0), refused + "3 -> 0 is refused, nothing was touched: nothing would be left; destroy the stack if that is meant"},
		{"standalone to cluster", planned("3.5.0-beta03", 1, 0), planned("3.5.0-beta03", 3, 0), refused + "1 -> 3 is refused, nothing was touched: a standalone server holds no Raft state, " +
			"so the others could not form a quorum with it; make a new stack of the size and load a backup"},
		{"5.x to one", of("5.26.30", 3, 0), of("5.26.30", 1, 0), refused + "3 -> 1 is refused, nothing was touched: a database with several primaries cannot be altered to one (51N41), " +
			"and neither can the system database; keep at least 2, better 3, or make a new stack and load a backup"},
		{"5.x from one", of("2026.08.1", 1, 0), of("2026.08.1", 3, 0), refused + "1 -> 3 is refused, nothing was touched: the system database of a single server has one primary " +
			"and cannot be given more while it runs; make a new stack of the size and load a backup of the databases, the system database among them"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := CheckShape(c.from, c.to)
			if c.want == "" {
				assert.NoError(t, err)
				return
			}
			assert.EqualError(t, err, c.want)
		})
	}
}

func TestShapeShrinksNeverUnderThree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, to := rapid.IntRange(1, 11).Draw(t, "from"), rapid.IntRange(0, 11).Draw(t, "to")
		if err := CheckShape(planned("3.5.0-beta03", from, 0), planned("3.5.0-beta03", to, 0)); err == nil && to < from && to < 3 {
			t.Fatalf("%d -> %d was allowed", from, to)
		}
	})
}
