package scale

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/verify"
)

// Options of a scale-in.
type Options struct {
	// Timeout bounds one member's leaving; zero means five minutes.
	Timeout time.Duration
	// Progress gets a line a step; nil for none.
	Progress io.Writer
	// pause is the time between two looks, settle how long the remaining members must agree without a break; In sets both.
	pause, settle time.Duration
}

// settleWithoutVoters is how long the overview must stay clean where a release does not say who votes. 3.1 has neither the
// status endpoint nor a procedure for it; its leader drops a lost member from the Raft group some seconds after the overview
// does (3.5 was seen to take "some seconds"), so this is a wait, not a proof.
const settleWithoutVoters = 10 * time.Second

// pods is what a scale-in needs of Kubernetes.
type pods interface {
	// replicas gives how many members the pool is asked to have.
	replicas(ctx context.Context, pool string) (int, error)
	// resize asks for another number.
	resize(ctx context.Context, pool string, n int) error
	// gone says whether a member's pod is there no longer.
	gone(ctx context.Context, pod string) (bool, error)
}

// In shrinks every pool that is smaller in to than in from, one member at a time, highest ordinal first. A step is done when
// the pod is gone and all remaining members of the pool agree, by overview and by the Raft group's voting members. It begins at
// the pool's present size, so one that was interrupted goes on. An impossible step is refused before anything is touched.
func In(ctx context.Context, a verify.Access, from, to neo4j.Topology, o Options) error {
	if err := Allowed(from, to); err != nil {
		return err
	}
	client, err := a.Client()
	if err != nil {
		return err
	}
	members, err := verify.Reach(ctx, a, from)
	if err != nil {
		return err
	}
	defer members.Close()
	o.pause = 300 * time.Millisecond
	if f, err := neo4j.FamilyOf(from.Release); err == nil && f.Status == "" {
		o.settle = settleWithoutVoters
	}
	return in(ctx, statefulSets{client, from.Namespace}, members, from, to, o)
}

func in(ctx context.Context, p pods, prober verify.Prober, from, to neo4j.Topology, o Options) error {
	if o.Timeout <= 0 {
		o.Timeout = 5 * time.Minute
	}
	if o.Progress == nil {
		o.Progress = io.Discard
	}
	for _, role := range []neo4j.Role{neo4j.Secondary, neo4j.Primary} {
		pool, target := from.Of(role), len(to.Of(role))
		if target >= len(pool) {
			continue
		}
		now, err := p.replicas(ctx, pool[0].Pool)
		if err != nil {
			return err
		}
		for n := min(now, len(pool)); n > target; n-- {
			if err := step(ctx, p, prober, cut(from, role, n), cut(from, role, n-1), pool[n-1], o); err != nil {
				return fmt.Errorf("scale-in of %s %d -> %d: %w", pool[0].Pool, n, n-1, err)
			}
		}
		// The next pool is proven without those who left.
		from = cut(from, role, target)
	}
	return nil
}

// step takes one member out.
func step(ctx context.Context, p pods, prober verify.Prober, before, after neo4j.Topology, leaves neo4j.Member, o Options) error {
	limited, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	began := time.Now()
	n := leaves.Ordinal + 1
	_, _ = fmt.Fprintf(o.Progress, "scale-in %d -> %d: %s leaves\n", n, n-1, leaves.Name)
	if leaves.Role == neo4j.Primary {
		if err := awaitSafe(limited, prober, before, leaves, o); err != nil {
			return fmt.Errorf("refused, nothing was touched: %w", err)
		}
	}
	if err := p.resize(limited, leaves.Pool, n-1); err != nil {
		return err
	}
	var since time.Time
	for {
		left, err := settled(limited, p, prober, after, leaves)
		switch {
		case left != "" || err != nil:
			since = time.Time{}
		case since.IsZero():
			since = time.Now()
		}
		if !since.IsZero() && time.Since(since) >= o.settle {
			_, _ = fmt.Fprintf(o.Progress, "scale-in %d -> %d: done in %s\n", n, n-1, time.Since(began).Round(time.Second))
			return nil
		}
		switch {
		case err != nil:
			left = err.Error()
		case left == "":
			left = "the members agree, but not for long enough"
		}
		select {
		case <-limited.Done():
			if err := ctx.Err(); err != nil {
				return err
			}
			return fmt.Errorf("%s has not left after %s: %s; the next update goes on from here", leaves.Name, o.Timeout, left)
		case <-time.After(o.pause):
		}
	}
}

// settled says in left what is still to wait for: the pod, or the remaining members' agreement.
func settled(ctx context.Context, p pods, prober verify.Prober, after neo4j.Topology, leaves neo4j.Member) (left string, err error) {
	gone, err := p.gone(ctx, leaves.Name)
	if err != nil {
		return "", err
	}
	if !gone {
		return "its pod is still there", nil
	}
	seen, _ := observe(ctx, prober, after.Members)
	findings := verify.Judge(after, seen)
	if len(findings) == 0 {
		return "", nil
	}
	return findings[0].String(), nil
}

// cut is the topology with n members of one role.
func cut(t neo4j.Topology, role neo4j.Role, n int) neo4j.Topology {
	all := t.Members
	t.Members = nil
	for _, m := range all {
		if m.Role != role || m.Ordinal < n {
			t.Members = append(t.Members, m)
		}
	}
	return t
}

// statefulSets is pods on Kubernetes.
type statefulSets struct {
	client    kubernetes.Interface
	namespace string
}

func (s statefulSets) replicas(ctx context.Context, pool string) (int, error) {
	scale, err := s.client.AppsV1().StatefulSets(s.namespace).GetScale(ctx, pool, metav1.GetOptions{})
	if err != nil {
		return 0, fmt.Errorf("stateful set %s: %w", pool, err)
	}
	return int(scale.Spec.Replicas), nil
}

func (s statefulSets) resize(ctx context.Context, pool string, n int) error {
	sets := s.client.AppsV1().StatefulSets(s.namespace)
	for {
		scale, err := sets.GetScale(ctx, pool, metav1.GetOptions{})
		if err != nil {
			return fmt.Errorf("stateful set %s: %w", pool, err)
		}
		scale.Spec.Replicas = int32(n) //nolint:gosec // at most a few hundred
		_, err = sets.UpdateScale(ctx, pool, scale, metav1.UpdateOptions{FieldManager: "neo4j-scale-in"})
		if err == nil || !apierrors.IsConflict(err) || errors.Is(ctx.Err(), context.Canceled) {
			return err
		}
	}
}

func (s statefulSets) gone(ctx context.Context, pod string) (bool, error) {
	_, err := s.client.CoreV1().Pods(s.namespace).Get(ctx, pod, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return true, nil
	}
	return false, err
}
