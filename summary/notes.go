package summary

import (
	"fmt"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// notes say of an allowed change what a reviewer would not see: what it does not do.
func notes(c Change) []string {
	if c.Before == nil {
		return nil
	}
	after := c.After.Record()
	all := releaseNotes(c)
	known := c.Before.PrimaryCopies > 0 && after.PrimaryCopies > 0 // from 5.0 on
	if known && (c.Before.PrimaryCopies != after.PrimaryCopies || c.Before.SecondaryCopies != after.SecondaryCopies) {
		all = append(all, fmt.Sprintf("neo4j:cluster.copies: %d+%d -> %d+%d counts at a cluster's first start only: nobody restarts, and no database changes; "+
			"CALL dbms.setDefaultAllocationNumbers or ALTER DATABASE … SET TOPOLOGY changes the running one",
			c.Before.PrimaryCopies, c.Before.SecondaryCopies, after.PrimaryCopies, after.SecondaryCopies))
	}
	return append(append(all, growth(c)...), certificates(c)...)
}

// firstNotes say of settings that count at a first start only why members are replaced all the same.
func firstNotes(settings []Setting) []string {
	var all []string
	for _, s := range settings {
		if isFirst(s.Name) && s.Effect == plan.ByReplacement {
			all = append(all, s.Name+" counts at a first start only and changes no running cluster; it replaces members all the same, for that it is there, or not, is part of their pods")
		}
	}
	return all
}

// growth says which volumes grow.
func growth(c Change) []string {
	const key = "neo4j:cluster.storage.size: "
	v := volumes(c)
	n := len(v.Grow)
	switch {
	case c.After.Storage.Size < c.Before.StorageSize:
		return []string{key + arrow(v.Before, v.After) + " gives up a growth that has not come to its end; volumes that have grown stay as they are"}
	case n == 0:
		return nil
	case v.Before == v.After:
		return []string{fmt.Sprintf(key+"%s is not reached yet: grows %d %s in place, nobody restarts", v.After, n, plural(n, "volume", "volumes"))}
	}
	return []string{fmt.Sprintf(key+"grows %d %s %s in place, nobody restarts", n, plural(n, "volume", "volumes"), arrow(v.Before, v.After))}
}

// releaseNotes say of another release what cannot be taken back, and what comes after it. Sources: the checklists of the operations manual
// 3.5, upgrade/causal-cluster, and of the upgrade guide, version-4/upgrade; for 4.x the operations manual, manage-databases/configuration; for
// 5.x and later the upgrade guide, version-5/upgrade-minor/in-place-rolling, which asks for nothing after the last server.
func releaseNotes(c Change) []string {
	if c.Before.Release.Compare(c.After.Release) == 0 {
		return nil
	}
	family, err := neo4j.FamilyOf(c.After.Release)
	if err != nil {
		return nil // refused by package config
	}
	note := fmt.Sprintf("neo4j:cluster.release: %s cannot be taken back, for no release opens a store that a newer one has written: have a full backup of every database first",
		arrow(c.Before.Release, c.After.Release))
	all := []string{note}
	add := func(text string) { all = append(all, "neo4j:cluster.release: "+text) }
	if family.Proof == neo4j.ByOverview {
		add("backups of before are no base for incremental ones: take a full one into an empty folder right afterwards")
		if c.ChangesRelease() {
			add("members of both releases run side by side, which is for releases that leave the store's format as it is: a member whose store would have to change does not start, and the change ends there")
		}
	}
	if family.Proof == neo4j.ByDatabases && c.ChangesRelease() {
		add("create, alter, start, stop and drop no databases until it is done")
	}
	if c.After.Release.UpgradesSystem() {
		add("when all members run it, the system database is upgraded (dbms.upgrade)")
	}
	return all
}
