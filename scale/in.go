package scale

import (
	"context"
	"fmt"
	"io"
	"time"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/verify"
)

// Options of a scale-in.
type Options struct {
	// Timeout bounds one member's leaving; zero means five minutes.
	Timeout time.Duration
	// Progress gets a line a step, Warnings what a reviewer must see, such as a database that gets fewer copies; nil for none.
	Progress, Warnings io.Writer
	// pause is the time between two looks, settle how long the remaining members must agree without a break; In sets both.
	pause, settle time.Duration
}

// settleWithoutVoters is how long the overview must stay clean where a release does not say who votes. 3.1 has neither the
// status endpoint nor a procedure for it; its leader drops a lost member from the Raft group some seconds after the overview
// does (3.5 was seen to take "some seconds"), so this is a wait, not a proof.
const settleWithoutVoters = 10 * time.Second

// pods is what a scale-in needs of Kubernetes.
type pods interface {
	// replicas gives how many members the pool is asked to have; none where there is no such pool.
	replicas(ctx context.Context, pool string) (int, error)
	// resize asks for another number.
	resize(ctx context.Context, pool string, n int) error
	// gone says whether a member's pod is there no longer.
	gone(ctx context.Context, pod string) (bool, error)
	// identity gives the server id that was noted on a member's claim, empty for none, and note notes it there.
	identity(ctx context.Context, m neo4j.Member) (string, error)
	note(ctx context.Context, m neo4j.Member, id string) error
}

// asker is what a scale-in needs of the members.
type asker interface {
	verify.Prober
	Run(ctx context.Context, m neo4j.Member, q verify.Question) (verify.Answer, error)
}

// In shrinks every pool that has more members than the plan wants, one member at a time, highest ordinal first, those that never
// vote before those that do. It begins at the pools' present sizes, so one that was interrupted goes on, and one that is done does
// nothing. An impossible step is refused before anything is touched.
func In(ctx context.Context, a verify.Access, to neo4j.Spec, o Options) error {
	client, err := a.Client()
	if err != nil {
		return err
	}
	k := objects{client, to.Namespace}
	from, shrinks, err := largest(ctx, k, to)
	if err != nil || !shrinks {
		return err
	}
	members, err := verify.Reach(ctx, a, from.Topology())
	if err != nil {
		return err
	}
	defer members.Close()
	o.pause = 300 * time.Millisecond
	if f, err := neo4j.FamilyOf(to.Release); err == nil && f.Status == "" && f.Proof != neo4j.ByServers {
		o.settle = settleWithoutVoters
	}
	return in(ctx, k, members, from, to, o)
}

// largest is the plan with each pool as large as it is now or shall be, and whether any is larger than planned.
func largest(ctx context.Context, p pods, to neo4j.Spec) (from neo4j.Spec, shrinks bool, err error) {
	from = to
	for _, role := range neo4j.Roles {
		now, err := p.replicas(ctx, to.Pool(role))
		if err != nil {
			return from, false, err
		}
		shrinks = shrinks || now > to.Size(role)
		from = from.Sized(role, max(now, to.Size(role)))
	}
	return from, shrinks, nil
}

// operation is one scale-in under way.
type operation struct {
	pods   pods
	asker  asker
	to     neo4j.Spec
	family neo4j.Family
	o      Options
}

func in(ctx context.Context, p pods, a asker, from, to neo4j.Spec, o Options) error {
	if err := Allowed(from.Topology(), to.Topology()); err != nil {
		return err
	}
	family, err := neo4j.FamilyOf(to.Release)
	if err != nil {
		return err
	}
	if o.Timeout <= 0 {
		o.Timeout = 5 * time.Minute
	}
	if o.Progress == nil {
		o.Progress = io.Discard
	}
	if o.Warnings == nil {
		o.Warnings = o.Progress
	}
	s := &operation{p, a, to, family, o}
	for _, role := range []neo4j.Role{neo4j.Secondary, neo4j.Analytics, neo4j.Primary} {
		pool := from.Topology().Of(role)
		for n := len(pool); n > to.Size(role); n-- {
			if err := s.step(ctx, pool[n-1]); err != nil {
				return fmt.Errorf("scale-in of %s %d -> %d: %w", to.Pool(role), n, n-1, err)
			}
		}
	}
	return nil
}

// step takes one member out.
func (s *operation) step(ctx context.Context, leaves neo4j.Member) error {
	limited, cancel := context.WithTimeout(ctx, s.o.Timeout)
	defer cancel()
	began := time.Now()
	n := leaves.Ordinal + 1
	_, _ = fmt.Fprintf(s.o.Progress, "scale-in %d -> %d: %s leaves\n", n, n-1, leaves.Name)
	if err := s.prepare(limited, leaves); err != nil {
		return s.late(ctx, leaves, err)
	}
	if err := s.pods.resize(limited, leaves.Pool, n-1); err != nil {
		return err
	}
	if err := s.settle(limited, leaves); err != nil {
		return s.late(ctx, leaves, err)
	}
	_, _ = fmt.Fprintf(s.o.Progress, "scale-in %d -> %d: done in %s\n", n, n-1, time.Since(began).Round(time.Second))
	return nil
}

// prepare makes a member free to go, while it still runs.
func (s *operation) prepare(ctx context.Context, leaves neo4j.Member) error {
	if s.family.Proof == neo4j.ByServers {
		return s.deallocate(ctx, leaves)
	}
	if leaves.Role != neo4j.Primary {
		return nil
	}
	before, err := s.present(ctx)
	if err != nil {
		return err
	}
	if err := awaitSafe(ctx, s.asker, before, leaves, s.o); err != nil {
		return fmt.Errorf("refused, nothing was touched: %w", err)
	}
	return nil
}

// settle waits until the pod is gone and those who stay agree on it.
func (s *operation) settle(ctx context.Context, leaves neo4j.Member) error {
	var since time.Time
	last := ""
	for {
		left, err := s.settled(ctx, leaves)
		if ctx.Err() != nil && last != "" {
			return waiting{last} // what the end of the time cut short says nothing
		}
		if err != nil {
			left = err.Error()
		}
		last = left
		switch {
		case left != "":
			since = time.Time{}
		case since.IsZero():
			since = time.Now()
		}
		if !since.IsZero() {
			if time.Since(since) >= s.o.settle {
				return nil
			}
			left = "the members agree, but not for long enough"
		}
		if err := s.wait(ctx, left); err != nil {
			return err
		}
	}
}

// settled says in left what is still to wait for: the pod, or the remaining members' agreement.
func (s *operation) settled(ctx context.Context, leaves neo4j.Member) (left string, err error) {
	gone, err := s.pods.gone(ctx, leaves.Name)
	if err != nil {
		return "", err
	}
	if !gone {
		return "its pod is still there", nil
	}
	after, err := s.present(ctx)
	if err != nil {
		return "", err
	}
	if s.family.Proof == neo4j.ByServers {
		return s.forgotten(ctx, after, leaves), nil
	}
	seen, _ := observe(ctx, s.asker, after.Members)
	if findings := verify.Judge(after, seen); len(findings) > 0 {
		return findings[0].String(), nil
	}
	return "", nil
}

// present is the topology of the pools as large as they are asked to be at this moment: another pool may grow meanwhile.
func (s *operation) present(ctx context.Context) (neo4j.Topology, error) {
	now := s.to
	for _, role := range neo4j.Roles {
		n, err := s.pods.replicas(ctx, now.Pool(role))
		if err != nil {
			return neo4j.Topology{}, err
		}
		now = now.Sized(role, n)
	}
	return now.Topology(), nil
}

// waiting is the error of a wait that the step's time ended: for what.
type waiting struct{ what string }

func (w waiting) Error() string { return w.what }

// wait lets some time go by; what it waits for is said when the time is up.
func (s *operation) wait(ctx context.Context, what string) error {
	select {
	case <-ctx.Done():
		return waiting{what}
	case <-time.After(s.o.pause):
		return nil
	}
}

// late says of a step that the time ended how to go on; a cancelled one says only that.
func (s *operation) late(ctx context.Context, leaves neo4j.Member, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if w, ok := err.(waiting); ok { //nolint:errorlint // made by wait, never wrapped
		return fmt.Errorf("%s has not left after %s: %s; the next update goes on from here", leaves.Name, s.o.Timeout, w.what)
	}
	return err
}
