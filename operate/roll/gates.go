package roll

import (
	"context"
	"fmt"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/reach"
)

// gates are what must hold before a member that serves is stopped.
func (t *turn) gates() []operate.Gate {
	gates := []operate.Gate{{Name: "agreement", Holds: t.othersAgree, Wait: t.agree}}
	if t.member.Role == neo4j.Primary && len(t.topology.Of(neo4j.Primary)) > 2 {
		// One of two voters is no majority, whoever goes: a cluster of two has no gate to pass, only an interruption.
		gates = append(gates, operate.Gate{Name: "quorum", Holds: t.quorumHolds, Wait: t.agree})
	}
	return gates
}

// othersAgree wants the whole cluster proven before one more member goes: all serve, agree on roles and copies, nothing recovers, nothing is
// quarantined, and databases replicate where the release can say so.
func (t *turn) othersAgree(ctx context.Context) error {
	found, err := t.pods.look(ctx, t.topology)
	if err != nil {
		return err
	}
	seen, errs := reach.All(ctx, t.topology.Members, t.members.Observe)
	for _, m := range t.topology.Members {
		if reach.Lasting(errs[m.Name]) {
			return errs[m.Name]
		}
	}
	if findings := t.judge(found, seen); len(findings) > 0 {
		return fmt.Errorf("%s", findings[0])
	}
	return nil
}

// quorumHolds counts as the members do: those who stay must be a majority of the present voters.
func (t *turn) quorumHolds(ctx context.Context) error {
	primaries := t.topology.Of(neo4j.Primary)
	seen, _ := reach.All(ctx, primaries, t.members.Observe)
	voters, stay := len(primaries), 0
	for name, o := range seen {
		voters = max(voters, o.VoterCount())
		if name != t.member.Name {
			stay++
		}
	}
	if quorum := neo4j.Quorum(voters); stay < quorum {
		return fmt.Errorf("without %s only %d of %d voting members answer, under the quorum of %d", t.member.Name, stay, voters, quorum)
	}
	return nil
}
