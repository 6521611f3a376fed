package scale

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/verify"
)

// serverID is what a server's id looks like. It stands in a statement's text, where no parameter is allowed.
var serverID = regexp.MustCompile(`^[0-9A-Za-z-]{1,64}$`)

// deallocate makes the cluster of 5.x and later do without a member while that still runs: its databases are moved to the others,
// then the server is dropped (operations manual 5, "removing a server"). Each look starts from the state that the cluster shows, so
// that one which was interrupted anywhere goes on.
func (s *operation) deallocate(ctx context.Context, leaves neo4j.Member) error {
	said := ""
	for {
		present, err := s.present(ctx)
		if err != nil {
			return err
		}
		waitFor := ""
		view, err := s.view(ctx, present, leaves)
		if err == nil {
			waitFor, err = s.advance(ctx, present, view, leaves)
		}
		switch {
		case err == nil && waitFor == "":
			return nil
		case err != nil && !passing(err):
			return err
		case err != nil && ctx.Err() != nil && said != "":
			return waiting{said} // what the end of the time cut short says nothing
		case err != nil:
			waitFor = err.Error()
		}
		if waitFor != said {
			_, _ = fmt.Fprintf(s.o.Progress, "scale-in %d -> %d: %s\n", leaves.Ordinal+1, leaves.Ordinal, waitFor)
			said = waitFor
		}
		if err := s.wait(ctx, waitFor); err != nil {
			return err
		}
	}
}

// passing says whether an error may be over at the next look: an election, a lost connection, a member that starts.
func passing(err error) bool {
	var said *verify.ServerError
	var refusal refused
	switch {
	case errors.Is(err, verify.ErrPassword), errors.As(err, &refusal):
		return false
	case errors.As(err, &said):
		return said.Transient()
	}
	return true
}

// refused is a reason for which a member cannot leave; waiting does not mend it.
type refused struct{ reason string }

func (r refused) Error() string { return r.reason }

// view is what the member says that writes the system database: it knows the servers' states first. Without one nothing can be ordered.
func (s *operation) view(ctx context.Context, present neo4j.Topology, leaves neo4j.Member) (verify.Observation, error) {
	stay := slices.DeleteFunc(present.Of(neo4j.Primary), func(m neo4j.Member) bool { return m.Name == leaves.Name })
	seen, errs := observe(ctx, s.asker, stay)
	var view verify.Observation
	for _, m := range stay {
		if err := errs[m.Name]; errors.Is(err, verify.ErrPassword) {
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
func (s *operation) advance(ctx context.Context, present neo4j.Topology, view verify.Observation, leaves neo4j.Member) (string, error) {
	server, known, err := s.serverOf(ctx, view, leaves)
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
		_, err := s.asker.Run(ctx, writer, verify.Question{Database: "system", Statement: statement, Write: true})
		return err
	}
	switch {
	case server.State == verify.Deallocated, server.State == verify.Deallocating && len(others(server.Hosting)) == 0:
		return fmt.Sprintf("server %s is dropped", server.ID), order(fmt.Sprintf("DROP SERVER '%s'", server.ID))
	case server.State == verify.Deallocating:
		return fmt.Sprintf("server %s still hosts %s", server.ID, strings.Join(others(server.Hosting), ", ")), nil
	}
	if err := s.blocked(view, leaves); err != nil {
		return "", err
	}
	if err := s.narrow(view, order); err != nil {
		return "", err
	}
	if err := order(fmt.Sprintf("DRYRUN DEALLOCATE DATABASES FROM SERVER '%s'", server.ID)); err != nil {
		return "", s.notDeallocated(server, err)
	}
	// Once it leaves, its address turns null: the id must be known to one who comes later.
	if err := s.pods.note(ctx, leaves, server.ID); err != nil {
		return "", err
	}
	if err := order(fmt.Sprintf("DEALLOCATE DATABASES FROM SERVER '%s'", server.ID)); err != nil {
		return "", s.notDeallocated(server, err)
	}
	return fmt.Sprintf("server %s is deallocated", server.ID), nil
}

// notDeallocated explains the server's own refusal; one that may pass is left as it is.
func (s *operation) notDeallocated(server verify.Server, err error) error {
	if passing(err) {
		return err
	}
	return refused{fmt.Sprintf("refused by the cluster, no member was taken out: its databases cannot be moved from server %s: %s; "+
		"see SHOW DATABASES and SHOW SERVERS, mend what it names and update again", server.ID, err)}
}

// serverOf finds the leaving member among the servers: by its address; by the id that was noted when it began to leave; or as the only
// one that leaves.
func (s *operation) serverOf(ctx context.Context, view verify.Observation, leaves neo4j.Member) (verify.Server, bool, error) {
	noted, err := s.pods.identity(ctx, leaves)
	if err != nil {
		return verify.Server{}, false, err
	}
	var nameless []verify.Server
	for _, server := range view.Servers {
		switch {
		case strings.EqualFold(server.Host, leaves.Host) && server.State != verify.Dropped, noted != "" && server.ID == noted:
			if !serverID.MatchString(server.ID) {
				return server, false, refused{fmt.Sprintf("%s has the server id %q, which is none", leaves.Name, server.ID)}
			}
			return server, true, nil
		case server.Host == "" && server.State != verify.Dropped:
			nameless = append(nameless, server)
		}
	}
	switch {
	case noted != "" || len(nameless) == 0:
		return verify.Server{}, false, nil
	case len(nameless) == 1 && serverID.MatchString(nameless[0].ID):
		return nameless[0], true, nil
	}
	ids := make([]string, len(nameless))
	for i, server := range nameless {
		ids[i] = server.ID + " " + server.State
	}
	return verify.Server{}, false, refused{fmt.Sprintf("refused: %s is none of the servers with an address, and %d without one leave (%s), so which it is cannot be told; "+
		"DROP SERVER those that are Deallocated and update again", leaves.Name, len(nameless), strings.Join(ids, ", "))}
}

// others are the databases other than system, which every server hosts to its end.
func others(hosting []string) []string {
	return slices.DeleteFunc(slices.Clone(hosting), func(name string) bool { return name == "system" })
}

// forgotten says what the members that stay still hold against a member that is gone: a server row that is not Dropped, or a
// database that has not settled.
func (s *operation) forgotten(ctx context.Context, after neo4j.Topology, gone neo4j.Member) string {
	view, err := s.view(ctx, after, gone)
	if err != nil {
		return err.Error()
	}
	for _, server := range view.Servers {
		if strings.EqualFold(server.Host, gone.Host) && server.State != verify.Dropped && server.State != verify.Free {
			return fmt.Sprintf("server %s is still %s", server.ID, server.State)
		}
	}
	writers := map[string]bool{}
	for _, c := range view.Databases {
		if strings.EqualFold(c.Host, gone.Host) {
			return fmt.Sprintf("database %s still has a copy on it", c.Name)
		}
		if c.Status != c.Wanted {
			return fmt.Sprintf("database %s is %s on %s", c.Name, c.Status, c.Host)
		}
		writers[c.Name] = writers[c.Name] || c.Writes() || c.Wanted != "online"
	}
	for _, c := range view.Databases {
		if !writers[c.Name] {
			return fmt.Sprintf("database %s has no writer", c.Name)
		}
	}
	return ""
}
