// Package scale takes members out of a running cluster without losing its quorum, and refuses the steps that would.
package scale

import (
	"fmt"

	"neo4j-kubernetes/neo4j"
)

// least is the smallest Raft group that a formed cluster may have: minimum_core_cluster_size_at_runtime is 3, so the leader
// refuses to drop a lost member from a group of three, and one of two voters is no majority.
const least = 3

// Allowed refuses a change of shape that would lose the cluster, with the reason and the mend. It looks at the numbers only,
// so it can be asked in a preview.
func Allowed(from, to neo4j.Topology) error {
	before, after := len(from.Of(neo4j.Primary)), len(to.Of(neo4j.Primary))
	refuse := func(reason, mend string) error {
		return fmt.Errorf("neo4j:cluster.primaries: %d -> %d is refused, nothing was touched: %s; %s", before, after, reason, mend)
	}
	switch {
	case after < before && after < 1:
		return refuse("nothing would be left", "destroy the stack if that is meant")
	case after < before && after < least:
		return refuse(fmt.Sprintf("the Raft group of a formed cluster keeps %d voting members, so %d left would be without a quorum and without writes", least, after),
			fmt.Sprintf("keep at least %d, or make a new stack and load a backup", least))
	case before == 1 && after > 1:
		return refuse("a standalone server holds no Raft state, so the others could not form a quorum with it",
			"make a new stack of the size and load a backup")
	}
	return nil
}
