package plan

import (
	"fmt"
	"slices"
	"strings"

	"neo4j-kubernetes/neo4j"
)

// least is the smallest Raft group that a formed cluster of 3.x or 4.x may have: minimum_core_cluster_size_at_runtime is 3, so the
// leader refuses to drop a lost member from a group of three, and one of two voters is no majority.
const least = 3

// Stay is how many members of a role run before the change and after it.
func (c Change) Stay(role neo4j.Role) int {
	if c.Before == nil {
		return 0
	}
	return min(c.Before.Size(role), c.After.Size(role))
}

// CheckShape refuses a change of size that would lose the quorum, with the reason and the mend.
func CheckShape(before, after Plan) error {
	record := before.Record()
	for _, refusal := range shape(Change{Before: &record, After: after}) {
		return refusal
	}
	return nil
}

// shape refuses sizes that the running cluster cannot be brought to.
func shape(c Change) []Refusal {
	if c.Before == nil {
		return nil
	}
	family, err := neo4j.FamilyOf(c.After.Release)
	if err != nil {
		return nil // refused by package config
	}
	before, after := c.Before.Primaries, c.After.Primaries
	refuse := func(reason, mend string) []Refusal {
		return []Refusal{{"primaries", arrow(before, after), reason, mend}}
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
	case after == 1 && before == 1 && c.Before.Members() > 1 && !c.After.Clustered():
		return []Refusal{{"secondaries", fmt.Sprintf("%d secondaries -> a server that stands alone", c.Before.Members()-1),
			"the server's system database would still count the others, which no drained member may leave behind",
			"keep one secondary, or make a new stack with one server and load a backup"}}
	}
	return nil
}

// release refuses another release off the upgrade path, and one together with another size or edition.
func release(c Change) []Refusal {
	if c.Before == nil {
		return nil
	}
	before, after := c.Before, c.After.Record()
	if c.takesBack() {
		return nil // the members are of that release still
	}
	running := func(r Record) neo4j.Running { return neo4j.Running{Release: r.Release, Discovery: r.DiscoveryVersion} }
	if problem := neo4j.CheckUpgrade(running(*before), running(after)); problem != nil {
		return []Refusal{Refusal(*problem)}
	}
	var refusals []Refusal
	if before.Edition == neo4j.Enterprise && after.Edition == neo4j.Community {
		refusals = append(refusals, Refusal{"edition", arrow(before.Edition, after.Edition), "Community does not open a store in Enterprise's block format, and has none of its users' roles",
			"make a new stack of edition community and load a dump in the format aligned"})
	}
	if before.Release.Compare(after.Release) != 0 && before.Members() != after.Members() {
		refusals = append(refusals, Refusal{"release", arrow(before.Release, after.Release) + " together with " + arrow(before.Members(), after.Members()) + " members",
			"who leaves or joins is judged by what one release says", "change the release first, and the size in an update of its own"})
	}
	return refusals
}

// ChangesRelease says whether the members of a running cluster get another release one by one, so that both run side by side for a while.
func (c Change) ChangesRelease() bool {
	return c.Before != nil && c.Before.Release.Compare(c.After.Release) != 0 && c.Before.Members() > 1
}

// sideBySide refuses a change of release that a cluster cannot take member by member.
func sideBySide(c Change) []Refusal {
	if !c.ChangesRelease() || c.takesBack() || len(release(c)) > 0 {
		return nil
	}
	if problem := neo4j.CheckSideBySide(c.Before.Release, c.After.Release); problem != nil {
		return []Refusal{Refusal(*problem)}
	}
	const allow = "dbms.allow_upgrade"
	if c.After.Release.Major == 3 && strings.EqualFold(c.After.Settings[allow], "true") {
		// Operations manual 3.5, upgrade/causal-cluster: rolling between patches, and only where the store's format stays.
		return []Refusal{{"settings." + allow, "true together with release " + arrow(c.Before.Release, c.After.Release),
			"the first member would change its store's format, which members of 3.x that run side by side must have in common",
			"leave it out: a release that needs no other format is taken up without; for one that does make a new stack and load a backup"}}
	}
	return nil
}

func orNone(text string) string {
	if text == "" {
		return none
	}
	return text
}

// takesUp refuses a plan that does not fit what a destroyed stack left behind.
func takesUp(c Change) []Refusal {
	if c.Before != nil || c.Found == nil || c.Found.Record == nil || len(c.Found.Claims) == 0 {
		return nil
	}
	left := *c.Found.Record
	again := Change{Before: &left, After: c.After, Found: c.Found}
	var refusals []Refusal
	const origin = "the claims of a destroyed stack are there, and would be taken up: "
	for _, refusal := range slices.Concat(release(again), storage(again), discovery(again), names(again), anotherSecret(again)) {
		refusal.Reason = origin + refusal.Reason
		refusals = append(refusals, refusal)
	}
	for _, role := range neo4j.Roles {
		was, is := left.Size(role), c.After.Size(role)
		if is < was && (role == neo4j.Primary || left.PrimaryCopies > 0) || role == neo4j.Primary && was == 1 && is > 1 {
			refusals = append(refusals, Refusal{SizeKeys[role], arrow(was, is), origin + "its members count on each other",
				fmt.Sprintf("come back with %d, then change the number; or delete the claims to begin anew: kubectl delete pvc --namespace %s -l app.kubernetes.io/instance=%s", was, c.After.Namespace, c.After.Name)})
		}
	}
	return refusals
}
