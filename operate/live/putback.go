package live

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/reach"
)

// taken is a setting that a member took, or may have where its answer was lost, and what it had before: empty for its default.
type taken struct {
	change
	before string
}

// remember keeps what a member had before it first took a setting. A list of read-only databases that was left over from a hand-over is
// nothing to go back to.
func (a *applying) remember(m neo4j.Member, c change, had Setting) {
	known := slices.ContainsFunc(a.took[m.Name], func(t taken) bool { return t.name == c.name })
	if !a.options.Unwritten || known || c.name == a.wanted[m.Role].heals {
		return
	}
	before := had.Value
	if had.TellsDefault && before == had.Default || neo4j.SameValue(a.topology.Release, c.name, "", before) {
		before = ""
	}
	a.took[m.Name] = append(a.took[m.Name], taken{c, before})
}

// putBack has the members go back to what they had, where an update ends before all have taken what is written nowhere yet: nobody would
// ever reset a setting that the user takes out again. What cannot be put back is said, with the statement that does it.
func (a *applying) putBack(ctx context.Context) error {
	_, failed := reach.All(ctx, a.topology.Members, func(ctx context.Context, m neo4j.Member) (bool, error) {
		var errs []error
		for _, t := range a.took[m.Name] {
			if err := Set(ctx, a.members, a.topology.Release, m, t.name, t.before); err != nil {
				errs = append(errs, fmt.Errorf("%s keeps %s until it restarts, or until CALL dbms.setConfigValue('%s', '%s') is run on it: %w",
					m.Name, t.change, t.name, t.before, err))
			}
		}
		return true, errors.Join(errs...)
	})
	var errs []error
	for _, m := range a.topology.Members {
		if err := failed[m.Name]; err != nil {
			errs = append(errs, err)
		} else if len(a.took[m.Name]) > 0 {
			_, _ = fmt.Fprintf(a.options.Progress, "settings of %s: it goes back to what it had\n", m.Name)
		}
	}
	a.took = map[string][]taken{}
	return errors.Join(errs...)
}
