package spread

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/verify"
)

// view is what all members say, and among it what the one says that writes the system database: it knows what was ordered first.
type view struct {
	seen   map[string]verify.Observation
	system verify.Observation
	writer neo4j.Member
}

// look asks all members at once. Without a writer of the system database nothing can be ordered, and nobody knows what was.
func (s *spreading) look(ctx context.Context) (view, error) {
	seen, errs := reach.All(ctx, s.topology.Members, s.members.Observe)
	var silent error
	for _, m := range s.topology.Members {
		if reach.Lasting(errs[m.Name]) {
			return view{}, fmt.Errorf("%s: %w", m.Name, errs[m.Name])
		}
		if errs[m.Name] != nil && silent == nil {
			silent = fmt.Errorf("%s: %w", m.Name, errs[m.Name])
		}
		o, ok := seen[m.Name]
		if writer, is := o.Writer(s.topology, "system"); ok && is && writer.Name == m.Name {
			return view{seen, o, m}, nil
		}
	}
	if silent != nil {
		return view{}, silent
	}
	return view{}, errors.New("no member says that it writes the system database")
}

// looks is how often a cluster is looked at that elects a leader right now.
const looks = 20

// patiently tries again what may pass, such as what an election keeps from being answered: some times, and as long as a gate waits where
// there is more to do than to say something.
func (s *spreading) patiently(ctx context.Context, try func() error) error {
	began := time.Now()
	for look := 1; ; look++ {
		err := try()
		if err == nil || !operate.Passing(err) || look >= looks && (!s.reallocates || time.Since(began) >= s.agree) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(s.o.Pause):
		}
	}
}

// server is a member's row among the servers.
func (v view) server(m neo4j.Member) (verify.Server, bool) {
	i := slices.IndexFunc(v.system.Servers, func(r verify.Server) bool { return strings.EqualFold(r.Host, m.Host) && r.State != verify.Dropped })
	if i < 0 {
		return verify.Server{}, false
	}
	return v.system.Servers[i], true
}

// isAt says whether a member is the server of an id.
func (v view) isAt(m neo4j.Member, id string) bool {
	server, ok := v.server(m)
	return ok && id != "" && server.ID == id
}

// hosts are the databases on a member in words, those of users first.
func (v view) hosts(m neo4j.Member) string {
	server, _ := v.server(m)
	names := slices.Sorted(slices.Values(v.system.Movable(server.Hosting)))
	return strings.Join(append(names, "system"), ", ")
}

// idle are the members that are Enabled and host no database of users, though one asks for copies of a kind that they take.
func (v view) idle(t neo4j.Topology) []neo4j.Member {
	var idle []neo4j.Member
	for _, m := range t.Members {
		server, ok := v.server(m)
		none := len(v.system.Movable(server.Hosting)) == 0 && len(v.system.Movable(server.Requested)) == 0
		if ok && server.State == verify.Enabled && none && v.asks(server) {
			idle = append(idle, m)
		}
	}
	return idle
}

// asks says whether a database asks for copies of a kind that a server takes. One of which nobody says how many it wants asks for none.
func (v view) asks(server verify.Server) bool {
	return slices.ContainsFunc(v.system.Databases, func(c verify.Copy) bool {
		fits := c.WantedPrimaries > 0 && server.Constraint != "SECONDARY" || c.WantedSecondaries > 0 && server.Constraint != "PRIMARY"
		return c.Name != "system" && !c.Composite() && fits
	})
}

// findings are the check's own over all members, but for their release: members of an earlier one are the rolling change's, which comes
// after.
func (v view) findings(t neo4j.Topology) []verify.Finding {
	seen, release := map[string]verify.Observation{}, t.Release.String()
	for name, o := range v.seen {
		o.Release, o.Edition = release, string(t.Edition)
		o.Servers = slices.Clone(o.Servers)
		for i := range o.Servers {
			o.Servers[i].Version = release
		}
		seen[name] = o
	}
	return verify.Judge(t, seen)
}
