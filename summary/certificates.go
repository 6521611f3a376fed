package summary

import (
	"fmt"
	"slices"
	"strings"

	"neo4j-kubernetes/neo4j"
)

// renewed are the members that stay and serve an older certificate than is there by now.
func renewed(c Change) []neo4j.Member {
	if c.Found == nil {
		return nil
	}
	return slices.DeleteFunc(c.After.Topology().Members, func(m neo4j.Member) bool {
		return !slices.Contains(c.Found.Renewed, m.Name) || c.remade(m.Role)
	})
}

// renewedByReplacement says whether a member is replaced for a certificate: those that can read it while they run do so.
func (c Change) renewedByReplacement(member string) bool {
	return !c.After.ReloadsTLS() && slices.ContainsFunc(renewed(c), func(m neo4j.Member) bool { return m.Name == member })
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
	if c.Found.Reissued {
		return []string{fmt.Sprintf("the certificate is made anew, and %d %s %s: %s", n, plural(n, "member is", "members are"), how, strings.Join(late, ", "))}
	}
	return []string{fmt.Sprintf("%d %s an older certificate than the Secret holds by now, and %s %s: %s",
		n, plural(n, "member serves", "members serve"), plural(n, "is", "are"), how, strings.Join(late, ", "))}
}
