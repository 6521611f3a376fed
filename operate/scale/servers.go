package scale

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/verify"
)

// deallocate makes the cluster of 5.x and later do without the member while that still runs: its databases are moved to the others,
// then the server is dropped (operations manual 5, "removing a server"). Each call starts from the state that the cluster shows, and
// says what to wait for; nothing when the server may go.
func (l *leaving) deallocate(ctx context.Context) (waitFor string, err error) {
	present, err := l.present(ctx)
	if err != nil {
		return "", err
	}
	view, err := l.view(ctx, present)
	if err != nil {
		return "", err
	}
	return l.advance(ctx, present, view)
}

// view is what the member says that writes the system database: it knows the servers' states first. Without one nothing can be ordered.
func (l *leaving) view(ctx context.Context, present neo4j.Topology) (verify.Observation, error) {
	stay := slices.DeleteFunc(present.Of(neo4j.Primary), func(m neo4j.Member) bool { return m.Name == l.member.Name })
	seen, errs := reach.All(ctx, stay, l.members.Observe)
	var view verify.Observation
	for _, m := range stay {
		if err := errs[m.Name]; reach.Lasting(err) {
			return view, err
		}
		o, ok := seen[m.Name]
		if !ok {
			continue
		}
		if view.Servers == nil {
			view = o
		}
		if writer, ok := o.Writer(present, "system"); ok && writer.Name == m.Name {
			return o, nil
		}
	}
	if view.Servers == nil {
		return view, fmt.Errorf("no primary that stays answers: %w", errors.Join(slices.Collect(values(errs, stay))...))
	}
	return view, nil
}

// values gives a map's values in the order of the members.
func values(errs map[string]error, members []neo4j.Member) func(yield func(error) bool) {
	return func(yield func(error) bool) {
		for _, m := range members {
			if err := errs[m.Name]; err != nil && !yield(fmt.Errorf("%s: %w", m.Name, err)) {
				return
			}
		}
	}
}

// advance does what the leaving server's state asks for, and says what to wait for then; nothing when the server may go.
func (l *leaving) advance(ctx context.Context, present neo4j.Topology, view verify.Observation) (string, error) {
	server, known, err := l.serverOf(ctx, view)
	if err != nil {
		return "", err
	}
	// A Free server hosts nothing and belongs to nothing yet; a Dropped one no longer.
	if !known || server.State == verify.Dropped || server.State == verify.Free {
		return "", nil
	}
	writer, ok := view.Writer(present, "system")
	if !ok {
		return "no member says that it writes the system database", nil
	}
	order := func(statement string) error {
		_, err := l.members.Run(ctx, writer, reach.Question{Database: "system", Statement: statement, Write: true})
		return err
	}
	hosts := view.Movable(server.Hosting)
	switch {
	case view.MayBeDropped(server, l.to.Release):
		return fmt.Sprintf("server %s is dropped", server.ID), order(fmt.Sprintf("DROP SERVER '%s'", server.ID))
	case server.State == verify.Deallocating && len(hosts) == 0:
		return fmt.Sprintf("server %s hosts nothing more and is not Deallocated yet", server.ID), nil
	case server.State == verify.Deallocating:
		return fmt.Sprintf("server %s still hosts %s", server.ID, strings.Join(hosts, ", ")), nil
	}
	if err := l.blocked(view); err != nil {
		return "", err
	}
	if err := l.narrow(view, order); err != nil {
		return "", err
	}
	// Before there was a dry run the real order is the only test, and as harmless: a server that cannot be emptied is refused without a
	// change.
	if l.to.AtLeast(plan.DryRunFrom) {
		if err := order(fmt.Sprintf("DRYRUN DEALLOCATE DATABASES FROM SERVER '%s'", server.ID)); err != nil {
			return "", l.notDeallocated(server, err)
		}
	}
	// Once it leaves, its address turns null: the id must be known to one who comes later.
	if err := l.pods.Note(ctx, l.member, server.ID); err != nil {
		return "", err
	}
	if err := order(fmt.Sprintf("DEALLOCATE DATABASES FROM SERVER '%s'", server.ID)); err != nil {
		return "", l.notDeallocated(server, err)
	}
	return fmt.Sprintf("server %s is deallocated", server.ID), nil
}

// notDeallocated explains the server's own refusal; one that may pass is left as it is.
func (l *leaving) notDeallocated(server verify.Server, err error) error {
	if operate.Passing(err) {
		return err
	}
	return operate.Refused{Reason: fmt.Sprintf("refused by the cluster, %s was not taken out: its databases cannot be moved from server %s: %s; "+
		"see SHOW DATABASES and SHOW SERVERS, mend what it names and update again", l.member.Name, server.ID, err)}
}

// serverOf finds the leaving member among the servers: by its address; by the id that was noted when it began to leave; or as the only
// one that leaves.
func (l *leaving) serverOf(ctx context.Context, view verify.Observation) (verify.Server, bool, error) {
	noted, err := l.pods.Identity(ctx, l.member)
	if err != nil {
		return verify.Server{}, false, err
	}
	var nameless []verify.Server
	for _, server := range view.Servers {
		switch {
		case strings.EqualFold(server.Host, l.member.Host) && server.State != verify.Dropped, noted != "" && server.ID == noted:
			if !verify.IsServerID(server.ID) {
				return server, false, operate.Refused{Reason: fmt.Sprintf("%s has the server id %q, which is none", l.member.Name, server.ID)}
			}
			return server, true, nil
		case server.Host == "" && server.State != verify.Dropped:
			nameless = append(nameless, server)
		}
	}
	switch {
	case noted != "" || len(nameless) == 0:
		return verify.Server{}, false, nil
	case len(nameless) == 1 && verify.IsServerID(nameless[0].ID):
		return nameless[0], true, nil
	}
	ids := make([]string, len(nameless))
	for i, server := range nameless {
		ids[i] = server.ID + " " + server.State
	}
	return verify.Server{}, false, operate.Refused{Reason: fmt.Sprintf("refused: %s is none of the servers with an address, and %d without one leave (%s), so which it is cannot be told; "+
		"DROP SERVER those that are Deallocated and update again", l.member.Name, len(nameless), strings.Join(ids, ", "))}
}

// forgotten says what the members that stay still hold against a member that is gone: a server row that is not Dropped, or a
// database that has not settled.
func (l *leaving) forgotten(ctx context.Context, after neo4j.Topology) string {
	view, err := l.view(ctx, after)
	if err != nil {
		return err.Error()
	}
	for _, server := range view.Servers {
		if strings.EqualFold(server.Host, l.member.Host) && server.State != verify.Dropped && server.State != verify.Free {
			return fmt.Sprintf("server %s is still %s", server.ID, server.State)
		}
	}
	writers := map[string]bool{}
	for _, c := range view.Databases {
		if strings.EqualFold(c.Host, l.member.Host) && !c.Composite() {
			return fmt.Sprintf("database %s still has a copy on it", c.Name)
		}
		if c.Status != c.Wanted {
			return fmt.Sprintf("database %s is %s on %s", c.Name, c.Status, c.Host)
		}
		writers[c.Name] = writers[c.Name] || c.Writes() || !c.Written()
	}
	for _, c := range view.Databases {
		if !writers[c.Name] {
			return fmt.Sprintf("database %s has no writer", c.Name)
		}
	}
	return ""
}
