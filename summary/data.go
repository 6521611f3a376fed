package summary

import (
	"fmt"
	"slices"
	"strings"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// data says what becomes of the members' volumes.
func data(c Change, m Members) []string {
	lines := []string{}
	retain := c.After.Storage.Retain
	switch {
	case c.Before == nil:
		if n := len(c.ClaimsThere()); n > 0 {
			lines = append(lines, fmt.Sprintf("takes up the data of %d %s that %s there already", n, plural(n, "claim", "claims"), plural(n, "is", "are")))
		}
		if n := len(c.Smaller()); n > 0 {
			lines = append(lines, fmt.Sprintf("grows %d of them to %s in place", n, plan.Quantity(c.After.Storage.Size)))
		}
		lines = append(lines, onDestroy(c.After))
	case c.Before.Retain != retain:
		lines = append(lines, onDestroy(c.After))
	}
	if len(m.Removed) == 0 {
		return lines
	}
	claims := make([]string, len(m.Removed))
	for i, name := range m.Removed {
		claims[i] = plan.Claim + "-" + name
	}
	of := strings.Join(claims, ", ")
	family, err := neo4j.FamilyOf(c.After.Release)
	switch {
	case !retain:
		return append(lines, "the claims of those who leave are deleted with their data: "+of+folders(c.After))
	case err == nil && family.Proof == neo4j.ByServers:
		return append(lines, "the claims of those who leave are kept: "+of+"; a dropped server never comes back, so delete them before the pool grows again")
	}
	return append(lines, "the claims of those who leave are kept, and taken up when the pool grows again: "+of)
}

func onDestroy(p plan.Plan) string {
	if p.Storage.Retain {
		return "a destroy keeps the claims, the password and the namespace, and so does a shrink the claims of who leaves"
	}
	return "a destroy deletes the claims with all data and the password, and a shrink the claims of who leaves; the namespace stays" + folders(p)
}

func folders(p plan.Plan) string {
	if p.Storage.HostPath == "" {
		return ""
	}
	return "; the folders below " + p.HostFolder() + " of the nodes stay"
}

// unfinished says what the place shows of an update that did not end.
func unfinished(c Change) []string {
	lines := []string{}
	if c.Found == nil {
		return lines
	}
	if c.halfway() {
		lines = append(lines, "the last update did not end: what it has not done yet is done now, beside what is said here")
	}
	planned := names(c.After.Topology().Members)
	outdated := slices.DeleteFunc(slices.Clone(c.Found.Outdated), func(name string) bool { return !slices.Contains(planned, name) })
	if n := len(outdated); n > 0 {
		lines = append(lines, fmt.Sprintf("%d %s still of an earlier plan, for an update did not end: %s; who is of this plan already stays as it is",
			n, plural(n, "member is", "members are"), strings.Join(outdated, ", ")))
	}
	for _, role := range neo4j.Roles {
		size, there := c.Found.Sizes[c.After.Pool(role)]
		if wanted := c.After.Size(role); there && c.Before != nil && c.Before.Size(role) == wanted && size != wanted {
			lines = append(lines, fmt.Sprintf("%s has %d %s and the last plan wanted %d: an update did not end, or somebody else changed it",
				c.After.Pool(role), size, plural(size, "member", "members"), wanted))
		}
	}
	return lines
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
