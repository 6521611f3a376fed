package verify

import (
	"maps"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"neo4j-kubernetes/neo4j"
)

const release35 = "3.5.0-beta03"

func TestJudgeProven(t *testing.T) {
	for _, shape := range [][2]int{{1, 0}, {3, 0}, {5, 0}, {4, 0}, {3, 2}} {
		topology := planned(release35, shape[0], shape[1])
		assert.Empty(t, Judge(topology, healthy(topology)), shape)
	}
}

// everywhere changes the row of one member in every overview.
func everywhere(seen map[string]Observation, row int, change func(*Row)) {
	for _, o := range seen {
		change(&o.Overview[row])
	}
}

func TestJudgeFindings(t *testing.T) {
	tests := []struct {
		name   string
		change func(seen map[string]Observation)
		want   string
	}{
		{"no leader", func(seen map[string]Observation) {
			everywhere(seen, 0, func(r *Row) { r.Role = follower })
			edit(seen, "neo4j-0", func(o *Observation) { o.Role = follower })
		}, "neo4j-1: expected one LEADER in its overview, found 0"},
		{"two leaders", func(seen map[string]Observation) {
			everywhere(seen, 1, func(r *Row) { r.Role = leader })
			edit(seen, "neo4j-1", func(o *Observation) { o.Role = leader })
		}, "neo4j-2: expected one LEADER in its overview, found 2"},
		{"each its own leader", func(seen map[string]Observation) {
			o := seen["neo4j-1"]
			o.Overview[0].Role, o.Overview[1].Role, o.Role = follower, leader, leader
			seen["neo4j-1"] = o
		}, "neo4j-1: expected the same view as neo4j-0"},
		{"another id", func(seen map[string]Observation) {
			o := seen["neo4j-2"]
			o.Overview[3].ID = "id-of-before"
		}, "neo4j-2: expected the same view as neo4j-0"},
		{"ghost voter", func(seen map[string]Observation) {
			edit(seen, "neo4j-1", func(o *Observation) { o.Voters[""] = append(o.Voters[""], "gone") })
		}, "neo4j-1: expected voting members neo4j-0, neo4j-1, neo4j-2, found a ghost gone, neo4j-0, neo4j-1, neo4j-2"},
		{"missing voter", func(seen map[string]Observation) {
			edit(seen, "neo4j-1", func(o *Observation) { o.Voters[""] = o.Voters[""][:2] })
		}, "neo4j-1: expected voting members neo4j-0, neo4j-1, neo4j-2, found neo4j-0, neo4j-1"},
		{"voters not said", func(seen map[string]Observation) {
			edit(seen, "neo4j-1", func(o *Observation) { o.Voters = nil })
		}, "neo4j-1: expected voting members neo4j-0, neo4j-1, neo4j-2, found nothing"},
		{"a replica votes", func(seen map[string]Observation) {
			edit(seen, "neo4j-1", func(o *Observation) { o.Voters[""][2] = "id-neo4j-read-0" })
		}, "found neo4j-0, neo4j-1, neo4j-read-0"},
		{"wrong role", func(seen map[string]Observation) {
			everywhere(seen, 2, func(r *Row) { r.Role = readReplica })
			edit(seen, "neo4j-2", func(o *Observation) { o.Role = readReplica })
		}, "neo4j-0: expected neo4j-2 as LEADER or FOLLOWER, found READ_REPLICA"},
		{"replica as core", func(seen map[string]Observation) {
			everywhere(seen, 3, func(r *Row) { r.Role = follower })
			edit(seen, "neo4j-read-0", func(o *Observation) { o.Role = follower })
		}, "neo4j-read-0: expected neo4j-read-0 as READ_REPLICA, found FOLLOWER"},
		{"own role differs", func(seen map[string]Observation) {
			edit(seen, "neo4j-1", func(o *Observation) { o.Role = leader })
		}, "neo4j-1: expected its own role FOLLOWER as in its overview, found LEADER"},
		{"short host names", func(seen map[string]Observation) {
			everywhere(seen, 1, func(r *Row) { r.Host = "neo4j-1" })
		}, "neo4j-0: expected neo4j-1.neo4j.graph.svc.cluster.local in its overview"},
		{"extra member", func(seen map[string]Observation) {
			for name := range seen {
				edit(seen, name, func(o *Observation) {
					o.Overview = append(o.Overview, Row{ID: "id-x", Host: "neo4j-3.neo4j.graph.svc.cluster.local", Role: follower})
				})
			}
		}, "neo4j-0: expected no other members in its overview, found neo4j-3.neo4j.graph.svc.cluster.local FOLLOWER"},
		{"twice", func(seen map[string]Observation) {
			edit(seen, "neo4j-0", func(o *Observation) { o.Overview = append(o.Overview, o.Overview[1]) })
		}, "once in its overview, found twice"},
		{"no answer", func(seen map[string]Observation) { delete(seen, "neo4j-2") }, "neo4j-2: expected an answer, found none"},
		{"wrong release", func(seen map[string]Observation) {
			edit(seen, "neo4j-2", func(o *Observation) { o.Release = "3.4.10" })
		}, "neo4j-2: expected release 3.5.0-beta03, found 3.4.10"},
		{"another pre-release", func(seen map[string]Observation) {
			edit(seen, "neo4j-2", func(o *Observation) { o.Release = "3.5.0-beta02" })
		}, "neo4j-2: expected release 3.5.0-beta03, found 3.5.0-beta02"},
		{"empty overview", func(seen map[string]Observation) {
			edit(seen, "neo4j-2", func(o *Observation) { o.Overview = nil })
		}, "neo4j-2: expected neo4j-0.neo4j.graph.svc.cluster.local in its overview, found nothing"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			topology := planned(release35, 3, 1)
			seen := healthy(topology)
			test.change(seen)
			var lines []string
			for _, f := range Judge(topology, seen) {
				lines = append(lines, f.String())
			}
			assert.Contains(t, strings.Join(lines, "\n"), test.want)
		})
	}
}

func edit(seen map[string]Observation, name string, change func(*Observation)) {
	o := seen[name]
	change(&o)
	seen[name] = o
}

func TestJudgeWithoutVoters(t *testing.T) {
	topology := planned("3.1.0-M13-beta3", 3, 0)
	seen := healthy(topology)
	for name := range seen {
		edit(seen, name, func(o *Observation) { o.Voters = nil })
	}
	assert.Empty(t, Judge(topology, seen), "3.1 does not say who votes")
	assert.Equal(t, "-", newReport(topology, seen, 0).Members[0].Voter)
}

func TestJudgeIgnoresOrderAndCase(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		topology := planned(release35, rapid.SampledFrom([]int{3, 4, 5, 7}).Draw(t, "primaries"), rapid.IntRange(0, 3).Draw(t, "secondaries"))
		seen := healthy(topology)
		if rapid.Bool().Draw(t, "broken") {
			edit(seen, "neo4j-1", func(o *Observation) { o.Voters[""] = append(o.Voters[""], "gone") })
		}
		proven := len(Judge(topology, seen)) == 0
		random := rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed")))
		shuffled := maps.Clone(seen)
		for name, o := range shuffled {
			rows := slices.Clone(o.Overview)
			for i := range rows {
				if random.Intn(2) == 0 {
					rows[i].Host, rows[i].Role = strings.ToUpper(rows[i].Host), strings.ToLower(rows[i].Role)
				}
			}
			random.Shuffle(len(rows), func(i, k int) { rows[i], rows[k] = rows[k], rows[i] })
			voters := slices.Clone(o.Voters[""])
			random.Shuffle(len(voters), func(i, k int) { voters[i], voters[k] = voters[k], voters[i] })
			o.Overview, o.Voters = rows, map[string][]string{"": voters}
			shuffled[name] = o
		}
		members := slices.Clone(topology.Members)
		random.Shuffle(len(members), func(i, k int) { members[i], members[k] = members[k], members[i] })
		topology.Members = members
		if findings := Judge(topology, shuffled); (len(findings) == 0) != proven {
			t.Fatalf("the verdict changed with the order: was proven %v, now %v", proven, findings)
		}
	})
}

func TestJudgeNeedsEveryMember(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		topology := planned(release35, rapid.IntRange(2, 7).Draw(t, "primaries"), rapid.IntRange(0, 3).Draw(t, "secondaries"))
		m := rapid.SampledFrom(topology.Members).Draw(t, "member")
		silent := healthy(topology)
		delete(silent, m.Name)
		if len(Judge(topology, silent)) == 0 {
			t.Fatalf("proven without an answer of %s", m.Name)
		}
		smaller := topology
		smaller.Members = slices.DeleteFunc(slices.Clone(topology.Members), func(o neo4j.Member) bool { return o.Name == m.Name })
		if len(smaller.Members) > 1 && len(Judge(smaller, healthy(topology))) == 0 {
			t.Fatalf("proven although %s is one too many", m.Name)
		}
		missing := healthy(topology)
		for name := range missing {
			edit(missing, name, func(o *Observation) {
				o.Overview = slices.DeleteFunc(o.Overview, func(r Row) bool { return r.Host == m.Host })
			})
		}
		if len(Judge(topology, missing)) == 0 {
			t.Fatalf("proven although no overview shows %s", m.Name)
		}
	})
}

func TestReport(t *testing.T) {
	topology := planned(release35, 3, 1)
	r := newReport(topology, healthy(topology), 0)
	table := r.Table()
	for _, text := range []string{"neo4j-1.neo4j.graph.svc.cluster.local", "LEADER", "READ_REPLICA", release35, "proven: 3 cores, 1 read replica"} {
		assert.Contains(t, table, text)
	}
	text, err := r.JSON()
	require.NoError(t, err)
	assert.Contains(t, string(text), `"voter": "no"`)
}

// TestJudgeReplicasWithoutOverview: read replicas of 3.1 know nothing but their own role.
func TestJudgeReplicasWithoutOverview(t *testing.T) {
	topology := planned("3.1.0-M13-beta3", 3, 1)
	seen := healthy(topology)
	edit(seen, "neo4j-read-0", func(o *Observation) { o.Overview = nil })
	assert.Empty(t, Judge(topology, seen))

	edit(seen, "neo4j-read-0", func(o *Observation) { o.Role = follower })
	findings := Judge(topology, seen)
	require.Len(t, findings, 1)
	assert.Equal(t, "neo4j-read-0: expected its own role READ_REPLICA, found FOLLOWER", findings[0].String())
}
