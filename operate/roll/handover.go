package roll

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate/live"
	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/verify"
)

// handed is what a member has been told to hand over.
type handed struct {
	// asked says that it was told, before is what its list of read-only databases goes back to.
	asked  bool
	before string
	// shown are the primaries' settings of then, by member: which databases take no writes there.
	shown map[string]map[string]live.Setting
}

// handOver has another member take up each database that this one leads, by making it read-only on this one alone: leaderships move away
// from there (operations manual 4.4, clustering/internals, and 5, clustering/setup/routing). The setting is dynamic, and a restart undoes
// it. Not for system, which cannot be in the list, nor for a database that nobody could take up: its only primary is here, or the stack
// keeps it read-only on all of them. 3.x and 4.0 to 4.2 have no such way; there the leader comes last.
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
	led := slices.DeleteFunc(verify.Leads(t.topology, seen, t.member), func(database string) bool { return database == "system" })
	if len(led) == 0 {
		return "", nil
	}
	if err := t.readSettings(ctx, family); err != nil {
		return "", err
	}
	led = slices.DeleteFunc(led, func(database string) bool { return !t.hasSuccessor(seen, family, database) })
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

// makeReadOnly adds databases to the member's own list. Those that it alone has there already are left over from an update that ended before
// it could take them back. It says whether it could: on the way from 4.2 to 4.3 there are members that have no such setting, and come last
// as ever.
func (t *turn) makeReadOnly(ctx context.Context, family neo4j.Family, led []string) (can bool, err error) {
	shown := t.handed.shown[t.member.Name]
	if _, there := shown[family.Keys.ReadOnly]; !there {
		return false, nil
	}
	own := slices.DeleteFunc(listed(shown, family.Keys.ReadOnly), func(database string) bool { return slices.Contains(led, database) })
	t.handed.asked, t.handed.before = true, strings.Join(own, ",") // before it is asked: an answer that is lost may have been a yes
	return true, t.setReadOnly(ctx, family, strings.Join(append(own, led...), ","))
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

// readSettings asks the primaries, once in a turn, which databases take no writes on them.
func (t *turn) readSettings(ctx context.Context, family neo4j.Family) error {
	if t.handed.shown != nil {
		return nil
	}
	primaries := t.topology.Of(neo4j.Primary)
	shown, errs := reach.All(ctx, primaries, func(ctx context.Context, m neo4j.Member) (map[string]live.Setting, error) {
		return live.Ask(ctx, t.members, t.topology.Release, m, readOnlyGroup(family))
	})
	for _, m := range primaries {
		if errs[m.Name] != nil {
			return fmt.Errorf("%s: %w", m.Name, errs[m.Name])
		}
	}
	t.handed.shown = shown
	return nil
}

// readOnlyGroup begins the names read_only, default_to_read_only and writable.
func readOnlyGroup(f neo4j.Family) string { return strings.TrimSuffix(f.Keys.ReadOnly, "read_only") }

func (t *turn) setReadOnly(ctx context.Context, family neo4j.Family, value string) error {
	return live.Set(ctx, t.members, t.topology.Release, t.member, family.Keys.ReadOnly, value)
}

// hasSuccessor says whether another primary has a copy of a database that runs, and takes writes to it.
func (t *turn) hasSuccessor(seen map[string]verify.Observation, family neo4j.Family, database string) bool {
	for _, o := range seen {
		for _, c := range o.Databases {
			follows := strings.EqualFold(c.Role, "primary") || strings.EqualFold(c.Role, "follower")
			name, _, _ := strings.Cut(c.Host, ".")
			if c.Name == database && follows && strings.EqualFold(c.Status, "online") && name != t.member.Name && takesWrites(t.handed.shown[name], family, database) {
				return true
			}
		}
	}
	return false
}

// takesWrites says whether a member with some settings takes writes to a database, as far as it is up to them (operations manual 5,
// server.databases.read_only, server.databases.default_to_read_only and server.databases.writable; 4.3 and 4.4 likewise).
func takesWrites(shown map[string]live.Setting, family neo4j.Family, database string) bool {
	group := readOnlyGroup(family)
	if slices.Contains(listed(shown, family.Keys.ReadOnly), database) {
		return false
	}
	return !strings.EqualFold(shown[group+"default_to_read_only"].Value, "true") || slices.Contains(listed(shown, group+"writable"), database)
}

// listed are the databases that a setting names.
func listed(shown map[string]live.Setting, name string) []string {
	return strings.FieldsFunc(shown[name].Value, func(r rune) bool { return r == ',' || r == ' ' })
}
