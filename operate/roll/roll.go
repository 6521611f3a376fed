// Package roll replaces the members of a running cluster whose pods are of an earlier plan. Start replaces those that are down; Members the
// others, one at a time over all pools, in the order that costs the cluster least: those that never vote, then followers, the member that leads
// most databases last. The roles are read again before every stop.
package roll

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/verify"
)

// members is what the operation needs of the members.
type members interface {
	verify.Prober
	reach.Asker
}

// Options of a rolling change. Timeout bounds one member's turn without the end of its pod, Agree the wait of a gate. Settle is how long a
// member that came back must stay well: until discovery has asked once more; Start has none. Stale are pods to replace although they are of the present plan.
type Options struct {
	operate.Options
	Agree, Settle time.Duration
	Stale         map[types.UID]bool
}

// Members replaces every outdated member of a cluster, and returns an error that stops the change where a member does not come back: the
// others go on as they are.
func Members(ctx context.Context, a reach.Access, t neo4j.Topology, o Options) error {
	client, err := a.Client()
	if err != nil {
		return err
	}
	r := newRolling(client, t, o)
	// A cluster whose members are all of the present plan is asked nothing.
	if found, err := r.observed(ctx); err != nil || len(outdatedOf(t, found)) == 0 {
		return err
	}
	reached, err := verify.Open(ctx, a, t)
	if err != nil {
		return err
	}
	defer reached.Close()
	r.members = reached
	return operate.Run(ctx, r, o.Options)
}

func newRolling(client kubernetes.Interface, t neo4j.Topology, o Options) *rolling {
	return &rolling{
		pods: stale{kubernetesPods{client, t.Namespace}, o.Stale}, topology: t, settle: o.Settle, agree: o.Agree, waive: o.Waive,
		stuckFor: stuckFor, pauseFor: pauseFor,
	}
}

// rolling is the change as an operation.
type rolling struct {
	pods     pods
	members  members
	topology neo4j.Topology
	// settle is how long a member must stay well, agree how long a gate may be shut.
	settle, agree time.Duration
	// stuckFor is how long a replaced member may be stuck, stuckSince since when who is.
	stuckFor   time.Duration
	stuckSince map[string]time.Time
	// pauseFor is how long a server that runs may be without being ready before it counts as down.
	pauseFor time.Duration
	// waive names gates that may be shut.
	waive []string
}

// Next is the next member's turn, nil when all are of the present plan.
func (r *rolling) Next(ctx context.Context) (*operate.Step, error) {
	found, err := r.steady(ctx)
	if err != nil {
		return nil, err
	}
	outdated := outdatedOf(r.topology, found)
	if len(outdated) == 0 {
		return nil, nil
	}
	seen, errs := reach.All(ctx, r.topology.Members, r.members.Observe)
	for _, m := range r.topology.Members {
		if reach.Lasting(errs[m.Name]) {
			return nil, fmt.Errorf("%s: %w", m.Name, errs[m.Name])
		}
	}
	turn := &turn{rolling: r, member: next(r.topology, outdated, found, seen), before: found}
	name := turn.member.Name
	step := &operate.Step{
		Name: "replacement of " + name, Member: name, Does: "is replaced", Undone: "has not come back",
		Act: turn.act, Ending: turn.ending, Left: turn.left, Settle: r.settle, Abandon: turn.takeBack,
	}
	if len(r.topology.Members) == 1 {
		step.Settle = 0 // nobody to agree with
	}
	turn.serving = found[name].ready
	switch _, answers := seen[name]; {
	case turn.serving:
		step.Gates = turn.gates()
	case answers:
		step.Gates = turn.quorum() // it may vote
		step.Does += ": it answers, but is not ready"
	default:
		step.Does += ": it does not serve"
	}
	if led := verify.Leads(r.topology, seen, turn.member); turn.serving && len(led) > 0 && len(r.topology.Members) > 1 {
		step.Does += ": it leads " + databases(led) + ", so it comes last"
	}
	return step, nil
}

// databases writes the names of what a member leads.
func databases(led []string) string {
	if len(led) == 1 && led[0] == "" {
		return "the cluster"
	}
	return strings.Join(led, ", ")
}

// turn is one member's.
type turn struct {
	*rolling
	member neo4j.Member
	before map[string]pod
	handed handed
	// shut are what gates found that were shut when the member was stopped, by gate: they were waived.
	shut map[string][]verify.Finding
	// serving says that it served when its turn began.
	serving bool
}

// act has the member hand over what it leads, where the release can, and then its pod go. The pod goes once: another one of that name
// is the next one already.
func (t *turn) act(ctx context.Context) (waitFor string, err error) {
	was := t.before[t.member.Name]
	if was.uid == "" {
		return "", nil // it is not there, and comes back by itself
	}
	if waitFor, err = t.handOver(ctx); waitFor != "" || err != nil {
		return waitFor, err
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err := t.pods.remove(ctx, t.member, was.uid, 0); err != nil {
		return "", err
	}
	t.handed = handed{} // the restart undoes it
	return "", nil
}

// ending says that the member's pod is still there: its server ends transactions and writes a checkpoint.
func (t *turn) ending(ctx context.Context) (what string, within time.Duration, err error) {
	found, err := t.pods.look(ctx, t.topology)
	if err != nil {
		return "", 0, err
	}
	now, was := found[t.member.Name], t.before[t.member.Name]
	if was.uid == "" || now.uid != was.uid {
		return "", 0, nil
	}
	if now.waits == "" {
		now.waits = "its pod has not begun to end"
	}
	return now.waits, now.ends, nil
}

// left says what the member, or the cluster, has still to do.
func (t *turn) left(ctx context.Context) (string, error) {
	found, err := t.pods.look(ctx, t.topology)
	if err != nil {
		return "", err
	}
	now := found[t.member.Name]
	switch {
	case now.uid == "" || now.uid == t.before[t.member.Name].uid:
		return "its pod is not made anew yet", nil
	case now.broken != "":
		return "", operate.Failed{Cause: t.pods.lastWords(ctx, t.member, now)}
	case now.outdated:
		return "its pod is of an earlier plan again", nil
	case !now.ready:
		return orWaiting(now.waits), t.patient(t.member, cmp.Or(now.unpulled, now.stuck))
	}
	found, seen, err := t.ask(ctx)
	if err != nil {
		return "", err
	}
	for _, f := range t.fresh(t.judge(found, seen)) {
		return f.String(), nil
	}
	return "", nil
}

// judge compares what the members say with the plan. That those of an earlier plan are of its release and edition is what the change is
// about, and what is said of those that are down as well is for their own turns.
func (t *turn) judge(found map[string]pod, seen map[string]verify.Observation) []verify.Finding {
	planned, next := map[string]verify.Observation{}, map[string]bool{}
	outdated := func(host string) bool {
		return slices.ContainsFunc(t.topology.Members, func(m neo4j.Member) bool {
			return found[m.Name].outdated && strings.EqualFold(m.Host, host)
		})
	}
	for _, m := range t.topology.Members {
		o, answers := seen[m.Name]
		next[m.Name] = m.Name != t.member.Name && found[m.Name].outdated && !found[m.Name].ready
		if !answers {
			continue
		}
		if found[m.Name].outdated {
			o.Release, o.Edition = t.topology.Release.String(), string(t.topology.Edition)
		}
		o.Servers = slices.Clone(o.Servers)
		for i, s := range o.Servers {
			if outdated(s.Host) {
				o.Servers[i].Version = t.topology.Release.String()
			}
		}
		planned[m.Name] = o
	}
	return slices.DeleteFunc(verify.Judge(t.topology, planned), func(f verify.Finding) bool { return next[f.Member] })
}

func orWaiting(text string) string {
	if text == "" {
		return "it starts"
	}
	return text
}
