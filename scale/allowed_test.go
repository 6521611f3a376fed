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
	tests := []struct {
		name     string
		from, to neo4j.Topology
		refused  string
	}{
		{"grow", plan(3, 0), plan(5, 0), ""},
		{"shrink", plan(5, 0), plan(3, 0), ""},
		{"to an even number", plan(5, 0), plan(4, 0), ""},
		{"add replicas", plan(3, 0), plan(3, 2), ""},
		{"replicas to none", plan(3, 2), plan(3, 0), ""},
		{"unchanged", plan(3, 1), plan(3, 1), ""},
		{"unchanged pair", plan(2, 0), plan(2, 0), ""},
		{"under three", plan(3, 0), plan(1, 0), "3 -> 1 is refused, nothing was touched"},
		{"to two", plan(5, 0), plan(2, 0), "keep at least 3"},
		{"to nothing", plan(3, 0), plan(0, 0), "nothing would be left"},
		{"a pair to one", plan(2, 0), plan(1, 0), "2 -> 1 is refused"},
		{"standalone to cluster", plan(1, 0), plan(3, 0), "a standalone server holds no Raft state"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := Allowed(test.from, test.to)
			if test.refused == "" {
				assert.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, test.refused)
		})
	}
}

func TestAllowedShrinksNeverUnderThree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, to := rapid.IntRange(1, 11).Draw(t, "from"), rapid.IntRange(0, 11).Draw(t, "to")
		if err := Allowed(plan(from, 0), plan(to, 0)); err == nil && to < from && to < 3 {
			t.Fatalf("%d -> %d was allowed", from, to)
		}
	})
}
