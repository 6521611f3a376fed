package verify

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWhoVotesOnADatabase(t *testing.T) {
	topology := planned("2026.08.1", 3, 1)
	copies := func(name string, c Copy, hosts ...string) []Copy {
		var all []Copy
		for _, host := range hosts {
			c.Name, c.Host = name, host
			all = append(all, c)
		}
		return all
	}
	runs := Copy{Role: "primary", Status: online, Wanted: online, WantedPrimaries: 3, Primaries: 2}
	down := Copy{Role: "unknown", Status: "unknown", Wanted: online, WantedPrimaries: 3, Primaries: 2}
	stopped, composite := runs, runs
	stopped.Wanted, composite.Type = "offline", "composite"
	uncounted, lost := Copy{Role: "primary", Status: online, Wanted: online}, Copy{Role: "unknown", Status: "unknown", Wanted: online}
	reads := Copy{Role: "secondary", Status: online, Wanted: online}
	o := Observation{Servers: []Server{{Host: host0}}}
	for _, rows := range [][]Copy{
		copies("movies", runs, host1, host0), copies("movies", down, host2), copies("movies", reads, "neo4j-read-0.neo4j.graph.svc.cluster.local"),
		copies("archive", stopped, host0), copies("all", composite, host0),
		copies("system", uncounted, host0, host1), copies("system", lost, host2, "neo4j-read-0.neo4j.graph.svc.cluster.local"),
	} {
		o.Databases = append(o.Databases, rows...)
	}
	assert.Equal(t, []Group{{"movies", 3, []string{"neo4j-1", "neo4j-0"}}, {"system", 3, []string{"neo4j-0", "neo4j-1"}}}, o.Voting(topology))
	o.Servers = nil
	assert.Empty(t, o.Voting(topology), "4.x has every database on every core")
}
