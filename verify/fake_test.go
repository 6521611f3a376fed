package verify

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/reach"
)

// plan is the topology of a cluster named neo4j.
func planned(release string, primaries, secondaries int) neo4j.Topology {
	return plan.Plan{
		Name: "neo4j", Namespace: "graph", ClusterDomain: "cluster.local",
		Spec: neo4j.Spec{Release: neo4j.MustRelease(release), Edition: neo4j.Enterprise, Primaries: primaries, Secondaries: secondaries},
	}.Topology()
}

// healthy is what the members of a proven cluster say; the first primary leads.
func healthy(t neo4j.Topology) map[string]Observation {
	rows := make([]Row, len(t.Members))
	var voters []string
	for i, m := range t.Members {
		rows[i] = Row{ID: "id-" + m.Name, Host: m.Host, Role: follower}
		switch {
		case i == 0:
			rows[i].Role = leader
		case m.Role == neo4j.Secondary:
			rows[i].Role = readReplica
		}
		if m.Role == neo4j.Primary {
			voters = append(voters, rows[i].ID)
		}
	}
	seen := map[string]Observation{}
	for i, m := range t.Members {
		o := Observation{Overview: append([]Row(nil), rows...), Role: rows[i].Role, Release: t.Release.String(), Edition: string(t.Edition)}
		if m.Role == neo4j.Primary {
			o.Voters = map[string][]string{"": append([]string(nil), voters...)}
		}
		seen[m.Name] = o
	}
	return seen
}

// fakeCluster answers for all members: looks give what each poll sees (the last one stays), and the store is one set of
// canaries that every member shares.
type fakeCluster struct {
	topology neo4j.Topology
	looks    []map[string]Observation
	// observe, where set, answers in place of looks.
	observe func(ctx context.Context, m neo4j.Member) (Observation, error)
	// leads is who takes writes; blind members do not see the canary.
	leads string
	blind map[string]bool
	// afterWrite runs once a canary is written; its error is the answer to the write.
	afterWrite func() error

	mu      sync.Mutex
	asked   map[string]int
	written int
	store   map[string]bool
	after   [][]string
}

func newFake(t neo4j.Topology, looks ...map[string]Observation) *fakeCluster {
	return &fakeCluster{topology: t, looks: looks, leads: "neo4j-0", asked: map[string]int{}, store: map[string]bool{}, blind: map[string]bool{}}
}

func (f *fakeCluster) Observe(ctx context.Context, m neo4j.Member) (Observation, error) {
	if f.observe != nil {
		return f.observe(ctx, m)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	look := f.looks[min(f.asked[m.Name], len(f.looks)-1)]
	f.asked[m.Name]++
	if o, ok := look[m.Name]; ok {
		return o, nil
	}
	return Observation{}, errors.New("connection refused")
}

func (f *fakeCluster) Run(ctx context.Context, m neo4j.Member, q reach.Question) (reach.Answer, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return reach.Answer{}, err
	}
	id := fmt.Sprint(q.Parameters["id"])
	if q.Write && m.Name != f.leads {
		return reach.Answer{}, errors.New("Neo.ClientError.Cluster.NotALeader: no write operations here")
	}
	switch {
	case strings.HasPrefix(q.Statement, "CREATE"):
		f.store[id] = true
		f.written++
		if f.afterWrite != nil {
			if err := f.afterWrite(); err != nil {
				return reach.Answer{}, err
			}
		}
		return reach.Answer{Rows: [][]any{{id}}, Bookmarks: []string{"bookmark-1"}}, nil
	case strings.HasSuffix(q.Statement, "DELETE n"):
		delete(f.store, id)
		return reach.Answer{}, nil
	}
	f.after = append(f.after, q.After)
	if f.store[id] && !f.blind[m.Name] {
		return reach.Answer{Rows: [][]any{{int64(1)}}}, nil
	}
	return reach.Answer{Rows: [][]any{{int64(0)}}}, nil
}

// seenOnce is what one look at the members finds, a line a finding.
func seenOnce(t *testing.T, members Members, topology neo4j.Topology) string {
	t.Helper()
	_, findings, err := look(t.Context(), members, topology)
	require.NoError(t, err)
	require.NotEmpty(t, findings, "nothing is found, so this is proven")
	var lines strings.Builder
	for _, f := range findings {
		lines.WriteString(f.String() + "\n")
	}
	return lines.String()
}

// first is the plan of a canary that the first member writes.
func first(t neo4j.Topology) canaryPlan {
	return canaryPlan{Writer: t.Members[0], Readers: t.Members[1:]}
}
