package roll

import (
	"context"
	"slices"
	"time"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/verify"
)

// pauseFor is how long a server that runs has to be ready again before it counts as down. Five answers that are missed, one a second, are
// enough for the kubelet's word, and a JVM that collects its garbage misses as many and goes on to serve and vote.
const pauseFor = 10 * time.Second

// pauses says of a pod of an earlier plan that its server runs and is not ready right now.
func (p pod) pauses() bool { return p.runs && p.idles() }

// steady looks at the pods until no server of an earlier plan pauses, or one has had its time to be ready again.
func (r *rolling) steady(ctx context.Context) (map[string]pod, error) {
	for began := time.Now(); ; {
		found, err := r.observed(ctx)
		if err != nil || time.Since(began) >= r.pauseFor {
			return found, err
		}
		if !slices.ContainsFunc(r.topology.Members, func(m neo4j.Member) bool { return found[m.Name].pauses() }) {
			return found, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(lookPause):
		}
	}
}

// answering are the members that say something over Bolt, be it that they do not know the password, and led says whether any leads. Nobody
// is asked where no server pauses: the members that start have none to answer.
func (s *starting) answering(ctx context.Context, found map[string]pod) (answers map[string]bool, led bool, err error) {
	all := s.topology.Members
	if !slices.ContainsFunc(all, func(m neo4j.Member) bool { return found[m.Name].pauses() }) {
		return nil, false, nil
	}
	if s.members == nil {
		reached, end, err := s.open(ctx)
		if err != nil {
			return nil, false, err
		}
		s.members, s.close = reached, end
	}
	seen, errs := reach.All(ctx, all, s.members.Observe)
	answers = map[string]bool{}
	for _, m := range all {
		answers[m.Name] = errs[m.Name] == nil || reach.Lasting(errs[m.Name])
		led = led || len(verify.Leads(s.topology, seen, m)) > 0
	}
	return answers, led, nil
}

// alone has a step replace one member of those of an earlier plan that do not serve, where the cluster serves without them: a plan that they
// do not come up with either costs it one member then, and not all that were about to come back. One that answers comes after those that
// do not, and not against the quorum. Where nobody serves it leaves the step as it is: nothing gets worse, and cores that form a cluster, or
// have lost their majority, wait for each other.
func (s *starting) alone(ctx context.Context, step *operate.Step, found map[string]pod, idle []neo4j.Member) ([]neo4j.Member, error) {
	answers, led, err := s.answering(ctx, found)
	if err != nil {
		return nil, err
	}
	serves := func(m neo4j.Member) bool { return found[m.Name].ready }
	if !led && !slices.ContainsFunc(s.topology.Of(neo4j.Primary), serves) {
		return idle, nil
	}
	chosen := idle[0]
	if i := slices.IndexFunc(idle, func(m neo4j.Member) bool { return !answers[m.Name] }); i >= 0 {
		chosen = idle[i]
	}
	step.Name, step.Member, step.Left = "start of "+chosen.Name, chosen.Name, s.left(chosen)
	if answers[chosen.Name] {
		step.Gates = (&turn{rolling: s.rolling, member: chosen}).quorum()
	}
	return []neo4j.Member{chosen}, nil
}
