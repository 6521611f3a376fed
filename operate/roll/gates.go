package roll

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/verify"
)

// gates are what must hold before a member that serves is stopped.
func (t *turn) gates() []operate.Gate {
	gates := append([]operate.Gate{{Name: plan.GateAgreement, Holds: t.othersAgree, Wait: t.agree}}, t.quorum()...)
	if len(t.topology.Of(neo4j.Primary)) > 1 && verify.ChecksStatus(t.topology.Release) {
		gates = append(gates, operate.Gate{Name: plan.GateReplication, Holds: t.databasesReplicate, Wait: t.agree})
	}
	return append(gates, operate.Gate{Name: plan.GateBackup, Holds: t.noBackup, Wait: t.agree})
}

// quorum is the gate of a member that may vote, none where there is nothing to keep: one of two voters is no majority, whoever goes, so a
// cluster of two has no gate to pass, only an interruption.
func (t *turn) quorum() []operate.Gate {
	if t.member.Role != neo4j.Primary || len(t.topology.Of(neo4j.Primary)) <= 2 {
		return nil
	}
	return []operate.Gate{{Name: plan.GateQuorum, Holds: t.quorumHolds, Wait: t.agree}}
}

// othersAgree wants the whole cluster proven before one more member goes: all serve, agree on roles and copies, nothing recovers, nothing is
// quarantined. That databases replicate is a gate of its own.
func (t *turn) othersAgree(ctx context.Context) error {
	found, seen, err := t.ask(ctx)
	if err != nil {
		return err
	}
	replication := verify.Replicated(t.topology, seen)
	return t.wants(plan.GateAgreement, slices.DeleteFunc(t.judge(found, seen), func(f verify.Finding) bool { return slices.Contains(replication, f) }))
}

// databasesReplicate wants each primary to say by dbms.cluster.statusCheck that its databases replicate to all their primaries.
func (t *turn) databasesReplicate(ctx context.Context) error {
	_, seen, err := t.ask(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(t.topology.Of(neo4j.Primary), func(m neo4j.Member) bool { _, answers := seen[m.Name]; return answers }) {
		return errors.New("no primary answers")
	}
	return t.wants(plan.GateReplication, verify.Replicated(t.topology, seen))
}

// ask looks at the pods and asks all members. The error is one that waiting does not mend, or Kubernetes'.
func (t *turn) ask(ctx context.Context) (map[string]pod, map[string]verify.Observation, error) {
	found, err := t.pods.look(ctx, t.topology)
	if err != nil {
		return nil, nil, err
	}
	seen, errs := reach.All(ctx, t.topology.Members, t.members.Observe)
	for _, m := range t.topology.Members {
		if reach.Lasting(errs[m.Name]) {
			return nil, nil, fmt.Errorf("%s: %w", m.Name, errs[m.Name])
		}
	}
	return found, seen, nil
}

// wants is a gate's answer. What it finds is kept: where the gate is waived, the same is not waited for after the member's start.
func (t *turn) wants(gate string, findings []verify.Finding) error {
	if t.shut == nil {
		t.shut = map[string][]verify.Finding{}
	}
	t.shut[gate] = findings
	if len(findings) == 0 {
		return nil
	}
	return fmt.Errorf("%s", findings[0])
}

// fresh are findings that were not there when the member was stopped: a gate that was shut then was waived.
func (t *turn) fresh(findings []verify.Finding) []verify.Finding {
	return slices.DeleteFunc(findings, func(f verify.Finding) bool {
		return slices.Contains(t.shut[plan.GateAgreement], f) || slices.Contains(t.shut[plan.GateReplication], f)
	})
}

// quorumHolds counts as the members do: those who stay must be a majority of the present voters, and have a majority of each database's copies.
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
	for _, m := range primaries {
		if o, answers := seen[m.Name]; answers && m.Name != t.member.Name {
			if err := t.copiesHold(o); err != nil {
				return err
			}
		}
	}
	return nil
}

// copiesHold wants each database of which the member has a primary that runs to keep a majority of its primaries without it, as one of those
// who stay sees it. From 5.0 on databases are on some of the servers; before, each is on every core.
func (t *turn) copiesHold(o verify.Observation) error {
	for _, database := range o.Voting(t.topology) {
		if !slices.Contains(database.Online, t.member.Name) {
			continue // the group does without it already
		}
		if left, quorum := len(database.Online)-1, neo4j.Quorum(database.Voters); database.Voters > 2 && left < quorum {
			return fmt.Errorf("without %s only %d of %d primaries of database %s are online, under the quorum of %d", t.member.Name, left, database.Voters, database.Name, quorum)
		}
	}
	return nil
}

// noBackup wants no backup to run: the stop of the server that it reads from would end it.
func (t *turn) noBackup(ctx context.Context) error {
	running, err := t.pods.backups(ctx, t.topology)
	if err != nil {
		return err
	}
	if len(running) > 0 {
		return fmt.Errorf("a backup runs: %s", strings.Join(running, ", "))
	}
	return nil
}
