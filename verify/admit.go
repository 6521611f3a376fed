package verify

import (
	"context"
	"fmt"
	"regexp"

	"neo4j-kubernetes/neo4j"
)

// serverID is what a server's id looks like. It stands in a statement's text, where no parameter is allowed.
var serverID = regexp.MustCompile(`^[0-9A-Za-z-]{1,64}$`)

// admit enables the planned members that a cluster of 5.x or later knows and does not use yet: a server that joins is Free and
// hosts nothing until it is enabled. A Free server that is not planned stays as it is, and the verdict names it. It tells what it
// did, one line a server; that it could not is a finding of the next look.
func admit(ctx context.Context, a asker, t neo4j.Topology, seen map[string]Observation) []string {
	f, err := neo4j.FamilyOf(t.Release)
	if err != nil || f.Proof != neo4j.ByServers || len(t.Members) == 1 {
		return nil
	}
	view := anyView(t, seen)
	writer, ok := view.Writer(t, "system")
	if !ok {
		return nil
	}
	var done []string
	for _, s := range view.Servers {
		m, planned := memberAt(t, s.Host)
		if s.State != Free || !planned || !serverID.MatchString(s.ID) {
			continue
		}
		_, err := a.Run(ctx, writer, Question{
			Database: "system", Write: true,
			Statement: fmt.Sprintf("ENABLE SERVER '%s' OPTIONS {modeConstraint: '%s'}", s.ID, f.Constraints[m.Role]),
		})
		if err != nil {
			done = append(done, fmt.Sprintf("%s is not enabled yet: %s", m.Name, firstLine(err)))
			continue
		}
		done = append(done, fmt.Sprintf("%s is enabled as server %s", m.Name, s.ID))
	}
	return done
}

// Writer is the member that takes writes to a database, as far as this observation shows it.
func (o Observation) Writer(t neo4j.Topology, database string) (neo4j.Member, bool) {
	for _, c := range o.Databases {
		if c.Name == database && c.Writes() {
			return memberAt(t, c.Host)
		}
	}
	return neo4j.Member{}, false
}
