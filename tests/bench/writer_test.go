package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/neo4j"
	planned "neo4j-kubernetes/plan"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/tests/dial"
	"neo4j-kubernetes/tests/scripted"
)

// graph is a cluster of three over real sockets: who leads takes writes for all, the others refuse.
type graph struct {
	t       *testing.T
	mu      sync.Mutex
	leader  string
	numbers map[string][]int64
	servers map[string]*scripted.Server
	dials   map[string]int
}

func (g *graph) answer(name string) func(scripted.Query) scripted.Answer {
	return func(q scripted.Query) scripted.Answer {
		g.mu.Lock()
		defer g.mu.Unlock()
		if q.Text == written {
			if name != g.leader {
				return scripted.Answer{Code: "Neo.ClientError.Cluster.NotALeader", Message: "No write operations are allowed"}
			}
			for member := range g.servers {
				g.numbers[member] = append(g.numbers[member], q.Parameters["number"].(int64))
			}
			return scripted.Answer{}
		}
		a := scripted.Answer{Columns: []string{"w.number"}}
		for _, number := range g.numbers[name] {
			a.Rows = append(a.Rows, []any{number})
		}
		return a
	}
}

// serve starts a member, at another address than the one before.
func (g *graph) serve(name string) {
	s := &scripted.Server{Release: "3.5.0", Bolt: scripted.Version{Major: 5, Minor: 8}, Password: "p", Answer: g.answer(name)}
	s.Serve(g.t)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.servers[name] = s
}

func (g *graph) address(m neo4j.Member) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.dials[m.Name]++
	return fmt.Sprintf("127.0.0.1:%d", g.servers[m.Name].Port())
}

func (g *graph) dialled(name string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.dials[name]
}

// fall ends a member as a crash would, and has another one lead.
func (g *graph) fall(name, next string) {
	g.mu.Lock()
	s := g.servers[name]
	g.leader = next
	g.mu.Unlock()
	s.Close()
}

func members(t *testing.T, g *graph) *reach.Members {
	topology := planned.Plan{
		Name: "neo4j", Namespace: "bench", ClusterDomain: "cluster.local",
		Spec: neo4j.Spec{Release: neo4j.MustRelease("3.5.0"), Edition: neo4j.Enterprise, Primaries: 3},
	}.Topology()
	for _, m := range topology.Members {
		g.serve(m.Name)
	}
	reached, err := reach.Over(dial.To(g.address), topology, reach.Login{Password: "p"})
	require.NoError(t, err)
	t.Cleanup(reached.Close)
	return reached
}

func TestTheWriterGoesOnWhileMembersAreReplaced(t *testing.T) {
	g := &graph{t: t, leader: "neo4j-2", numbers: map[string][]int64{}, servers: map[string]*scripted.Server{}, dials: map[string]int{}}
	reached := members(t, g)
	var l ledger
	w := startWriting(t.Context(), reached, &l)
	defer w.stop()
	require.NoError(t, w.steady(t.Context()))
	assert.Equal(t, "neo4j-2", l.kept()[0].by, "followers acknowledge nothing")

	fell := time.Now()
	g.fall("neo4j-2", "neo4j-0")
	require.NoError(t, w.after(t.Context(), fell.Add(time.Second)))
	assert.Equal(t, "neo4j-0", l.kept()[len(l.kept())-1].by)
	assert.Less(t, gapsOf(l.kept(), fell, time.Now()).longest, 2*time.Second, "another that leads is found at once")
	assert.Less(t, g.dialled("neo4j-2"), 12, "one that is gone is not dialled all the time")

	g.serve("neo4j-2")
	g.fall("neo4j-0", "neo4j-2")
	g.serve("neo4j-0")
	require.NoError(t, w.steady(t.Context()))
	w.stop()
	entries := l.kept()
	assert.Equal(t, "neo4j-2", entries[len(entries)-1].by, "one that came back is found too")
	require.NoError(t, complete(t.Context(), reached, &l, catchUp))

	gone := entries[len(entries)-1].number
	g.numbers["neo4j-1"] = slices.DeleteFunc(g.numbers["neo4j-1"], func(n int64) bool { return n == gone })
	err := complete(t.Context(), reached, &l, time.Second)
	require.ErrorContains(t, err, fmt.Sprintf("1 of %d acknowledged writes are not on neo4j-1: %d", len(entries), gone))
}

func TestNobodyLeadsIsSaid(t *testing.T) {
	g := &graph{t: t, numbers: map[string][]int64{}, servers: map[string]*scripted.Server{}, dials: map[string]int{}}
	var l ledger
	w := startWriting(t.Context(), members(t, g), &l)
	defer w.stop()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	require.ErrorContains(t, w.steady(ctx), "no leader takes 20 writes in a row, of 0 that were acknowledged")
}
