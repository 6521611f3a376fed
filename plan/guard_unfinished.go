package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"neo4j-kubernetes/neo4j"
)

// unfinished refuses to go on from a change that has not come to its end as if it had. The state has its plan, and members are of the one
// before: another release, another size or another step of discovery would be judged by what only some of them are.
func unfinished(c Change) []Refusal {
	if c.Before == nil || c.Found == nil {
		return nil
	}
	refusals := c.stillSpoken()
	if len(c.Found.Earlier) == 0 {
		return refusals
	}
	who := slices.Sorted(maps.Keys(c.Found.Earlier))
	reason := fmt.Sprintf("an update that did not end left %s with the image %s", strings.Join(who, ", "), c.Found.Earlier[who[0]])
	before, after := *c.Before, c.After.Record()
	if before.Release.Compare(after.Release) != 0 && !c.takesBack() {
		refusals = append(refusals, Refusal{"release", arrow(before.Release, after.Release), reason,
			"finish that change with release " + before.Release.String() + "; it can be taken back, by the release and the image of before, while no member has started with the new one"})
	}
	for _, role := range neo4j.Roles {
		if was, is := before.Size(role), after.Size(role); was != is {
			refusals = append(refusals, Refusal{SizeKeys[role], arrow(was, is), reason + ", and who leaves or joins is judged by what one release says",
				"finish that change first, with " + SizeKeys[role] + " as it was"})
		}
	}
	return refusals
}

// takesBack says whether a plan goes back to the release that members still have, before any of them has started with the next one: nothing
// has opened a store yet, so no store is newer than the release.
func (c Change) takesBack() bool {
	if c.Found == nil || len(c.Found.Earlier) == 0 || !c.Found.Unstarted {
		return false
	}
	for _, image := range c.Found.Earlier {
		if image != c.After.Image {
			return false
		}
	}
	return true
}

// stillSpoken refuses a step of discovery that is none for members which still are at the step before the last one.
func (c Change) stillSpoken() []Refusal {
	after := c.After.Record()
	for _, member := range slices.Sorted(maps.Keys(c.Found.Speaks)) {
		from := neo4j.Running{Release: after.Release, Discovery: c.Found.Speaks[member]}
		problem := neo4j.CheckUpgrade(from, neo4j.Running{Release: after.Release, Discovery: after.DiscoveryVersion})
		if problem != nil {
			return []Refusal{{problem.Path, problem.Value, "an update that did not end left " + member + " at " + from.Discovery + ": " + problem.Reason,
				"finish that change first, with discovery.version: " + c.Before.DiscoveryVersion}}
		}
	}
	return nil
}
