package spread

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/reach"
)

func (s *spreading) tell(out io.Writer, line string) {
	_, _ = fmt.Fprintf(out, "%s: %s\n", name, line)
}

// sayHosts says what the members host that have joined, and those that host none.
func (s *spreading) sayHosts(v view, idle []neo4j.Member) {
	var unasked []string
	for _, m := range s.topology.Members {
		joined, isIdle := slices.Contains(s.joined, m), slices.Contains(idle, m)
		if !joined && !isIdle {
			continue
		}
		s.tell(s.o.Progress, m.Name+" hosts "+v.hosts(m))
		if !isIdle && v.hosts(m) == "system" {
			unasked = append(unasked, m.Name)
		}
	}
	if len(unasked) > 0 {
		s.tell(s.o.Progress, "no database asks for copies that "+strings.Join(unasked, ", ")+" could take; "+more)
	}
}

// most is how many moves are said one by one.
const most = 20

func (s *spreading) sayMoves(v view) {
	for i, m := range s.moves {
		if i == most {
			s.tell(s.o.Progress, fmt.Sprintf("and %d more", len(s.moves)-most))
			return
		}
		s.tell(s.o.Progress, v.inWords(s.topology, m))
	}
}

// more is how a server gets a copy where the copies lie evenly.
const more = "a database that is created takes up such servers, and ALTER DATABASE … SET TOPOLOGY with more copies does (docs/growing.md)"

// advise says how servers that host none come to host databases, where the plan moves no copies.
func (s *spreading) advise(ctx context.Context, v view, idle []neo4j.Member) {
	if len(idle) == 0 {
		return
	}
	if !s.knowsDryRun() {
		s.tell(s.o.Progress, "REALLOCATE DATABASES, ordered by hand, moves copies onto such servers; "+more)
		return
	}
	switch moves, err := s.dryRun(ctx, v); {
	case err != nil:
		s.tell(s.o.Progress, "neo4j:cluster.copies.placement: reallocate moves copies onto such servers; a dry run says: "+reach.FirstLine(err))
	case len(moves) == 0:
		s.tell(s.o.Progress, "a dry run of REALLOCATE DATABASES moves nothing; "+more)
	default:
		s.tell(s.o.Progress, "neo4j:cluster.copies.placement: reallocate moves copies onto such servers, "+counted(len(moves))+" by a dry run")
	}
}

// conclude says what the servers host now that were to get copies.
func (s *spreading) conclude(v view) {
	for _, m := range s.topology.Members {
		if slices.ContainsFunc(s.moves, func(to move) bool { return v.isAt(m, to.toID) }) {
			s.tell(s.o.Progress, m.Name+" hosts "+v.hosts(m))
		}
	}
	if s.elsewhere != "" {
		s.tell(s.o.Warnings, "the cluster placed copies otherwise than its dry run said: "+s.elsewhere)
	}
}
