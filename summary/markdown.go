package summary

import (
	"fmt"
	"strings"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// Markdown is the summary as a pull request's comment, in GitHub's dialect: a heading, tables of what changes, the sentences, and a drawing
// of the members before and after. Its first line is a comment of HTML by which a workflow finds what it wrote before.
func (s Summary) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n### Neo4j: stack %s: %s\n", Marker(s.Stack), code(s.Stack), s.heading())
	switch s.Kind {
	case Refused:
		b.WriteString("\nNothing is touched.\n\n")
		for _, r := range s.Refused {
			fmt.Fprintf(&b, "- %s: %s\n", code(r.Path), plain(strings.TrimPrefix(r.Text, r.Path+": ")))
		}
	default:
		s.writeMembers(&b)
		s.writeTables(&b)
		for _, line := range s.sentences() {
			fmt.Fprintf(&b, "\n- %s", plain(line))
		}
		if len(s.sentences()) > 0 {
			b.WriteString("\n")
		}
	}
	if drawing := s.Mermaid(); drawing != "" {
		fmt.Fprintf(&b, "\n```mermaid\n%s```\n", drawing)
	}
	return b.String()
}

// Marker is the first line of a stack's comment.
func Marker(stack string) string { return "<!-- neo4j-kubernetes: summary of " + stack + " -->" }

func (s Summary) heading() string {
	switch s.Kind {
	case First:
		return "first update, " + s.After.Topology
	case Nothing:
		return "nothing changes for the running cluster"
	case Refused:
		return "refused"
	}
	if was, is := s.Before.Topology, s.After.Topology; was != is {
		return arrow(was, is)
	}
	return s.After.Topology
}

func (s Summary) sentences() []string {
	var all []string
	all = append(all, s.Notes...)
	all = append(all, s.Data...)
	return append(all, s.Unfinished...)
}

func (s Summary) writeMembers(b *strings.Builder) {
	m := s.Members
	rows := [][2]string{}
	add := func(what string, members []string) {
		if len(members) > 0 {
			rows = append(rows, [2]string{what, code(some(members))})
		}
	}
	if s.Kind == First {
		for _, pool := range s.After.Pools {
			add("made, "+asked(pool.Role), pool.Members)
		}
	} else {
		add("added"+m.forOthers(", no running member restarts for it"), m.Added)
	}
	add("removed"+inOrder(m.Removed), m.Removed)
	what := fmt.Sprintf("replaced, %d of %d, one at a time, the one that leads most databases last", len(m.Replaced), m.Running)
	if m.Running == 1 {
		what = "replaced: nobody is served until it has started again"
	}
	add(what, m.Replaced)
	if len(rows) == 0 {
		return
	}
	b.WriteString("\n| members | |\n| --- | --- |\n")
	for _, row := range rows {
		fmt.Fprintf(b, "| %s | %s |\n", row[0], row[1])
	}
}

// effects are how a table says them.
var effects = map[plan.Effect]string{
	plan.ByUpdates: "concerns updates alone", plan.InPlace: "in place, nobody restarts", plan.AtFirstStart: "counts at a first start only",
	plan.TakenLive: "applied live, nobody restarts", plan.ByReload: "by a reload, nobody restarts", plan.ByReplacement: "by replacement",
}

func (s Summary) writeTables(b *strings.Builder) {
	if s.Kind == First {
		b.WriteString("\n| key | value |\n| --- | --- |\n")
		for _, f := range s.Changes {
			fmt.Fprintf(b, "| %s | %s |\n", code(f.Path), code(f.After))
		}
		return
	}
	if len(s.Settings) > 0 {
		b.WriteString("\n| setting | before | after | from | how |\n| --- | --- | --- | --- | --- |\n")
		for _, f := range s.Settings {
			fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", code(f.Name), value(f.Before), value(f.After), f.From, effects[f.Effect])
		}
	}
	if len(s.Changes) > 0 {
		b.WriteString("\n| key | before | after | how |\n| --- | --- | --- | --- |\n")
		for _, f := range s.Changes {
			fmt.Fprintf(b, "| %s | %s | %s | %s |\n", code(f.Path), value(f.Before), value(&f.After), effects[f.Effect])
		}
	}
}

func value(text *string) string {
	if text == nil || *text == "" {
		return "*" + orDefault(text) + "*"
	}
	return code(*text)
}

// asked says what a role's members do.
func asked(role neo4j.Role) string {
	switch role {
	case neo4j.Primary:
		return "which vote"
	case neo4j.Analytics:
		return "which only read, for analytics"
	}
	return "which only read"
}

// code is a text that nothing in it can end: a span whose fence is longer than any run of backticks in it. A pipe ends the cell of a table
// even in a span, unless a backslash is before it.
func code(text string) string {
	text = strings.ReplaceAll(oneLine(text), "|", `\|`)
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") || text == "" {
		text = " " + text + " "
	}
	return fence + text + fence
}
