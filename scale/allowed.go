// Package scale takes members out of a running cluster without losing its quorum, and refuses the steps that would.
package scale

import (
	"fmt"

	"neo4j-kubernetes/neo4j"
)

// least is the smallest Raft group that a formed cluster of 3.x or 4.x may have: minimum_core_cluster_size_at_runtime is 3, so the
// leader refuses to drop a lost member from a group of three, and one of two voters is no majority.
const least = 3

// Allowed refuses a change of shape or of release that would lose the cluster, with the reason and the mend. It looks at the
// plan only, so it can be asked in a preview.
func Allowed(from, to neo4j.Topology) error {
	if err := neo4j.CheckUpgrade(neo4j.Running{Release: from.Release, Discovery: from.Discovery}, neo4j.Running{Release: to.Release, Discovery: to.Discovery}); err != nil {
		return err
	}
	family, err := neo4j.FamilyOf(to.Release)
	if err != nil {
		return err
	}
	before, after := len(from.Of(neo4j.Primary)), len(to.Of(neo4j.Primary))
	refuse := func(reason, mend string) error {
		return fmt.Errorf("neo4j:cluster.primaries: %d -> %d is refused, nothing was touched: %s; %s", before, after, reason, mend)
	}
	switch {
	case after < before && after < 1:
		return refuse("nothing would be left", "destroy the stack if that is meant")
	case after < before && family.Proof == neo4j.ByServers && after == 1:
		return refuse("a database with several primaries cannot be altered to one (51N41), and neither can the system database",
			"keep at least 2, better 3, or make a new stack and load a backup")
	case after < before && family.Proof != neo4j.ByServers && after < least:
		return refuse(fmt.Sprintf("the Raft group of a formed cluster keeps %d voting members, so %d left would be without a quorum and without writes", least, after),
			fmt.Sprintf("keep at least %d, or make a new stack and load a backup", least))
	case before == 1 && after > 1 && family.Proof == neo4j.ByServers:
		return refuse("the system database of a single server has one primary and cannot be given more while it runs",
			"make a new stack of the size and load a backup of the databases, the system database among them")
	case before == 1 && after > 1:
		return refuse("a standalone server holds no Raft state, so the others could not form a quorum with it",
			"make a new stack of the size and load a backup")
	}
	return nil
}
