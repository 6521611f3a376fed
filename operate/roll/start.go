package roll

import (
	"cmp"
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
	"neo4j-kubernetes/verify"
)

// tries is how often a pod that nobody has just replaced may try again before it is given up: a whole cluster that starts may take some.
const tries = 3

// idleEnds is how long a member that does not serve has to end: it has no transactions to wait for, and a start that waits for others does
// not always hear the signal. What it has not written out its next start recovers from the transaction log.
const idleEnds = 2 * time.Minute

// Start has every member's pod be there and ready, those of an earlier plan that serve among them: what comes after needs all members.
// Pods that are down and of an earlier plan are replaced, one after the other where the cluster serves, and all at once where it does not:
// cores that form a cluster together would wait for each other. The others are waited for, and pods that end until they are gone. The error
// of a member that does not come up quotes why.
func Start(ctx context.Context, a reach.Access, t neo4j.Topology, o Options) error {
	client, err := a.Client()
	if err != nil {
		return err
	}
	s := &starting{rolling: newRolling(client, t, o), open: func(ctx context.Context) (members, func(), error) {
		reached, err := verify.Open(ctx, a, t)
		return reached, reached.Close, err
	}}
	defer s.end()
	return operate.Run(ctx, s, o.Options)
}

// starting is the start as an operation.
type starting struct {
	*rolling
	// open reaches the members, who are asked only where a server runs without being ready; close is what ends that.
	open  func(ctx context.Context) (members, func(), error)
	close func()
	// given are the pods that were given up for new ones.
	given []string
}

func (s *starting) end() {
	if s.close != nil {
		s.close()
	}
}

// Next is one step for all who are down, or for the next of those of an earlier plan where the cluster serves; nil where nobody is.
func (s *starting) Next(ctx context.Context) (*operate.Step, error) {
	found, err := s.steady(ctx)
	if err != nil {
		return nil, err
	}
	var idle []neo4j.Member
	var down []string
	for _, m := range s.topology.Members {
		switch p := found[m.Name]; {
		case p.idles():
			idle = append(idle, m)
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
		return &operate.Step{Name: "end of members", Member: strings.Join(names, ", "), Does: "ends", Act: s.replace(), Ending: s.ending}, nil
	}
	step := &operate.Step{
		Name: "start of members", Member: strings.Join(down, ", "), Does: "starts", Undone: "has not come up", Ending: s.ending, Left: s.left(s.topology.Members...),
	}
	if len(idle) > 0 {
		if idle, err = s.alone(ctx, step, found, idle); err != nil {
			return nil, err
		}
		step.Does = fmt.Sprintf("starts; %s of an earlier plan and down: replaced at once", isOrAre(idle))
	}
	if step.Act = s.replace(idle...); len(step.Gates) > 0 {
		step.Does = fmt.Sprintf("starts; %s of an earlier plan and not ready, but answers", isOrAre(idle))
	}
	return step, nil
}

func isOrAre(members []neo4j.Member) string {
	names := make([]string, len(members))
	for i, m := range members {
		names[i] = m.Name
	}
	if len(names) == 1 {
		return names[0] + " is"
	}
	return strings.Join(names, ", ") + " are"
}

// replace has pods of members go that are down, still, and of an earlier plan.
func (s *starting) replace(chosen ...neo4j.Member) func(ctx context.Context) (waitFor string, err error) {
	return func(ctx context.Context) (waitFor string, err error) {
		found, err := s.pods.look(ctx, s.topology)
		if err != nil {
			return "", err
		}
		for _, m := range chosen {
			p := found[m.Name]
			if !p.idles() {
				continue
			}
			within := time.Duration(0)
			if p.grace > idleEnds {
				within = idleEnds
			}
			if err := s.pods.remove(ctx, m, p.uid, within); err != nil {
				return "", fmt.Errorf("%s: %w", m.Name, err)
			}
			s.given = append(s.given, m.Name)
		}
		return "", nil
	}
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
		why := p.unpulled // by the present plan, whoever has made the pod
		if s.replaced(m) {
			why = cmp.Or(why, p.stuck)
		}
		if !p.ready && !p.outdated {
			if err := s.patient(m, why); err != nil {
				return err
			}
		}
	}
	return nil
}

// left says who of some members is not ready yet.
func (s *starting) left(of ...neo4j.Member) func(ctx context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		found, err := s.pods.look(ctx, s.topology)
		if err != nil {
			return "", err
		}
		if err := s.broken(ctx, found); err != nil {
			return "", err
		}
		var waits []string
		for _, m := range of {
			if p := found[m.Name]; !p.ready && !p.unwanted {
				waits = append(waits, m.Name+": "+orWaiting(p.waits))
			}
		}
		return strings.Join(waits, ", "), nil
	}
}

func (s *starting) replaced(m neo4j.Member) bool { return slices.Contains(s.given, m.Name) }

// lookPause is the time between two looks at the pods before a step is chosen.
const lookPause = 300 * time.Millisecond

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
		case <-time.After(lookPause):
		}
	}
}
