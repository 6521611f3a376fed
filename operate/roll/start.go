package roll

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/reach"
)

// tries is how often a pod that nobody has just replaced may try again before it is given up: a whole cluster that starts may take some.
const tries = 3

// idle is how long a member that does not serve has to end: it has no transactions to wait for, and a start that waits for others does
// not always hear the signal. What it has not written out its next start recovers from the transaction log.
const idle = 2 * time.Minute

// Start has every member's pod be there and ready, those of an earlier plan that serve among them: what comes after needs all members.
// Pods that are down and of an earlier plan are replaced, all at once, for they can only get better, and cores that form a cluster
// together would wait for each other; the others are waited for, and pods that end until they are gone. The error of a member that does
// not come up quotes why.
func Start(ctx context.Context, a reach.Access, t neo4j.Topology, o operate.Options) error {
	client, err := a.Client()
	if err != nil {
		return err
	}
	return operate.Run(ctx, &starting{&rolling{pods: kubernetesPods{client, t.Namespace}, topology: t, stuckFor: stuckFor}, nil}, o)
}

// starting is the start as an operation. given are the pods that were given up for new ones.
type starting struct {
	*rolling
	given []string
}

// Next is one step for all who are down, nil where nobody is.
func (s *starting) Next(ctx context.Context) (*operate.Step, error) {
	found, err := s.observed(ctx)
	if err != nil {
		return nil, err
	}
	var down, outdated []string
	for _, m := range s.topology.Members {
		switch p := found[m.Name]; {
		case p.idles():
			outdated = append(outdated, m.Name)
			fallthrough
		case !p.ready && !p.unwanted:
			down = append(down, m.Name)
		}
	}
	leaving, err := s.pods.leaving(ctx, s.topology)
	if err != nil || len(down)+len(leaving) == 0 {
		return nil, err
	}
	if len(down) == 0 {
		names := slices.Sorted(maps.Keys(leaving))
		return &operate.Step{Name: "end of members", Member: strings.Join(names, ", "), Does: "ends", Act: s.replace, Ending: s.ending}, nil
	}
	does := "starts"
	if len(outdated) > 0 {
		does = fmt.Sprintf("starts; %s of an earlier plan and down: replaced at once", isOrAre(outdated))
	}
	return &operate.Step{
		Name: "start of members", Member: strings.Join(down, ", "), Does: does, Undone: "has not come up", Act: s.replace, Ending: s.ending, Left: s.left,
	}, nil
}

func isOrAre(names []string) string {
	if len(names) == 1 {
		return names[0] + " is"
	}
	return strings.Join(names, ", ") + " are"
}

// replace has pods go that are down and of an earlier plan.
func (s *starting) replace(ctx context.Context) (waitFor string, err error) {
	found, err := s.pods.look(ctx, s.topology)
	if err != nil {
		return "", err
	}
	for _, m := range s.topology.Members {
		if p := found[m.Name]; p.idles() {
			within := time.Duration(0)
			if p.grace > idle {
				within = idle
			}
			if err := s.pods.remove(ctx, m, p.uid, within); err != nil {
				return "", fmt.Errorf("%s: %w", m.Name, err)
			}
			s.given = append(s.given, m.Name)
		}
	}
	return "", nil
}

// ending says which pods end, of members that come back and of those that have left.
func (s *starting) ending(ctx context.Context) (what string, within time.Duration, err error) {
	found, err := s.pods.look(ctx, s.topology)
	if err != nil {
		return "", 0, err
	}
	if err := s.broken(ctx, found); err != nil {
		return "", 0, err
	}
	leaving, err := s.pods.leaving(ctx, s.topology)
	if err != nil {
		return "", 0, err
	}
	maps.Copy(leaving, found)
	var waits []string
	for _, name := range slices.Sorted(maps.Keys(leaving)) {
		if p := leaving[name]; p.ending {
			waits = append(waits, name+": "+p.waits)
			within = max(within, p.ends)
		}
	}
	return strings.Join(waits, ", "), within, nil
}

// broken is the error of a member of the present plan that does not come up.
func (s *starting) broken(ctx context.Context, found map[string]pod) error {
	for _, m := range s.topology.Members {
		p := found[m.Name]
		if p.broken != "" && !p.ready && !p.outdated && (p.restarts >= tries || p.restarts == 0 || s.replaced(m)) {
			return operate.Failed{Cause: s.pods.lastWords(ctx, m, p)}
		}
		if s.replaced(m) && !p.ready {
			if err := s.patient(m, p); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *starting) left(ctx context.Context) (string, error) {
	found, err := s.pods.look(ctx, s.topology)
	if err != nil {
		return "", err
	}
	if err := s.broken(ctx, found); err != nil {
		return "", err
	}
	var waits []string
	for _, m := range s.topology.Members {
		if p := found[m.Name]; !p.ready && !p.unwanted {
			waits = append(waits, m.Name+": "+orWaiting(p.waits))
		}
	}
	return strings.Join(waits, ", "), nil
}

func (s *starting) replaced(m neo4j.Member) bool { return slices.Contains(s.given, m.Name) }

// observed looks at the pods when the StatefulSets' controller has taken up the last change, which is a matter of moments.
func (r *rolling) observed(ctx context.Context) (map[string]pod, error) {
	for looks := 0; ; looks++ {
		found, err := r.pods.look(ctx, r.topology)
		if !errors.Is(err, errNotObserved) || looks == 100 {
			return found, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(300 * time.Millisecond):
		}
	}
}
