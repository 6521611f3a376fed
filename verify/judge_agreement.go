package verify

import (
	"fmt"
	"slices"
	"strings"
)

// agreement compares the members' views with the first one's: the same ids, hosts, roles and states everywhere, and the same copies with
// the same role, writer and status. Only what differs is said.
func (j *judgement) agreement() {
	first, lines := "", []string(nil)
	for _, m := range j.topology.Members {
		o, ok := j.seen[m.Name]
		if !ok || !j.family.HasOverview(m.Role) || len(j.topology.Members) == 1 {
			continue
		}
		mine := j.view(o)
		switch theirs := lines; {
		case first == "":
			first, lines = m.Name, mine
		case !slices.Equal(mine, theirs):
			j.find(m.Name, "the same view as "+first+", "+only(theirs, mine), only(mine, theirs))
		}
	}
}

// view says what a member tells of the cluster, one line a fact, sorted.
func (j *judgement) view(o Observation) []string {
	var lines []string
	for _, r := range o.Overview {
		for _, database := range databasesOf(o.Overview) {
			lines = append(lines, fmt.Sprintf("%s %s%s %s", short(r.Host), strings.ToUpper(r.roleIn(database)), of(database), r.ID))
		}
	}
	for _, s := range o.Servers {
		if s.State != Dropped {
			lines = append(lines, fmt.Sprintf("%s %s %s %s", short(s.Host), s.State, strings.Join(s.Requested, "+"), s.ID))
		}
	}
	if len(o.Servers) > 0 { // 4.x has told the roles of its databases in the overview
		for _, c := range o.Databases {
			lines = append(lines, fmt.Sprintf("%s %s of %s %s", j.place(c), c.part(), c.Name, orNothing(c.Status)))
		}
	}
	slices.Sort(lines)
	return lines
}

// part is what a copy is to its database.
func (c Copy) part() string {
	switch role := strings.ToLower(c.Role); {
	case c.Writer:
		return "writer"
	case role == "" || role == "unknown":
		return "a copy"
	default:
		return role
	}
}

// only are the lines that others do not have.
func only(lines, others []string) string {
	rest := slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return slices.Contains(others, line) })
	if len(rest) == 0 {
		return "no more than that"
	}
	return "(" + strings.Join(rest, "; ") + ")"
}
