package verify

import (
	"strings"

	"neo4j-kubernetes/neo4j"
)

// Leads are the databases that a member takes writes to, as the members' own views show it: those of most of them where they do not
// agree. Before 4.0 there is one, without a name.
func Leads(t neo4j.Topology, seen map[string]Observation, m neo4j.Member) []string {
	votes := map[string]int{}
	var names []string
	vote := func(database string) {
		if votes[database] == 0 {
			names = append(names, database)
		}
		votes[database]++
	}
	for _, o := range seen {
		for _, r := range o.Overview {
			if len(r.Roles) == 0 && strings.EqualFold(r.Host, m.Host) && strings.EqualFold(r.Role, leader) {
				vote("")
			}
		}
		for _, c := range o.Databases {
			if at, known := memberAt(t, c.Host); known && at.Name == m.Name && c.Writes() {
				vote(c.Name)
			}
		}
	}
	var led []string
	for _, name := range names {
		if votes[name]*2 > len(seen) {
			led = append(led, name)
		}
	}
	return led
}
