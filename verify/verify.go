// Package verify answers one question: does the running cluster have the roles of the plan? It asks every member, by package reach,
// and gives a verdict. It observes and judges, and changes nothing but its own canary. It knows nothing of Pulumi.
package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/reach"
)

// Options of a check.
type Options struct {
	// Timeout bounds the whole check; zero means five minutes.
	Timeout time.Duration
	// Canary writes one node through the leader, reads it from every other member and removes it.
	Canary bool
	// Progress gets a line now and then on a long wait; nil for none.
	Progress io.Writer
}

// Prober asks one member.
type Prober interface {
	Observe(ctx context.Context, m neo4j.Member) (Observation, error)
}

// Unproven is the error of a check whose time ran out: what is not as the topology wants it, member by member.
type Unproven struct {
	Topology neo4j.Topology
	Findings []Finding
	Waited   time.Duration
}

func (u *Unproven) Error() string {
	lines := []string{fmt.Sprintf("the cluster is not proven to be %s after %s", u.Topology, u.Waited.Round(time.Second))}
	for _, f := range u.Findings {
		lines = append(lines, "  - "+f.String())
	}
	return strings.Join(lines, "\n")
}

// Cluster proves that a running cluster has the topology: it polls with backoff until every member says so, or the time is up
// (error *Unproven), or the context ends.
func Cluster(ctx context.Context, a reach.Access, t neo4j.Topology, o Options) (Report, error) {
	members, err := Open(ctx, a, t)
	if err != nil {
		return Report{}, err
	}
	defer members.Close()
	return Prove(ctx, members, t, o)
}

// prover is what a check needs of the members.
type prover interface {
	Prober
	reach.Asker
}

// Prove is Cluster over members that are reached already.
func Prove(ctx context.Context, p prover, t neo4j.Topology, o Options) (Report, error) {
	if o.Timeout <= 0 {
		o.Timeout = 5 * time.Minute
	}
	began := time.Now()
	ctx, cancel := context.WithTimeoutCause(ctx, o.Timeout, errTimeIsUp)
	defer cancel()
	var findings []Finding
	told := newProgress(o.Progress, t)
	for pause := 200 * time.Millisecond; ; pause = min(2*time.Second, pause*3/2) {
		seen, now, err := look(ctx, p, t)
		if err != nil {
			return Report{}, err
		}
		if ctx.Err() == nil || findings == nil {
			findings = now // what a cancelled look could not see is no finding
		}
		var served map[string][]Certificate
		if len(findings) == 0 && ctx.Err() == nil {
			served, findings = certificates(ctx, p, t)
		}
		why := unwritten(t, seen)
		if len(findings) == 0 && ctx.Err() == nil && o.Canary && why == "" {
			if findings, err = writeCanary(ctx, p, t, seen); err != nil {
				return Report{}, err
			}
		}
		if len(findings) == 0 && ctx.Err() == nil {
			r := newReport(t, seen, time.Since(began))
			r.certificates(served, time.Now())
			if why != "" {
				r.Warnings = append(r.Warnings, why+": that the cluster takes writes is not proven by one")
			}
			return r, nil
		}
		told.tell(findings)
		select {
		case <-ctx.Done():
			if errors.Is(context.Cause(ctx), errTimeIsUp) {
				return Report{}, &Unproven{t, findings, time.Since(began)}
			}
			return Report{}, ctx.Err()
		case <-time.After(pause):
		}
	}
}

var errTimeIsUp = errors.New("time is up")

// look asks all members at once. The error is one that waiting does not mend.
func look(ctx context.Context, p Prober, t neo4j.Topology) (map[string]Observation, []Finding, error) {
	seen, errs := reach.All(ctx, t.Members, p.Observe)
	for _, m := range t.Members {
		if reach.Lasting(errs[m.Name]) {
			return nil, nil, fmt.Errorf("%s: %w", m.Name, errs[m.Name])
		}
	}
	findings := append(revisions(ctx, p, t), Judge(t, seen)...)
	for i, f := range findings {
		if err := errs[f.Member]; err != nil && f.Found == "none" {
			findings[i].Found = reach.FirstLine(err)
		}
	}
	return seen, findings, nil
}

// writeCanary runs the canary; that it could not is a finding of the leader, and the next look decides again who that is. The error is
// one that waiting does not mend.
func writeCanary(ctx context.Context, p reach.Asker, t neo4j.Topology, seen map[string]Observation) ([]Finding, error) {
	plan, ok := planCanary(t, seen)
	if !ok {
		return []Finding{{t.Name, "a member that says it takes writes", "none"}}, nil
	}
	limited, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	err := canary(limited, p, t, plan)
	switch {
	case reach.Lasting(err):
		return nil, err
	case err != nil:
		return []Finding{{plan.Writer.Name, "a write that every member reads", reach.FirstLine(err)}}, nil
	}
	return nil, nil
}

// progress says on a long wait who is missing, when that changes and every ten seconds.
type progress struct {
	out      io.Writer
	topology neo4j.Topology
	last     string
	at       time.Time
}

func newProgress(out io.Writer, t neo4j.Topology) *progress {
	if out == nil {
		out = io.Discard
	}
	return &progress{out: out, topology: t, at: time.Now()}
}

func (p *progress) tell(findings []Finding) {
	wrong := map[string]bool{}
	for _, f := range findings {
		wrong[f.Member] = true
	}
	total := len(p.topology.Members)
	line := fmt.Sprintf("%d of %d: %s", max(0, total-len(wrong)), total, findings[0])
	if line == p.last && time.Since(p.at) < 10*time.Second {
		return
	}
	p.last, p.at = line, time.Now()
	_, _ = fmt.Fprintln(p.out, line)
}
