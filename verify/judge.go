package verify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"neo4j-kubernetes/neo4j"
)

// Observation is what one member says of itself and of the cluster.
type Observation struct {
	// Overview are the rows of dbms.cluster.overview(); empty for a standalone server.
	Overview []Row
	// Role is the member's own role in the release's words, Release what it reports as its version.
	Role, Release string
	// Voters are the ids of the Raft group's voting members as a core sees them; nil where the release does not say.
	Voters []string
}

// Row is one row of an overview: the member's id, the host it advertises, its role.
type Row struct{ ID, Host, Role string }

// The observed roles of 3.x and 4.x.
const (
	leader, follower, readReplica = "LEADER", "FOLLOWER", "READ_REPLICA"
)

// Finding is one thing that is not as the topology wants it.
type Finding struct {
	Member   string `json:"member"`
	Expected string `json:"expected"`
	Found    string `json:"found"`
}

func (f Finding) String() string {
	return fmt.Sprintf("%s: expected %s, found %s", f.Member, f.Expected, f.Found)
}

// Judge compares what the members say with the topology; nothing found means proven. A member without an observation did not
// answer. The verdict does not depend on the order of rows or members, nor on the case of host names.
func Judge(t neo4j.Topology, seen map[string]Observation) []Finding {
	j := &judgement{topology: t, seen: seen}
	family, err := neo4j.FamilyOf(t.Release)
	if err != nil {
		j.find(t.Name, "a release this program knows", t.Release.String())
		return j.findings
	}
	j.family = family
	for _, m := range t.Members {
		o, ok := seen[m.Name]
		if !ok {
			j.find(m.Name, "an answer", "none")
			continue
		}
		if !sameRelease(t.Release.String(), o.Release) {
			j.find(m.Name, "release "+t.Release.String(), orNothing(o.Release))
		}
		switch {
		case len(t.Members) == 1:
		case !family.HasOverview(m.Role):
			if !fits(m.Role, o.Role) {
				j.find(m.Name, "its own role "+wanted(m.Role), orNothing(o.Role))
			}
		default:
			j.overview(m, o)
			j.voters(m, o)
		}
	}
	if len(t.Members) > 1 {
		j.agreement()
	}
	return j.findings
}

type judgement struct {
	topology neo4j.Topology
	family   neo4j.Family
	seen     map[string]Observation
	findings []Finding
}

func (j *judgement) find(member, expected, found string) {
	j.findings = append(j.findings, Finding{member, expected, found})
}

// overview compares one member's rows: exactly the expected hosts, with roles that fit, one leader, and its own role the same.
func (j *judgement) overview(m neo4j.Member, o Observation) {
	rows := map[string]Row{}
	for _, row := range o.Overview {
		host := strings.ToLower(row.Host)
		if _, twice := rows[host]; twice {
			j.find(m.Name, row.Host+" once in its overview", "twice")
		}
		rows[host] = row
	}
	leaders := 0
	for _, want := range j.topology.Members {
		row, ok := rows[strings.ToLower(want.Host)]
		if !ok {
			j.find(m.Name, want.Host+" in its overview", hosts(o.Overview))
			continue
		}
		delete(rows, strings.ToLower(want.Host))
		if !fits(want.Role, row.Role) {
			j.find(m.Name, fmt.Sprintf("%s as %s", want.Name, wanted(want.Role)), orNothing(row.Role))
		}
		if strings.EqualFold(row.Role, leader) {
			leaders++
		}
		if want.Name == m.Name && !strings.EqualFold(row.Role, o.Role) {
			j.find(m.Name, "its own role "+orNothing(row.Role)+" as in its overview", orNothing(o.Role))
		}
	}
	for _, row := range sorted(rows) {
		j.find(m.Name, "no other members in its overview", row.Host+" "+row.Role)
	}
	if leaders != 1 {
		j.find(m.Name, "one LEADER in its overview", fmt.Sprint(leaders))
	}
}

// voters compares the Raft group's voting members with the cores. The overview alone does not prove a safe cluster: right after
// a scale-in from 5 to 3 it was seen to show 3 while four still voted.
func (j *judgement) voters(m neo4j.Member, o Observation) {
	if m.Role != neo4j.Primary || j.family.Status == "" {
		return
	}
	ids := map[string]string{}
	for _, row := range o.Overview {
		ids[row.ID] = row.Host
	}
	var names []string
	for _, id := range slices.Compact(slices.Sorted(slices.Values(o.Voters))) {
		names = append(names, j.nameOf(ids[id], id))
	}
	var want []string
	for _, p := range j.topology.Of(neo4j.Primary) {
		want = append(want, p.Name)
	}
	slices.Sort(names)
	slices.Sort(want)
	if !slices.Equal(names, want) {
		j.find(m.Name, "voting members "+strings.Join(want, ", "), orNothing(strings.Join(names, ", ")))
	}
}

func (j *judgement) nameOf(host, id string) string {
	for _, m := range j.topology.Members {
		if strings.EqualFold(m.Host, host) {
			return m.Name
		}
	}
	if host != "" {
		return host
	}
	return "a ghost " + id
}

// agreement compares the members' overviews with the first one's: the same ids, hosts and leader everywhere.
func (j *judgement) agreement() {
	var first string
	var text string
	for _, m := range j.topology.Members {
		o, ok := j.seen[m.Name]
		if !ok || !j.family.HasOverview(m.Role) {
			continue
		}
		mine := describe(o.Overview)
		switch {
		case first == "":
			first, text = m.Name, mine
		case mine != text:
			j.find(m.Name, "the same overview as "+first+", "+text, mine)
		}
	}
}

func describe(rows []Row) string {
	lines := make([]string, len(rows))
	for i, r := range rows {
		short, _, _ := strings.Cut(strings.ToLower(r.Host), ".")
		lines[i] = fmt.Sprintf("%s %s %s", short, strings.ToUpper(r.Role), r.ID)
	}
	slices.Sort(lines)
	return "(" + strings.Join(lines, "; ") + ")"
}

func fits(want neo4j.Role, role string) bool {
	role = strings.ToUpper(role)
	if want == neo4j.Secondary {
		return role == readReplica
	}
	return role == leader || role == follower
}

func wanted(role neo4j.Role) string {
	if role == neo4j.Secondary {
		return readReplica
	}
	return leader + " or " + follower
}

// sameRelease compares as the servers report themselves: some leave the pre-release part out.
func sameRelease(want, got string) bool {
	number, _, _ := strings.Cut(want, "-")
	return got == want || got == number
}

func sorted(rows map[string]Row) []Row {
	var all []Row
	for _, r := range rows {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b Row) int { return cmp.Compare(a.Host, b.Host) })
	return all
}

func hosts(rows []Row) string {
	var all []string
	for _, r := range rows {
		all = append(all, r.Host)
	}
	slices.Sort(all)
	return orNothing(strings.Join(all, ", "))
}

func orNothing(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}
