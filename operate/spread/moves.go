package spread

import (
	"context"
	"fmt"
	"strings"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/reach"
)

// reallocate spreads all copies anew over the servers (operations manual 5, "reallocate databases using a Cypher command").
const reallocate = "REALLOCATE DATABASES"

const dryRun = "DRYRUN " + reallocate

// move is one row of the dry run: a copy of a database that would go from one server to another, by the servers' ids.
type move struct{ database, from, fromID, to, toID, mode string }

// dryRun asks what a reallocation would move, and changes nothing. The columns are those of the operations manual 5 and 2026, "reallocate
// databases using a Cypher command".
func (s *spreading) dryRun(ctx context.Context, v view) ([]move, error) {
	a, err := s.members.Run(ctx, v.writer, reach.Question{Database: "system", Statement: dryRun, Write: true})
	if err != nil {
		return nil, err
	}
	var moves []move
	for _, row := range a.Table() {
		moves = append(moves, move{
			row.Text("database"), row.Text("fromServerName"), row.Text("fromServerId"), row.Text("toServerName"), row.Text("toServerId"), row.Text("mode"),
		})
	}
	return moves, nil
}

// inWords is a move as people say it: "graph: a copy moves from neo4j-1 to neo4j-3".
func (v view) inWords(t neo4j.Topology, m move) string {
	from, to := v.called(t, m.fromID, m.from), v.called(t, m.toID, m.to)
	kind := "a copy"
	if strings.EqualFold(m.mode, "secondary") {
		kind = "a secondary copy"
	}
	if writer, ok := v.system.Writer(t, m.database); ok && v.isAt(writer, m.fromID) {
		from += ", which takes its writes,"
	}
	return fmt.Sprintf("%s: %s moves from %s to %s", m.database, kind, from, to)
}

// called is a server by its member's name, and by its own where it is none of the plan's.
func (v view) called(t neo4j.Topology, id, name string) string {
	for _, m := range t.Members {
		if v.isAt(m, id) {
			return m.Name
		}
	}
	return "server " + name
}

// unlike says what lies otherwise than the moves said, empty for nothing.
func (v view) unlike(t neo4j.Topology, moves []move) string {
	hosts := map[string]string{}
	for _, s := range v.system.Servers {
		hosts[s.ID] = s.Host
	}
	has := func(database, id string) bool {
		for _, c := range v.system.Databases {
			if c.Name == database && hosts[id] != "" && strings.EqualFold(c.Host, hosts[id]) {
				return true
			}
		}
		return false
	}
	for _, m := range moves {
		switch {
		case !has(m.database, m.toID):
			return fmt.Sprintf("%s has no copy on %s", m.database, v.called(t, m.toID, m.to))
		case has(m.database, m.fromID):
			return fmt.Sprintf("%s has still a copy on %s", m.database, v.called(t, m.fromID, m.from))
		}
	}
	return ""
}

func counted(n int) string {
	if n == 1 {
		return "1 copy"
	}
	return fmt.Sprintf("%d copies", n)
}

func (s *spreading) knowsDryRun() bool { return s.topology.Release.Compare(plan.DryRunFrom) >= 0 }
