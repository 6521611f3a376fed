package cluster

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// applied says which settings running members take, as far as the members stay.
func applied(c plan.Change, before, after resource.PropertyMap) []string {
	if c.Before == nil || c.Before.Release.Compare(c.After.Release) != 0 || !hasLive(c.After) {
		return nil
	}
	var notes []string
	seen := map[string]bool{}
	for _, role := range neo4j.Roles {
		if c.Stay(role) == 0 {
			continue
		}
		was, is := settings(before, role), settings(after, role)
		names := slices.Collect(maps.Keys(was))
		names = append(names, slices.Collect(maps.Keys(is))...)
		slices.Sort(names)
		for _, name := range slices.Compact(names) {
			if was[name] == is[name] || !c.After.Neo4j().Live(name) {
				continue
			}
			line := fmt.Sprintf("applied live, nobody restarts: %s %s -> %s", name, orDefault(was[name]), orDefault(is[name]))
			if !seen[line] {
				notes = append(notes, line)
			}
			seen[line] = true
		}
	}
	return notes
}

func orDefault(value string) string {
	if value == "" {
		return "its default"
	}
	return value
}

// settings are a role's settings as the plan's inputs have them, those of one value.
func settings(properties resource.PropertyMap, role neo4j.Role) map[string]string {
	found := map[string]string{}
	conf := at(properties, "conf", resource.PropertyKey(role))
	if !conf.IsObject() {
		return found
	}
	for key, value := range conf.ObjectValue() {
		if value.IsString() {
			found[string(key)] = value.StringValue()
		}
	}
	return found
}
