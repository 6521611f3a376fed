package verify

import (
	"slices"
	"strings"

	"neo4j-kubernetes/neo4j"
)

// Group is a database as those count it who vote on its writes.
type Group struct {
	Name string
	// Voters is how many primaries it has, or is asked to have where that is more; Online are the members with one that runs.
	Voters int
	Online []string
}

// Voting are the groups of the databases that take writes, by name, as a server of 5.x or later shows them; none of a release without servers.
// Whether the system database has counts of its own differs: it has at least the primaries that are not said to be secondaries.
func (o Observation) Voting(t neo4j.Topology) []Group {
	var groups []Group
	system := 0
	for _, c := range o.Databases {
		if !c.Written() || len(o.Servers) == 0 {
			continue
		}
		i := slices.IndexFunc(groups, func(g Group) bool { return g.Name == c.Name })
		if i < 0 {
			i = len(groups)
			groups = append(groups, Group{Name: c.Name})
		}
		g := &groups[i]
		g.Voters = max(g.Voters, int(c.WantedPrimaries), int(c.Primaries))
		m, known := memberAt(t, c.Host)
		if c.Name == "system" && m.Role == neo4j.Primary && !strings.EqualFold(c.Role, "secondary") {
			system++
		}
		if known && strings.EqualFold(c.Role, "primary") && c.Status == online {
			g.Online = append(g.Online, m.Name)
		}
	}
	for i, g := range groups {
		if g.Name == "system" {
			groups[i].Voters = max(g.Voters, system)
		}
	}
	slices.SortFunc(groups, func(a, b Group) int { return strings.Compare(a.Name, b.Name) })
	return groups
}
