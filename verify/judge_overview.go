package verify

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"neo4j-kubernetes/neo4j"
)

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
	leaders := map[string]int{}
	for _, database := range databasesOf(o.Overview) {
		leaders[database] = 0
	}
	for _, want := range j.topology.Members {
		row, ok := rows[strings.ToLower(want.Host)]
		if !ok {
			j.find(m.Name, want.Host+" in its overview", hosts(o.Overview))
			continue
		}
		delete(rows, strings.ToLower(want.Host))
		for database := range leaders {
			j.role(m, want, database, row.roleIn(database))
			if strings.EqualFold(row.roleIn(database), leader) {
				leaders[database]++
			}
		}
		if want.Name == m.Name && j.family.Proof == neo4j.ByOverview && !strings.EqualFold(row.Role, o.Role) {
			j.find(m.Name, "its own role "+orNothing(row.Role)+" as in its overview", orNothing(o.Role))
		}
	}
	for _, row := range sorted(rows) {
		j.find(m.Name, "no other members in its overview", strings.TrimSpace(row.Host+" "+row.Role))
	}
	for _, database := range slices.Sorted(maps.Keys(leaders)) {
		if n := leaders[database]; n != 1 {
			j.find(m.Name, "one LEADER"+of(database)+" in its overview", fmt.Sprint(n))
		}
	}
}

// role judges the role that a member's overview gives another in a database.
func (j *judgement) role(m, want neo4j.Member, database, role string) {
	if !fits(want.Role, role) {
		j.find(m.Name, fmt.Sprintf("%s as %s%s", want.Name, wanted(want.Role), of(database)), orNothing(role))
	}
}

// databasesOf are the databases that an overview knows, one without a name in 3.x.
func databasesOf(rows []Row) []string {
	names := map[string]bool{}
	for _, row := range rows {
		for database := range row.Roles {
			names[database] = true
		}
	}
	if len(names) == 0 {
		return []string{""}
	}
	return slices.Sorted(maps.Keys(names))
}

// roleIn is the row's role in a database.
func (r Row) roleIn(database string) string {
	if database == "" {
		return r.Role
	}
	return r.Roles[database]
}

func of(database string) string {
	if database == "" {
		return ""
	}
	return " of " + database
}

// voters compares the Raft group's voting members with the cores. The overview alone does not prove a safe cluster: right after
// a scale-in from 5 to 3 it was seen to show 3 while four still voted.
func (j *judgement) voters(m neo4j.Member, o Observation) {
	if m.Role != neo4j.Primary || j.family.Status == "" {
		return
	}
	databases := slices.Sorted(maps.Keys(o.Voters))
	if len(databases) == 0 {
		databases = []string{""}
	}
	for _, database := range databases {
		j.group(m, o, database)
	}
}

// group compares one database's Raft group.
func (j *judgement) group(m neo4j.Member, o Observation, database string) {
	ids := map[string]string{}
	for _, row := range o.Overview {
		ids[row.ID] = row.Host
	}
	var names []string
	for _, id := range slices.Compact(slices.Sorted(slices.Values(o.Voters[database]))) {
		names = append(names, j.nameOf(ids[id], id))
	}
	var want []string
	for _, p := range j.topology.Of(neo4j.Primary) {
		want = append(want, p.Name)
	}
	slices.Sort(names)
	slices.Sort(want)
	if !slices.Equal(names, want) {
		j.find(m.Name, "voting members"+of(database)+" "+strings.Join(want, ", "), orNothing(strings.Join(names, ", ")))
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

func short(host string) string {
	name, _, _ := strings.Cut(strings.ToLower(host), ".")
	return name
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
