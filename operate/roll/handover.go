package roll

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/verify"
)

// handed is what a member has been told to hand over.
type handed struct {
	// asked says that it was told, before is the setting's value of then.
	asked  bool
	before string
}

// handOver has another member take up each database that this one leads, by making it read-only on this one alone: leaderships move away
// from there (operations manual 4.4, clustering/internals, and 5, clustering/setup/routing). The setting is dynamic, and a restart undoes
// it. Not for system, which cannot be in the list, nor for a database whose only primary is here, which nobody could take up. 3.x and 4.0
// to 4.2 have no such way; there the leader comes last.
func (t *turn) handOver(ctx context.Context) (waitFor string, err error) {
	family, err := neo4j.FamilyOf(t.topology.Release)
	if err != nil || family.Keys.ReadOnly == "" || len(t.topology.Of(neo4j.Primary)) < 2 {
		return "", err
	}
	if !t.serving {
		return "", nil // it leads nothing
	}
	seen, errs := reach.All(ctx, t.topology.Members, t.members.Observe)
	for _, m := range t.topology.Members {
		if errs[m.Name] != nil && !slices.Contains(t.waive, plan.GateAgreement) {
			// Who leads is not known then: nobody is stopped on a guess.
			return "", fmt.Errorf("%s: %w", m.Name, errs[m.Name])
		}
	}
	led := slices.DeleteFunc(verify.Leads(t.topology, seen, t.member), func(database string) bool {
		return database == "system" || !hasSuccessor(seen, t.member, database)
	})
	if len(led) == 0 {
		return "", nil
	}
	if !t.handed.asked {
		if can, err := t.makeReadOnly(ctx, family, led); err != nil || !can {
			return "", err
		}
	}
	return "it hands over " + strings.Join(led, ", "), nil
}

// makeReadOnly says whether it could: on the way from 4.2 to 4.3 there are members that have no such setting, and come last as ever.
func (t *turn) makeReadOnly(ctx context.Context, family neo4j.Family, led []string) (can bool, err error) {
	before, there, err := t.readOnly(ctx, family)
	if err != nil || !there {
		return false, err
	}
	value := strings.Join(led, ",")
	if before != "" {
		value = before + "," + value
	}
	t.handed = handed{true, before} // before it is asked: an answer that is lost may have been a yes
	return true, t.setReadOnly(ctx, family, value)
}

// takeBack undoes a hand-over that was not followed by a restart.
func (t *turn) takeBack(ctx context.Context) error {
	if !t.handed.asked {
		return nil
	}
	family, err := neo4j.FamilyOf(t.topology.Release)
	if err == nil {
		err = t.setReadOnly(ctx, family, t.handed.before)
	}
	if err != nil {
		return fmt.Errorf("%s takes no writes to what it led until it restarts, or until CALL dbms.setConfigValue('%s', '%s') is run on it: %w",
			t.member.Name, family.Keys.ReadOnly, t.handed.before, err)
	}
	t.handed = handed{}
	return nil
}

// readOnly is the setting's value on the member, and whether the member has the setting.
func (t *turn) readOnly(ctx context.Context, family neo4j.Family) (value string, there bool, err error) {
	statement := fmt.Sprintf("SHOW SETTINGS '%s' YIELD value", family.Keys.ReadOnly)
	if family.Proof != neo4j.ByServers {
		statement = fmt.Sprintf("CALL dbms.listConfig('%s') YIELD value", family.Keys.ReadOnly)
	}
	answer, err := t.members.Run(ctx, t.member, reach.Question{Database: "system", Statement: statement})
	if err != nil || len(answer.Rows) == 0 {
		return "", false, err
	}
	return reach.Text(answer.Rows[0][0]), true, nil
}

func (t *turn) setReadOnly(ctx context.Context, family neo4j.Family, value string) error {
	_, err := t.members.Run(ctx, t.member, reach.Question{
		Database: "system", Statement: fmt.Sprintf("CALL dbms.setConfigValue('%s', '%s')", family.Keys.ReadOnly, value),
	})
	return err
}

// hasSuccessor says whether another primary has a copy of a database that runs.
func hasSuccessor(seen map[string]verify.Observation, m neo4j.Member, database string) bool {
	for _, o := range seen {
		for _, c := range o.Databases {
			follows := strings.EqualFold(c.Role, "primary") || strings.EqualFold(c.Role, "follower")
			if c.Name == database && follows && strings.EqualFold(c.Status, "online") && !strings.HasPrefix(c.Host, m.Name+".") {
				return true
			}
		}
	}
	return false
}
