// Package live has running members take the settings that their release takes at run time (dbms.setConfigValue; operations manuals 3.5 to
// 2026.08, "Dynamic settings"), so that nobody restarts for them. A member keeps what it has taken until it restarts, and reads neo4j.conf
// then: the planned values stand there too. What a member has already is not set again.
package live

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/reach"
)

// Settings are what the members of each role must have, by full name. All of them are neo4j.Dynamic.
type Settings struct {
	// Values are the planned ones.
	Values map[neo4j.Role]map[string]string
	// Reset are those that the last plan had and this one has not: they go back to the server's default, which is what a start without
	// them gives.
	Reset map[neo4j.Role][]string
	// Unknown says of a setting that its value is not known here and wins over neo4j.conf: it comes from a Secret, or from a variable of
	// the environment (neo4j.EnvName). Such a setting is left as it is; nil for none.
	Unknown func(name string) bool
}

// Options of Apply.
type Options struct {
	operate.Options
	// SkipDown leaves out members that do not answer: they read neo4j.conf when they start.
	SkipDown bool
	// Unwritten says that the values stand nowhere yet: where the update ends before all have taken them, those who did go back.
	Unwritten bool
}

// Apply has every member take the settings, one after the other, and asks each again whether it has. A member that was told to hand over
// what it leads by an update that did not end takes writes again: its list of read-only databases is set to the planned one, too. The
// error says which member has not taken what, and why; the next update goes on there.
func Apply(ctx context.Context, a reach.Access, t neo4j.Topology, s Settings, o Options) error {
	if t.Edition != neo4j.Enterprise {
		return nil // Community has no dbms.setConfigValue
	}
	op, err := newApplying(nil, t, s, o)
	if err != nil || op.nothing() {
		return err
	}
	members, err := reach.Open(ctx, a, t)
	if err != nil {
		return err
	}
	defer members.Close()
	op.members = members
	return operate.Run(ctx, op, o.Options)
}

// applying is the operation.
type applying struct {
	members  reach.Asker
	topology neo4j.Topology
	wanted   map[neo4j.Role]wanted
	options  Options
	// reset are those of a member that went back to a default which the release does not tell: it is asked once. skipped do not answer.
	reset   map[string]bool
	skipped map[string]bool
	// took is what members have taken, by member.
	took map[string][]taken
}

// wanted are a role's settings.
type wanted struct {
	values map[string]string
	reset  []string
	// heals is the list of read-only databases where the stack has none of its own.
	heals string
}

func newApplying(members reach.Asker, t neo4j.Topology, s Settings, o Options) (*applying, error) {
	family, err := neo4j.FamilyOf(t.Release)
	if err != nil {
		return nil, err
	}
	op := &applying{members: members, topology: t, options: o, wanted: map[neo4j.Role]wanted{}, reset: map[string]bool{}, skipped: map[string]bool{}, took: map[string][]taken{}}
	op.options.Options = o.Filled()
	for _, role := range neo4j.Roles {
		w := s.of(role)
		if name := family.Keys.ReadOnly; name != "" && len(t.Of(neo4j.Primary)) > 1 && !s.unknown(name) {
			if _, own := w.values[name]; !own {
				w.values[name], w.heals = "", name // the default
			}
			w.reset = slices.DeleteFunc(w.reset, func(reset string) bool { return reset == name })
		}
		for _, name := range slices.Concat(slices.Collect(maps.Keys(w.values)), w.reset) {
			if !neo4j.Dynamic(t.Release, t.Edition, name) {
				return nil, fmt.Errorf("%s is no setting that %s %s takes at run time", name, t.Edition, t.Release)
			}
		}
		op.wanted[role] = w
	}
	return op, nil
}

// of are a role's settings whose values are known here.
func (s Settings) of(role neo4j.Role) wanted {
	w := wanted{values: map[string]string{}, reset: slices.DeleteFunc(slices.Clone(s.Reset[role]), s.unknown)}
	maps.Copy(w.values, s.Values[role])
	maps.DeleteFunc(w.values, func(name, _ string) bool { return s.unknown(name) })
	return w
}

func (s Settings) unknown(name string) bool { return s.Unknown != nil && s.Unknown(name) }

// nothing says that no member must have anything.
func (a *applying) nothing() bool {
	return !slices.ContainsFunc(a.topology.Members, func(m neo4j.Member) bool {
		w := a.wanted[m.Role]
		return len(w.values)+len(w.reset) > 0
	})
}

// Next is the turn of the next member that has not all of its settings, nil where all have. What one member cannot take, none is told.
func (a *applying) Next(ctx context.Context) (*operate.Step, error) {
	step, err := a.next(ctx)
	if err != nil {
		err = errors.Join(err, a.putBack(ctx))
	}
	return step, err
}

func (a *applying) next(ctx context.Context) (*operate.Step, error) {
	shown, errs := reach.All(ctx, a.topology.Members, a.ask)
	var next *operate.Step
	for _, m := range a.topology.Members {
		does := "takes its settings"
		switch err := errs[m.Name]; {
		case reach.Lasting(err):
			return nil, fmt.Errorf("%s: %w", m.Name, err)
		case err != nil && a.skip(m, err):
			continue
		case err == nil:
			changes, err := a.changes(m, shown[m.Name])
			if err != nil {
				return nil, err
			}
			if len(changes) == 0 {
				continue
			}
			does = "takes " + describe(changes)
		}
		if next == nil {
			next = a.turn(m, does)
		}
	}
	return next, nil
}

func (a *applying) turn(m neo4j.Member, does string) *operate.Step {
	return &operate.Step{
		Name: "settings of " + m.Name, Member: m.Name, Does: does, Undone: "has not taken its settings",
		Act: func(ctx context.Context) (string, error) { return "", a.apply(ctx, m) }, Abandon: a.putBack,
	}
}

func (a *applying) ask(ctx context.Context, m neo4j.Member) (map[string]Setting, error) {
	return Ask(ctx, a.members, a.topology.Release, m, "")
}

// skip says whether a member is left out because it does not answer.
func (a *applying) skip(m neo4j.Member, err error) bool {
	if !a.options.SkipDown || !unanswered(err) {
		return false
	}
	if !a.skipped[m.Name] {
		_, _ = fmt.Fprintf(a.options.Progress, "settings of %s: it does not answer, and reads them when it starts: %s\n", m.Name, reach.FirstLine(err))
	}
	a.skipped[m.Name] = true
	return true
}

// apply sets what a member has not, and wants it to show all of it then.
func (a *applying) apply(ctx context.Context, m neo4j.Member) error {
	shown, err := a.ask(ctx, m)
	if err != nil {
		if a.skip(m, err) {
			return nil
		}
		return err
	}
	changes, err := a.changes(m, shown)
	if err != nil || len(changes) == 0 {
		return err
	}
	for _, c := range changes {
		err := Set(ctx, a.members, a.topology.Release, m, c.name, c.value)
		if err == nil || unanswered(err) {
			a.remember(m, c, shown[c.name]) // an answer that is lost may have been a yes
		}
		if err != nil {
			return refused(m, c, err)
		}
		a.reset[m.Name+" "+c.name] = c.reset
	}
	shown, err = a.ask(ctx, m)
	if err != nil {
		return err
	}
	left, err := a.changes(m, shown)
	if err == nil && len(left) > 0 {
		err = operate.Failed{Cause: fmt.Errorf("%s was told %s, and shows %s", m.Name, left[0], orNothing(shown[left[0].name].Value))}
	}
	return err
}

func describe(changes []change) string {
	texts := make([]string, len(changes))
	for i, c := range changes {
		texts[i] = c.String()
	}
	return strings.Join(texts, ", ")
}

func orNothing(value string) string {
	if value == "" {
		return "nothing"
	}
	return value
}
