// Package scale takes members out of a running cluster without losing its quorum.
package scale

import (
	"context"
	"fmt"
	"time"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/operate/pools"
	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/verify"
)

// settleWithoutVoters is how long the overview must stay clean where a release does not say who votes. 3.1 has neither the
// status endpoint nor a procedure for it; its leader drops a lost member from the Raft group some seconds after the overview
// does (3.5 was seen to take "some seconds"), so this is a wait, not a proof.
const settleWithoutVoters = 10 * time.Second

// pods is what a scale-in needs of Kubernetes.
type pods interface {
	// Replicas gives how many members the pool is asked to have; none where there is no such pool.
	Replicas(ctx context.Context, pool string) (int, error)
	// Resize asks for another number.
	Resize(ctx context.Context, pool string, n int) error
	// Ending says what a member's pod does that is still there, and how long that may take; nothing once it is gone.
	Ending(ctx context.Context, pod string) (what string, within time.Duration, err error)
	// Identity gives the server id that was noted on a member's claim, empty for none, and Note notes it there.
	Identity(ctx context.Context, m neo4j.Member) (string, error)
	Note(ctx context.Context, m neo4j.Member, id string) error
}

// members is what a scale-in needs of the members.
type members interface {
	verify.Prober
	reach.Asker
}

// In shrinks every pool that has more members than the plan wants, one member at a time, highest ordinal first, those that never
// vote before those that do. It begins at the pools' present sizes. An impossible step is refused before anything is touched.
func In(ctx context.Context, a reach.Access, to plan.Plan, o operate.Options) error {
	client, err := a.Client()
	if err != nil {
		return err
	}
	s := &in{pods: pools.Objects{Client: client, Namespace: to.Namespace}, to: to, o: o.Filled()}
	from, shrinks, err := s.largest(ctx)
	if err != nil || !shrinks {
		return err
	}
	reached, err := verify.Open(ctx, a, from.Topology())
	if err != nil {
		return err
	}
	defer reached.Close()
	s.members = reached
	if f, err := neo4j.FamilyOf(to.Release); err == nil && f.Status == "" && f.Proof != neo4j.ByServers {
		s.settle = settleWithoutVoters
	}
	return operate.Run(ctx, s, s.o)
}

// in is the scale-in as an operation.
type in struct {
	pods    pods
	members members
	to      plan.Plan
	o       operate.Options
	// settle is how long the remaining members must agree without a break.
	settle time.Duration
}

// largest is the plan with each pool as large as it is now or shall be, and whether any is larger than planned.
func (s *in) largest(ctx context.Context) (from plan.Plan, shrinks bool, err error) {
	from = s.to
	for _, role := range neo4j.Roles {
		now, err := s.pods.Replicas(ctx, s.to.Pool(role))
		if err != nil {
			return from, false, err
		}
		shrinks = shrinks || now > s.to.Size(role)
		from = from.Sized(role, max(now, s.to.Size(role)))
	}
	return from, shrinks, nil
}

// Next is the last member of the first pool that is too large.
func (s *in) Next(ctx context.Context) (*operate.Step, error) {
	from, shrinks, err := s.largest(ctx)
	if err != nil || !shrinks {
		return nil, err
	}
	if err := plan.CheckShape(from, s.to); err != nil {
		return nil, err
	}
	family, err := neo4j.FamilyOf(s.to.Release)
	if err != nil {
		return nil, err
	}
	for _, role := range []neo4j.Role{neo4j.Secondary, neo4j.Analytics, neo4j.Primary} {
		pool := from.Topology().Of(role)
		if n := len(pool); n > s.to.Size(role) {
			return s.step(family, pool[n-1]), nil
		}
	}
	return nil, nil
}

// step takes one member out.
func (s *in) step(family neo4j.Family, leaves neo4j.Member) *operate.Step {
	turn := &leaving{s, family, leaves}
	step := &operate.Step{
		Name:   fmt.Sprintf("scale-in of %s %d -> %d", leaves.Pool, leaves.Ordinal+1, leaves.Ordinal),
		Member: leaves.Name, Does: "leaves", Undone: "has not left", Act: turn.act, Ending: turn.ending, Left: turn.left, Settle: s.settle,
	}
	if family.Proof != neo4j.ByServers && leaves.Role == neo4j.Primary {
		step.Gates = []operate.Gate{{Name: "quorum", Holds: turn.quorumHolds}}
	}
	return step
}

// present is the topology of the pools as large as they are asked to be at this moment: another pool may grow meanwhile.
func (s *in) present(ctx context.Context) (neo4j.Topology, error) {
	now := s.to
	for _, role := range neo4j.Roles {
		n, err := s.pods.Replicas(ctx, now.Pool(role))
		if err != nil {
			return neo4j.Topology{}, err
		}
		now = now.Sized(role, n)
	}
	return now.Topology(), nil
}

// leaving is one member's turn.
type leaving struct {
	*in
	family neo4j.Family
	member neo4j.Member
}

// act makes the member free to go, while it still runs, and then has its pod go.
func (l *leaving) act(ctx context.Context) (waitFor string, err error) {
	if l.family.Proof == neo4j.ByServers {
		if waitFor, err = l.deallocate(ctx); waitFor != "" || err != nil {
			return waitFor, err
		}
	}
	if err := l.pods.Resize(ctx, l.member.Pool, l.member.Ordinal); err != nil {
		return "", operate.Failed{Cause: err}
	}
	return "", nil
}

// ending says that the member's pod is still there: its server ends transactions and writes a checkpoint.
func (l *leaving) ending(ctx context.Context) (what string, within time.Duration, err error) {
	return l.pods.Ending(ctx, l.member.Name)
}

// left says what is still to wait for: the remaining members' agreement.
func (l *leaving) left(ctx context.Context) (string, error) {
	after, err := l.present(ctx)
	if err != nil {
		return "", err
	}
	if l.family.Proof == neo4j.ByServers {
		return l.forgotten(ctx, after), nil
	}
	seen, _ := reach.All(ctx, after.Members, l.members.Observe)
	if findings := verify.Judge(after, seen); len(findings) > 0 {
		return findings[0].String(), nil
	}
	return "", nil
}

// quorumHolds says whether those who stay can agree to drop the member.
func (l *leaving) quorumHolds(ctx context.Context) error {
	before, err := l.present(ctx)
	if err != nil {
		return err
	}
	return safe(ctx, l.members, before, l.member)
}
