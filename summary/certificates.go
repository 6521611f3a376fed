package summary

import (
	"fmt"
	"slices"
	"strings"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// renewed are the members that stay as they are and serve an older certificate than is there by now, or than this change makes.
func renewed(c Change) []neo4j.Member {
	anew := c.Reissues()
	return slices.DeleteFunc(c.After.Topology().Members, func(m neo4j.Member) bool {
		late := anew || c.Found != nil && slices.Contains(c.Found.Renewed, m.Name)
		return !late || m.Ordinal >= c.now(m.Role) || c.remade(m.Role)
	})
}

// renewedByReplacement are those of them that are replaced for it: members that can read a certificate while they run do so.
func (c Change) renewedByReplacement() []neo4j.Member {
	if c.After.ReloadsTLS() {
		return nil
	}
	return renewed(c)
}

// does is what another text of a fact does to the running members: more than it says itself where it makes another certificate.
func (c Change) does(f plan.Fact) plan.Effect {
	switch {
	case !c.MakesAnew(f.Path):
		return f.Does
	case c.After.ReloadsTLS() && !slices.ContainsFunc(neo4j.Roles, c.remade):
		return plan.ByReload
	}
	return plan.ByReplacement
}

// certificates say whose were renewed.
func certificates(c Change) []string {
	late := names(renewed(c))
	n := len(late)
	if n == 0 {
		return nil
	}
	how := "replaced, one at a time: they read it when they start"
	if c.After.ReloadsTLS() {
		how = "told to read it, and nobody restarts"
	}
	if c.Reissues() || c.Found != nil && c.Found.Reissued {
		return []string{fmt.Sprintf("the certificate is made anew, and %d %s %s: %s", n, plural(n, "member is", "members are"), how, strings.Join(late, ", "))}
	}
	return []string{fmt.Sprintf("%d %s an older certificate than the Secret holds by now, and %s %s: %s",
		n, plural(n, "member serves", "members serve"), plural(n, "is", "are"), how, strings.Join(late, ", "))}
}
