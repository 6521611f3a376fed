package enable

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/verify"
)

// liveliness orders the states of several servers of one address: a member that lost its data comes back as another one, beside the old.
var liveliness = []string{verify.Enabled, verify.Cordoned, verify.Free, verify.Deallocating, verify.Deallocated}

// serverOf is a member's server: the liveliest of its address that is not Dropped.
func serverOf(view verify.Observation, m neo4j.Member) (verify.Server, bool) {
	for _, state := range liveliness {
		i := slices.IndexFunc(view.Servers, func(s verify.Server) bool { return strings.EqualFold(s.Host, m.Host) && s.State == state })
		if i >= 0 {
			return view.Servers[i], true
		}
	}
	return verify.Server{}, false
}

// take orders what makes a member's server Enabled, and says what to wait for.
func (j *joining) take(ctx context.Context, writer, m neo4j.Member, view verify.Observation) (waitFor string, err error) {
	family, err := neo4j.FamilyOf(j.topology.Release)
	if err != nil {
		return "", err
	}
	server, ok := serverOf(view, m)
	if ok && !verify.IsServerID(server.ID) {
		return "", operate.Refused{Reason: fmt.Sprintf("%s has the server id %q, which is none", m.Name, server.ID)}
	}
	enable := fmt.Sprintf("ENABLE SERVER '%s'", server.ID)
	switch {
	case !ok:
		return m.Name + " has not joined" + nameless(view), nil
	case server.State == verify.Free:
		enable += fmt.Sprintf(" OPTIONS {modeConstraint: '%s'}", family.Constraints[m.Role])
		if waitFor, err = j.order(ctx, writer, m, enable, m.Name+" is enabled as server "+server.ID); err == nil && !slices.Contains(j.joined, m) {
			j.joined = append(j.joined, m)
		}
		return waitFor, err
	case server.State == verify.Cordoned && server.Health != "Available":
		// The manual's error handling: it is enabled again once it is well.
		return fmt.Sprintf("%s is Cordoned and %s: it is enabled again when it is Available", m.Name, server.Health), nil
	case server.State == verify.Cordoned:
		// Without options, as the manual does: it goes back to what it was.
		return j.order(ctx, writer, m, enable, fmt.Sprintf("%s was Cordoned and is enabled again as server %s", m.Name, server.ID))
	}
	return "", operate.Refused{Reason: fmt.Sprintf("%s cannot be taken up: its server %s is %s, which nothing undoes (operations manual 5, \"managing servers in a cluster\"): "+
		"it never hosts databases again; set neo4j:cluster.%s to %d and update, which takes it out, and grow again then", m.Name, server.ID, server.State, plan.SizeKeys[m.Role], m.Ordinal)}
}

// nameless says which servers that leave bear no address: a member that has not joined may be one of them.
func nameless(view verify.Observation) string {
	var ids []string
	for _, s := range view.Servers {
		if s.Host == "" && s.State != verify.Dropped {
			ids = append(ids, s.ID+" "+s.State)
		}
	}
	if len(ids) == 0 {
		return ""
	}
	return " (without an address: " + strings.Join(ids, ", ") + ")"
}

// order runs a statement; one that may pass is waited for.
func (j *joining) order(ctx context.Context, writer, m neo4j.Member, statement, done string) (waitFor string, err error) {
	_, err = j.members.Run(ctx, writer, reach.Question{Database: "system", Write: true, Statement: statement})
	switch {
	case err == nil:
		return done, nil
	case operate.Passing(err):
		return m.Name + " is not enabled yet: " + reach.FirstLine(err), nil
	}
	return "", fmt.Errorf("%s: %w", m.Name, err)
}
