package verify

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"neo4j-kubernetes/neo4j"
)

// Report is what a proven cluster looked like.
type Report struct {
	Topology string         `json:"topology"`
	Members  []MemberReport `json:"members"`
	// Warnings are what is proven and still worth a second look, one line each.
	Warnings []string `json:"warnings,omitempty"`
	// Took is how long the check took, in seconds.
	Took float64 `json:"tookSeconds"`
}

// MemberReport is one member of a proven cluster.
type MemberReport struct {
	Member  string `json:"member"`
	Address string `json:"address"`
	// Role is LEADER, FOLLOWER, READ_REPLICA or SINGLE up to 4.4, of the default database; WRITER, PRIMARY or SECONDARY of it from 5.0
	// on, and SERVER for a member without a copy of it.
	Role string `json:"role"`
	// Voter is yes or no, and - where the release does not say. From 5.0 on it is about the system database.
	Voter   string `json:"voter"`
	Release string `json:"release"`
	// Databases are the databases that the member hosts: 5.0 and later.
	Databases []string `json:"databases,omitempty"`
	// Certificates are what the member serves on its encrypted ports.
	Certificates []Certificate `json:"certificates,omitempty"`
}

func newReport(t neo4j.Topology, seen map[string]Observation, took time.Duration) Report {
	r := Report{Topology: t.String(), Took: took.Seconds()}
	family, err := neo4j.FamilyOf(t.Release)
	if err != nil {
		return r
	}
	for _, m := range t.Members {
		o := seen[m.Name]
		line := MemberReport{Member: m.Name, Address: m.Host, Voter: "-", Release: o.Release}
		switch {
		case len(t.Members) == 1:
			line.Role = "SINGLE"
		case family.Proof == neo4j.ByServers:
			line.Role, line.Databases = roleAmongServers(m, o)
		default:
			line.Role = strings.ToUpper(roleOf(m, o))
		}
		switch {
		case m.Role != neo4j.Primary:
			line.Voter = "no"
		case o.Voters != nil || family.Proof == neo4j.ByServers && len(t.Members) > 1:
			line.Voter = "yes" // proven: the voters are exactly the primaries
		}
		r.Members = append(r.Members, line)
	}
	r.Warnings = warnings(t, anyView(t, seen))
	return r
}

// roleOf is a member's role in the words of 3.x and 4.x, of the default database where there are several.
func roleOf(m neo4j.Member, o Observation) string {
	if o.Role != "" {
		return o.Role
	}
	for _, row := range o.Overview {
		if strings.EqualFold(row.Host, m.Host) {
			return row.roleIn(o.defaultName())
		}
	}
	return ""
}

func (o Observation) defaultName() string {
	c, _ := o.Default()
	return c.Name
}

// roleAmongServers is what a server is to the default database, and which databases it hosts.
func roleAmongServers(m neo4j.Member, o Observation) (role string, databases []string) {
	role = "SERVER"
	for _, c := range o.Databases {
		if !strings.EqualFold(c.Host, m.Host) {
			continue
		}
		databases = append(databases, c.Name)
		switch {
		case !c.Default:
		case c.Writer:
			role = "WRITER"
		default:
			role = strings.ToUpper(c.Role)
		}
	}
	slices.Sort(databases)
	return role, databases
}

// warnings name databases that fewer members hold than could: with the servers' own default of one copy, a cluster of three loses the
// database with one server, and routing hides it.
func warnings(t neo4j.Topology, o Observation) []string {
	var lines []string
	told := map[string]bool{}
	for _, c := range o.Databases {
		if c.WantedPrimaries == 1 && len(t.Of(neo4j.Primary)) > 1 && c.Name != "system" && !told[c.Name] {
			told[c.Name] = true
			lines = append(lines, fmt.Sprintf("database %s has one primary on a cluster of %d: it is lost with that server; ALTER DATABASE %s SET TOPOLOGY 3 PRIMARIES spreads it",
				c.Name, len(t.Of(neo4j.Primary)), c.Name))
		}
	}
	return lines
}

// Table is the report as people read it.
func (r Report) Table() string {
	w := table.NewWriter()
	w.SetStyle(table.StyleLight)
	header := table.Row{"member", "address", "role", "voter", "release"}
	hosting := slices.ContainsFunc(r.Members, func(m MemberReport) bool { return len(m.Databases) > 0 })
	if hosting {
		header = append(header, "databases")
	}
	encrypted := slices.ContainsFunc(r.Members, func(m MemberReport) bool { return len(m.Certificates) > 0 })
	if encrypted {
		header = append(header, "certificates until")
	}
	w.AppendHeader(header)
	for _, m := range r.Members {
		row := table.Row{m.Member, m.Address, m.Role, m.Voter, m.Release}
		if hosting {
			row = append(row, strings.Join(m.Databases, ", "))
		}
		if encrypted {
			row = append(row, m.until())
		}
		w.AppendRow(row)
	}
	var warned strings.Builder
	for _, line := range r.Warnings {
		fmt.Fprintf(&warned, "\nwarning: %s", line)
	}
	return fmt.Sprintf("%s%s\nproven: %s, in %.1f s", w.Render(), warned.String(), r.Topology, r.Took)
}

// JSON is the report as programs read it.
func (r Report) JSON() ([]byte, error) { return json.MarshalIndent(r, "", "  ") }
