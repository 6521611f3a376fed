package verify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/reach"
)

func TestProveSlowStart(t *testing.T) {
	topology := planned(release35, 3, 0)
	empty, two, all := map[string]Observation{}, healthy(topology), healthy(topology)
	delete(two, "neo4j-1")
	f := newFake(topology, empty, two, all)
	var progress bytes.Buffer
	r, err := Prove(t.Context(), f, topology, Options{Timeout: 10 * time.Second, Canary: true, Progress: &progress})
	require.NoError(t, err)
	assert.Equal(t, "3 cores, 0 read replicas", r.Topology)
	assert.Equal(t, 3, f.asked["neo4j-1"])
	assert.Contains(t, progress.String(), "0 of 3: neo4j-0: expected an answer, found connection refused\n")
	assert.Contains(t, progress.String(), "2 of 3: neo4j-1: expected an answer, found connection refused\n")
}

func TestProveNamesExpectedAndFound(t *testing.T) {
	topology := planned(release35, 3, 0)
	seen := healthy(topology)
	edit(seen, "neo4j-2", func(o *Observation) { o.Release = "3.4.10" })
	_, err := Prove(t.Context(), newFake(topology, seen), topology, Options{Timeout: 20 * time.Millisecond})
	var unproven *Unproven
	require.ErrorAs(t, err, &unproven)
	assert.Equal(t, []Finding{{"neo4j-2", "release 3.5.0-beta03", "3.4.10"}}, unproven.Findings)
	assert.ErrorContains(t, err, "not proven to be 3 cores, 0 read replicas")
}

func TestProveEndsWithItsContext(t *testing.T) {
	topology := planned(release35, 3, 0)
	f := newFake(topology)
	f.observe = func(ctx context.Context, _ neo4j.Member) (Observation, error) {
		<-ctx.Done() // a forward that hangs
		return Observation{}, ctx.Err()
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	began := time.Now()
	_, err := Prove(ctx, f, topology, Options{Timeout: time.Minute})
	require.ErrorIs(t, err, context.Canceled)
	assert.Less(t, time.Since(began), time.Second)
}

func TestProveRefusedPasswordFailsFast(t *testing.T) {
	topology := planned(release35, 3, 0)
	asked := make(chan string, 10)
	f := newFake(topology)
	f.observe = func(_ context.Context, m neo4j.Member) (Observation, error) {
		asked <- m.Name
		return Observation{}, reach.ErrPassword
	}
	_, err := Prove(t.Context(), f, topology, Options{Timeout: time.Minute})
	require.ErrorIs(t, err, reach.ErrPassword)
	assert.Len(t, asked, 3, "each member is tried once: the server counts")
}

func TestCanaryIsReadEverywhereAndRemoved(t *testing.T) {
	topology := planned(release35, 3, 1)
	f := newFake(topology, healthy(topology))
	require.NoError(t, canary(t.Context(), f, topology, first(topology)))
	assert.Empty(t, f.store)
	assert.Equal(t, [][]string{{"bookmark-1"}, {"bookmark-1"}, {"bookmark-1"}}, f.after)
}

func TestCanaryIsRemovedWhenReadingFails(t *testing.T) {
	topology := planned(release35, 3, 0)
	f := newFake(topology, healthy(topology))
	f.blind["neo4j-2"] = true
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	assert.ErrorContains(t, canary(ctx, f, topology, first(topology)), "canary read on neo4j-2: not there yet")
	assert.Equal(t, 1, f.written)
	assert.Empty(t, f.store)
}

func TestCanaryIsRemovedByTheNextLeader(t *testing.T) {
	topology := planned(release35, 3, 0)
	f := newFake(topology, healthy(topology))
	f.afterWrite = func() error { f.leads = "neo4j-2"; return nil }
	require.NoError(t, canary(t.Context(), f, topology, first(topology)))
	assert.Empty(t, f.store)
}

func TestCanaryOfUnknownOutcomeIsRemoved(t *testing.T) {
	topology := planned(release35, 3, 0)
	f := newFake(topology, healthy(topology))
	f.afterWrite = func() error { return errors.New("connection reset") }
	assert.ErrorContains(t, canary(t.Context(), f, topology, first(topology)), "canary write on neo4j-0: connection reset")
	assert.Empty(t, f.store)
}

func TestProveOutlivesALeaderChangeBeforeTheCanary(t *testing.T) {
	topology := planned(release35, 3, 0)
	before, after := healthy(topology), healthy(topology)
	everywhere(after, 0, func(r *Row) { r.Role = follower })
	everywhere(after, 1, func(r *Row) { r.Role = leader })
	edit(after, "neo4j-0", func(o *Observation) { o.Role = follower })
	edit(after, "neo4j-1", func(o *Observation) { o.Role = leader })
	f := newFake(topology, before, after)
	f.leads = "neo4j-1"
	r, err := Prove(t.Context(), f, topology, Options{Timeout: 10 * time.Second, Canary: true})
	require.NoError(t, err)
	assert.Equal(t, leader, r.Members[1].Role)
	assert.Equal(t, 1, f.written)
}

func TestUnprovenSaysEveryFinding(t *testing.T) {
	u := &Unproven{planned(release35, 3, 0), []Finding{{"neo4j-0", "a", "b"}, {"neo4j-1", "c", "d"}}, time.Minute}
	assert.Equal(t, "the cluster is not proven to be 3 cores, 0 read replicas after 1m0s\n  - neo4j-0: expected a, found b\n  - neo4j-1: expected c, found d", fmt.Sprint(u))
}

// revised is a cluster whose Kubernetes knows who runs an earlier plan: at the first look, one does.
type revised struct {
	*fakeCluster
	looks *int
}

func (r revised) Outdated(context.Context) (map[string]string, error) {
	if *r.looks++; *r.looks == 1 {
		return map[string]string{"neo4j-1": "neo4j-old, an earlier one than neo4j-new"}, nil
	}
	return nil, nil
}

func TestAMemberOfAnEarlierPlanProvesNothing(t *testing.T) {
	topology, looks := planned(release35, 3, 0), 0
	var progress bytes.Buffer
	_, err := Prove(t.Context(), revised{newFake(topology, healthy(topology)), &looks}, topology, Options{Timeout: 10 * time.Second, Progress: &progress})
	require.NoError(t, err)
	assert.Equal(t, 2, looks)
	assert.Equal(t, "2 of 3: neo4j-1: expected a pod of its StatefulSet's present revision, found neo4j-old, an earlier one than neo4j-new\n", progress.String())
}
