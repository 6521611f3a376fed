package roll

import (
	"slices"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/verify"
)

// outdatedOf are the members whose pods are of an earlier plan, in the topology's order.
func outdatedOf(t neo4j.Topology, found map[string]pod) []neo4j.Member {
	return slices.DeleteFunc(slices.Clone(t.Members), func(m neo4j.Member) bool { return !found[m.Name].outdated })
}

// next is whose turn it is: of members that cost the same the highest ordinal, as a StatefulSet would have it.
func next(t neo4j.Topology, outdated []neo4j.Member, found map[string]pod, seen map[string]verify.Observation) neo4j.Member {
	return slices.MaxFunc(outdated, func(a, b neo4j.Member) int {
		if c := cost(t, b, found, seen) - cost(t, a, found, seen); c != 0 {
			return c
		}
		return a.Ordinal - b.Ordinal
	})
}

// cost is what the stop of a member costs the cluster, only to be compared.
func cost(t neo4j.Topology, m neo4j.Member, found map[string]pod, seen map[string]verify.Observation) int {
	ready := found[m.Name].ready
	switch _, answers := seen[m.Name]; {
	case !ready && !answers:
		return 0
	case !ready:
		return 1
	case m.Role != neo4j.Primary:
		return 2
	}
	return 3 + len(verify.Leads(t, seen, m))
}
