package verify

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"neo4j-kubernetes/neo4j"
)

// databases compares one member's SHOW DATABASES with what the databases themselves ask for: online where they should be, one
// writer each, as many copies as requested, and no vote on a member that must not have one.
func (j *judgement) databases(m neo4j.Member, o Observation) {
	byName := map[string][]Copy{}
	for _, c := range o.Databases {
		if c.Status != dropped {
			byName[c.Name] = append(byName[c.Name], c)
		}
	}
	if byName["system"] == nil {
		j.find(m.Name, "the database system", "nothing")
	}
	// Enterprise can drop its default database, which is then a warning; Community cannot.
	if _, ok := o.Default(); !ok && j.topology.Edition == neo4j.Community {
		j.find(m.Name, "a default database", "none")
	}
	for _, name := range hidden(o) {
		j.find(m.Name, "the database "+name+" in SHOW DATABASES, for a server hosts it",
			"nothing: a user sees the databases that it was granted ACCESS on (docs/check-user.md)")
	}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		j.database(m, name, byName[name])
	}
}

// hidden are the databases that servers or cores have, and SHOW DATABASES leaves out.
func hidden(o Observation) []string {
	there := map[string]bool{}
	for _, s := range o.Servers {
		if s.State == Dropped || s.State == Free {
			continue
		}
		for _, name := range s.Hosting {
			there[name] = true
		}
	}
	for _, row := range o.Overview {
		for name := range row.Roles {
			there[name] = true
		}
	}
	for _, c := range o.Databases {
		delete(there, c.Name)
	}
	return slices.Sorted(maps.Keys(there))
}

func (j *judgement) database(m neo4j.Member, name string, copies []Copy) {
	var writers []string
	primaries, secondaries := int64(0), int64(0)
	for _, c := range copies {
		if c.Status != c.Wanted {
			found := strings.TrimSuffix(fmt.Sprintf("%s: %s", orNothing(c.Status), c.Message), ": ")
			j.find(m.Name, fmt.Sprintf("%s %s on %s", name, c.Wanted, j.place(c)), found+j.mend(c))
		}
		if c.Writes() {
			writers = append(writers, j.place(c))
		}
		switch strings.ToLower(c.Role) {
		case "primary", "standalone", "leader", "follower":
			primaries++
			if at, ok := memberAt(j.topology, c.Host); ok && at.Role != neo4j.Primary {
				j.find(m.Name, fmt.Sprintf("%s on %s as %s", name, at.Name, strings.ToLower(wantedCopy(j.family))), strings.ToLower(c.Role))
			}
		case "secondary", "read_replica":
			secondaries++
		}
	}
	if len(writers) != 1 && copies[0].Written() {
		j.find(m.Name, "one writer of "+name, orNothing(strings.Join(writers, ", ")))
	}
	if j.family.Proof == neo4j.ByServers {
		j.copies(m, name, copies[0], primaries, secondaries)
	}
}

// unquarantineFrom is the first release with dbms.unquarantineDatabase (operations manual 2026, "error handling").
var unquarantineFrom = neo4j.MustRelease("2025.01.0")

// mend says what brings a copy out of a state that no waiting mends.
func (j *judgement) mend(c Copy) string {
	switch {
	case c.Status == "dirty":
		return " (its store may be damaged; the member's logs say more)"
	case c.Status != quarantined:
		return ""
	case j.topology.Release.Compare(unquarantineFrom) >= 0:
		return fmt.Sprintf(" (mend the cause, then CALL dbms.unquarantineDatabase('<id of %s in SHOW SERVERS>', '%s'))", j.place(c), c.Name)
	case j.family.Name == "4.2":
		return fmt.Sprintf(" (mend the cause, then on %s CALL dbms.cluster.quarantineDatabase('%s', false))", j.place(c), c.Name)
	}
	return fmt.Sprintf(" (mend the cause, then on %s CALL dbms.quarantineDatabase('%s', false))", j.place(c), c.Name)
}

// copies compares a database's copies with the topology that it asks for. A server that stands alone asks for none.
func (j *judgement) copies(m neo4j.Member, name string, c Copy, primaries, secondaries int64) {
	if c.WantedPrimaries == 0 || len(j.topology.Members) == 1 || name == "system" || c.Wanted != online {
		return
	}
	if c.Primaries != c.WantedPrimaries || primaries != c.WantedPrimaries {
		j.find(m.Name, fmt.Sprintf("%d primaries of %s", c.WantedPrimaries, name), fmt.Sprint(min(c.Primaries, primaries)))
	}
	if c.Secondaries != c.WantedSecondaries || secondaries != c.WantedSecondaries {
		j.find(m.Name, fmt.Sprintf("%d secondaries of %s", c.WantedSecondaries, name), fmt.Sprint(min(c.Secondaries, secondaries)))
	}
}

// Default is a copy of the default database, the writer's where there is one; false where there is none: it was dropped, or the user
// may not see it.
func (o Observation) Default() (Copy, bool) {
	var found Copy
	for _, c := range o.Databases {
		if c.Default && c.Status != dropped && (found.Name == "" || c.Writes()) {
			found = c
		}
	}
	return found, found.Name != ""
}

// place names where a copy is, as people know the member.
func (j *judgement) place(c Copy) string {
	if m, ok := memberAt(j.topology, c.Host); ok {
		return m.Name
	}
	if len(j.topology.Members) == 1 {
		return j.topology.Members[0].Name
	}
	return orNothing(c.Host)
}

func wantedCopy(f neo4j.Family) string {
	if f.Proof == neo4j.ByServers {
		return "SECONDARY"
	}
	return readReplica
}

// memberAt is the member that advertises a host.
func memberAt(t neo4j.Topology, host string) (neo4j.Member, bool) {
	for _, m := range t.Members {
		if strings.EqualFold(m.Host, host) {
			return m, true
		}
	}
	return neo4j.Member{}, false
}

// anyView is the observation of the first member that has one: they agree by the time that it is asked for.
func anyView(t neo4j.Topology, seen map[string]Observation) Observation {
	for _, m := range t.Members {
		if o, ok := seen[m.Name]; ok {
			return o
		}
	}
	return Observation{}
}
