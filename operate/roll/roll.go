// Package roll replaces the members of a running cluster whose pods are of an earlier plan, one at a time over all pools, in the order
// that costs the cluster least: those that do not serve first, for they can only get better; then those that never vote; then followers;
// the member that leads most databases last. The roles are read again before every stop.
package roll

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/verify"
)

// settle is how long a member that came back must stay well: discovery has then asked once more (3.5 asks every 5 s by default).
const settle = 6 * time.Second

// members is what the operation needs of the members.
type members interface {
	verify.Prober
	reach.Asker
}

// Members replaces every outdated member of a cluster, and returns an error that stops the change where a member does not come back: the
// others go on as they are.
func Members(ctx context.Context, a reach.Access, t neo4j.Topology, o operate.Options) error {
	client, err := a.Client()
	if err != nil {
		return err
	}
	r := &rolling{pods: kubernetesPods{client, t.Namespace}, topology: t, settle: settle}
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
	return operate.Run(ctx, r, o)
}

// rolling is the change as an operation.
type rolling struct {
	pods     pods
	members  members
	topology neo4j.Topology
	settle   time.Duration
}

// Next is the next member's turn, nil when all are of the present plan.
func (r *rolling) Next(ctx context.Context) (*operate.Step, error) {
	found, err := r.observed(ctx)
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
	name, why := turn.member.Name, ""
	turn.serving = serves(found[name], seen, turn.member)
	step := &operate.Step{
		Name: "replacement of " + name, Member: name, Undone: "has not come back",
		Act: turn.act, Left: turn.left, Settle: r.settle, Abandon: turn.takeBack,
	}
	switch led := verify.Leads(r.topology, seen, turn.member); {
	case !turn.serving:
		why = "it does not serve"
	case len(led) > 0 && len(r.topology.Members) > 1:
		why = "it leads " + databases(led) + ", so it comes last"
		step.Gates = turn.gates()
	default:
		step.Gates = turn.gates()
	}
	step.Does = "is replaced"
	if why != "" {
		step.Does += ": " + why
	}
	return step, nil
}

// observed looks at the pods when the StatefulSets' controller has taken up the last change, which is a matter of moments.
func (r *rolling) observed(ctx context.Context) (map[string]pod, error) {
	for tries := 0; ; tries++ {
		found, err := r.pods.look(ctx, r.topology)
		if !errors.Is(err, errNotObserved) || tries == 100 {
			return found, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(300 * time.Millisecond):
		}
	}
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
	if err := t.pods.remove(ctx, t.member, was.uid); err != nil {
		return "", err
	}
	t.handed = handed{} // the restart undoes it
	return "", nil
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
		return orWaiting(now.waits), nil
	}
	seen, errs := reach.All(ctx, t.topology.Members, t.members.Observe)
	for _, m := range t.topology.Members {
		if reach.Lasting(errs[m.Name]) {
			return "", fmt.Errorf("%s: %w", m.Name, errs[m.Name])
		}
	}
	for _, f := range verify.Judge(t.topology, seen) {
		if t.counts(f, found, seen) {
			return f.String(), nil
		}
	}
	return "", nil
}

// counts leaves out what is said of members that are outdated and do not serve: they are next.
func (t *turn) counts(f verify.Finding, found map[string]pod, seen map[string]verify.Observation) bool {
	for _, m := range t.topology.Members {
		if m.Name == f.Member && m.Name != t.member.Name && found[m.Name].outdated && !serves(found[m.Name], seen, m) {
			return false
		}
	}
	return true
}

func orWaiting(text string) string {
	if text == "" {
		return "it starts"
	}
	return text
}
