package summary

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// Text is the summary as lines of a terminal, without a line break at its end.
func (s Summary) Text() string { return strings.Join(s.lines(), "\n") }

func (s Summary) lines() []string {
	switch s.Kind {
	case Refused:
		lines := []string{}
		for _, r := range s.Refused {
			lines = append(lines, r.Text)
		}
		return lines
	case First:
		return append(s.firstLines(), append(s.Data, s.Unfinished...)...)
	}
	var lines []string
	if s.Kind == Nothing {
		lines = append(lines, "nothing changes for the running cluster")
	}
	if was, is := s.Before.Topology, s.After.Topology; was != is {
		lines = append(lines, arrow(was, is))
	}
	if len(s.Members.Added) > 0 {
		lines = append(lines, "adds "+strings.Join(s.Members.Added, ", ")+s.Members.forOthers(": no running member restarts for it"))
	}
	if len(s.Members.Removed) > 0 {
		lines = append(lines, s.leave()+" "+strings.Join(s.Members.Removed, ", ")+inOrder(s.Members.Removed))
	}
	lines = append(lines, s.with(plan.TakenLive, "applied live, nobody restarts: ")...)
	lines = append(lines, s.with(plan.ByReload, "by a reload, nobody restarts: ")...)
	lines = append(lines, s.replaces()...)
	lines = append(lines, s.with(plan.ByReplacement, "by replacement: ")...)
	lines = append(lines, s.with(plan.AtFirstStart, "counts at a first start only, nobody restarts: ")...)
	lines = append(lines, s.with(plan.InPlace, "in place, nobody restarts: ")...)
	lines = append(lines, s.Notes...)
	lines = append(lines, s.with(plan.ByUpdates, "concerns updates alone: ")...)
	lines = append(lines, s.Data...)
	return append(lines, s.Unfinished...)
}

// firstLines say what a first update makes.
func (s Summary) firstLines() []string {
	lines := []string{fmt.Sprintf("first update: %s of Neo4j %s %s", s.After.Topology, s.After.Release, s.After.Edition)}
	for _, pool := range s.After.Pools {
		lines = append(lines, fmt.Sprintf("makes %s, %s", some(pool.Members), asked(pool.Role)))
	}
	var fields []string
	for _, f := range s.Changes {
		fields = append(fields, strings.TrimPrefix(f.Path, "neo4j:cluster.")+" "+oneLine(f.After))
	}
	return append(lines, "with "+strings.Join(fields, ", "))
}

// forOthers says what members that are added are to those that stay: nothing, but where the certificate of all bears their names.
func (m Members) forOthers(nothing string) string {
	if m.Named {
		return ", and the certificate bears their names"
	}
	return nothing
}

// replaces says who is replaced, and in which order.
func (s Summary) replaces() []string {
	m := s.Members
	switch {
	case len(m.Replaced) == 0:
		return nil
	case m.Running == 1:
		return []string{"replaces the server: nobody is served until it has started again"}
	}
	return []string{
		fmt.Sprintf("replaces %d of %d members, one at a time, the one that leads most databases last", len(m.Replaced), m.Running),
		"in this order, whoever leads then last: " + some(m.Replaced),
	}
}

// with are the settings and fields of an effect, a line each.
func (s Summary) with(effect plan.Effect, begin string) []string {
	var lines []string
	for _, f := range s.Settings {
		if f.Effect == effect {
			lines = append(lines, begin+f.String())
		}
	}
	for _, f := range s.Changes {
		if f.Effect == effect {
			lines = append(lines, begin+f.Path+": "+arrow(oneLine(orNothing(f.Before)), oneLine(f.After)))
		}
	}
	return lines
}

// String is the setting's name, its values and where the new one comes from.
func (s Setting) String() string {
	line := s.Name + " " + arrow(oneLine(orDefault(s.Before)), oneLine(orDefault(s.After)))
	if s.From != "" {
		line += " (" + s.From + ")"
	}
	return line
}

func orDefault(value *string) string {
	switch {
	case value == nil:
		return "its default"
	case *value == "":
		return "empty"
	}
	return *value
}

func orNothing(value *string) string {
	if value == nil {
		return ""
	}
	return *value
}

// leave is how members leave: from 5.0 on their databases move to the others first (operate/scale).
func (s Summary) leave() string {
	release, err := neo4j.ParseRelease(s.After.Release)
	if err != nil {
		return "removes"
	}
	if family, err := neo4j.FamilyOf(release); err == nil && family.Proof == neo4j.ByServers {
		return "drains and removes"
	}
	return "removes"
}

func inOrder(names []string) string {
	if len(names) == 1 {
		return ""
	}
	return ", one at a time, in this order"
}

// some are names in one line, and of many the first and the last.
func some(names []string) string {
	const most = 12
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s … %s (%d members)", names[0], names[len(names)-1], len(names))
}

// oneLine writes line breaks and other control characters of a value as Go does.
func oneLine(text string) string {
	if !strings.ContainsFunc(text, unicode.IsControl) {
		return text
	}
	quoted := strconv.Quote(text)
	return quoted[1 : len(quoted)-1]
}
