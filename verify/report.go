package verify

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"neo4j-kubernetes/neo4j"
)

// Report is what a proven cluster looked like.
type Report struct {
	Topology string         `json:"topology"`
	Members  []MemberReport `json:"members"`
	// Took is how long the check took, in seconds.
	Took float64 `json:"tookSeconds"`
}

// MemberReport is one member of a proven cluster.
type MemberReport struct {
	Member  string `json:"member"`
	Address string `json:"address"`
	Role    string `json:"role"`
	// Voter is yes or no, and - where the release does not say.
	Voter   string `json:"voter"`
	Release string `json:"release"`
}

func newReport(t neo4j.Topology, seen map[string]Observation, took time.Duration) Report {
	r := Report{Topology: t.String(), Took: took.Seconds()}
	for _, m := range t.Members {
		o := seen[m.Name]
		line := MemberReport{Member: m.Name, Address: m.Host, Role: strings.ToUpper(o.Role), Voter: "-", Release: o.Release}
		if len(t.Members) == 1 {
			line.Role = "SINGLE"
		}
		switch {
		case m.Role == neo4j.Secondary:
			line.Voter = "no"
		case o.Voters != nil:
			line.Voter = "yes" // proven: the voters are exactly the primaries
		}
		r.Members = append(r.Members, line)
	}
	return r
}

// Table is the report as people read it.
func (r Report) Table() string {
	w := table.NewWriter()
	w.SetStyle(table.StyleLight)
	w.AppendHeader(table.Row{"member", "address", "role", "voter", "release"})
	for _, m := range r.Members {
		w.AppendRow(table.Row{m.Member, m.Address, m.Role, m.Voter, m.Release})
	}
	return fmt.Sprintf("%s\nproven: %s, in %.1f s", w.Render(), r.Topology, r.Took)
}

// JSON is the report as programs read it.
func (r Report) JSON() ([]byte, error) { return json.MarshalIndent(r, "", "  ") }
