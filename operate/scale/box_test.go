package scale

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/tests/reached"
	"neo4j-kubernetes/tests/scripted"
	"neo4j-kubernetes/verify"
)

func shape5(primaries, secondaries, analytics int) plan.Plan {
	return plan.Plan{
		Name: "neo4j", Namespace: "graph", ClusterDomain: "cluster.local",
		Spec: neo4j.Spec{Release: neo4j.MustRelease("5.26.30"), Edition: neo4j.Enterprise, Primaries: primaries, Secondaries: secondaries, Analytics: analytics},
	}
}

// id is the server id of the n-th server of the model.
func id(n int) string { return fmt.Sprintf("5e7e7000-0000-4000-8000-%012d", n) }

// box is Kubernetes as far as a scale-in sees it, beside a scripted cluster whose servers stop with their pods.
type box struct {
	mu    sync.Mutex
	c     *scripted.Cluster
	full  plan.Plan
	size  map[string]int
	notes map[string]string
	log   []string
	// fail has the next resize end like a killed process, before it does anything.
	fail error
}

func (b *box) Replicas(_ context.Context, pool string) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.size[pool], nil
}

func (b *box) Resize(_ context.Context, pool string, n int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail != nil {
		return b.fail
	}
	b.size[pool] = n
	b.log = append(b.log, fmt.Sprintf("%s %d", pool, n))
	b.c.Locked(func() {
		for _, m := range b.full.Topology().Members {
			if m.Pool != pool || m.Ordinal != n {
				continue
			}
			s := b.c.Server(m.Host)
			if s.State != "Dropped" && s.State != "Free" {
				b.log = append(b.log, m.Name+" was "+s.State)
			}
			s.Down = true
		}
	})
	return nil
}

func (b *box) Ending(_ context.Context, pod string) (what string, within time.Duration, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.full.Topology().Members {
		if m.Name == pod && m.Ordinal < b.size[m.Pool] {
			return "its pod is still there", 0, nil
		}
	}
	return "", 0, nil
}

func (b *box) Identity(_ context.Context, m neo4j.Member) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.notes[m.Name], nil
}

func (b *box) Note(_ context.Context, m neo4j.Member, id string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.notes[m.Name] = id
	return nil
}

// cluster serves a healthy scripted cluster of a plan over real sockets.
func cluster(t *testing.T, full plan.Plan) (*box, verify.Members) {
	t.Helper()
	b := &box{c: scripted.ClusterOf(full.Topology()), full: full, notes: map[string]string{}, size: map[string]int{
		full.Pool(neo4j.Primary): full.Primaries, full.Pool(neo4j.Secondary): full.Secondaries, full.Pool(neo4j.Analytics): full.Analytics,
	}}
	return b, reached.Servers(t, full.Topology(), b.c)
}

func host(b *box, name string) string {
	for _, m := range b.full.Topology().Members {
		if m.Name == name {
			return m.Host
		}
	}
	return ""
}

// said is what a scale-in told.
type said struct{ progress, warnings bytes.Buffer }

func (b *box) in(ctx context.Context, members verify.Members, to plan.Plan, timeout time.Duration) (*said, error) {
	s := &said{}
	return s, run(ctx, b, members, to, operate.Options{Timeout: timeout, Progress: &s.progress, Warnings: &s.warnings, Pause: 5 * time.Millisecond})
}

// orders are the statements that changed something, without the dry runs.
func (b *box) orders() (orders []string) {
	b.c.Locked(func() { orders = slices.Clone(b.c.Orders) })
	return orders
}
