package summary

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// Members are the members by what happens to them, by name.
type Members struct {
	// Running are how many stay.
	Running int `json:"running"`
	// Added are those that are made.
	Added []string `json:"added"`
	// Named says that the certificate bears the names of those that are added, so that those who stay take up another one.
	Named bool `json:"named,omitempty"`
	// Removed are those that leave, in the order in which they do.
	Removed []string `json:"removed"`
	// Replaced are those whose pods are made anew, in their order as far as a plan knows it: of those that vote, who leads most databases
	// comes last.
	Replaced []string `json:"replaced"`
	// Outdated are those of them whose pods were of an earlier plan before this change: an update that did not end left them.
	Outdated []string `json:"outdated"`
}

func noMembers() Members {
	return Members{Added: []string{}, Removed: []string{}, Replaced: []string{}, Outdated: []string{}}
}

func members(c Change) Members {
	m := noMembers()
	var replaced []neo4j.Member
	late := c.renewedByReplacement()
	for _, role := range neo4j.Roles {
		now := c.now(role)
		of := c.After.Sized(role, max(now, c.After.Size(role))).Topology().Of(role)
		stay := min(now, c.After.Size(role))
		m.Running += stay
		m.Added = append(m.Added, names(of[now:])...)
		for _, member := range of[:stay] {
			outdated := c.Found != nil && slices.Contains(c.Found.Outdated, member.Name)
			if outdated {
				m.Outdated = append(m.Outdated, member.Name)
			}
			if outdated || c.remade(role) || slices.Contains(late, member) {
				replaced = append(replaced, member)
			}
		}
	}
	m.Named = len(m.Added) > 0 && c.NamesGrown()
	for _, role := range leaving {
		now := c.now(role)
		if gone := now - c.After.Size(role); gone > 0 {
			of := names(c.After.Sized(role, now).Topology().Of(role)[now-gone:])
			slices.Reverse(of)
			m.Removed = append(m.Removed, of...)
		}
	}
	slices.SortStableFunc(replaced, inTurn)
	m.Replaced = append(m.Replaced, names(replaced)...)
	return m
}

// leaving are the roles in the order in which operate/scale has their members leave, each the highest ordinal first.
var leaving = []neo4j.Role{neo4j.Secondary, neo4j.Analytics, neo4j.Primary}

// inTurn is the order of operate/roll among members that lead nothing: those that never vote before those that do, the highest ordinal first.
func inTurn(a, b neo4j.Member) int {
	votes := func(m neo4j.Member) int {
		if m.Role == neo4j.Primary {
			return 1
		}
		return 0
	}
	return cmp.Or(votes(a)-votes(b), b.Ordinal-a.Ordinal)
}

// now is how many members a role has before the change: as many as the last plan had, or what an update on the same way that did not end
// has made of it.
func (c Change) now(role neo4j.Role) int {
	before := 0
	if c.Before != nil {
		before = c.Before.Size(role)
	}
	after := c.After.Size(role)
	if c.Found == nil {
		return before
	}
	size, there := c.Found.Sizes[c.After.Pool(role)]
	if !there {
		return before
	}
	return min(max(size, min(before, after)), max(before, after))
}

// remade says whether the members of a role that stay get another pod: of another plan than the last one, or of that one too where it did
// not come so far as to tell their StatefulSet.
func (c Change) remade(role neo4j.Role) bool {
	if c.Before == nil {
		return false
	}
	differs := func(before string) bool { return before != "" && before != c.PodsAfter[role] }
	return differs(c.PodsBefore[role]) || c.Found != nil && c.Found.Record != nil && differs(c.Found.Record.Pods[role])
}

// halfway says whether the place shows that the last update did not come so far as to write down what it made. Where the place has no
// digests, an older version of the program wrote it, and nothing is known.
func (c Change) halfway() bool {
	if c.Before == nil || c.Found == nil || c.Found.Record == nil || len(c.Found.Record.Pods) == 0 || c.Conf == nil {
		return false
	}
	kept := c.Found.Record
	return kept.Settings != Digest(c.Conf) || !maps.Equal(kept.Pods, c.PodsBefore) || !maps.Equal(kept.Facts, c.Before.Facts)
}

// Digest is a short name of settings.
func Digest(conf map[neo4j.Role]map[string][]string) string {
	text, err := json.Marshal(conf)
	if err != nil {
		panic(err) // maps of texts
	}
	return plan.Digest(string(text))
}

// Volumes are the volumes of members that grow.
type Volumes struct {
	// Before and After are the size of a member's volume, as Kubernetes writes it; the same where it stays.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	// Grow are the claims that grow in place.
	Grow []string `json:"grow"`
}

// volumes says which claims grow, as far as it is known how large they are.
func volumes(c Change) Volumes {
	v := Volumes{After: plan.Quantity(c.After.Storage.Size), Grow: []string{}}
	if c.Before == nil {
		v.Grow = append(v.Grow, c.Smaller()...) // of a stack that was destroyed
		return v
	}
	v.Before = plan.Quantity(c.Before.StorageSize)
	switch {
	case c.After.Storage.Size < c.Before.StorageSize:
	case c.Found != nil:
		v.Grow = append(v.Grow, c.Smaller()...)
	case c.After.Storage.Size > c.Before.StorageSize:
		for _, role := range neo4j.Roles {
			for _, m := range c.After.Topology().Of(role)[:c.Stay(role)] {
				v.Grow = append(v.Grow, plan.ClaimOf(m))
			}
		}
	}
	return v
}
