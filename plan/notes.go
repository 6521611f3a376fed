package plan

import (
	"fmt"

	"neo4j-kubernetes/neo4j"
)

// Notes say of an allowed change what a reviewer would not see: what it does not do.
func Notes(c Change) []string {
	if c.Before == nil {
		return nil
	}
	after := c.After.Record()
	notes := releaseNotes(c)
	if c.Before.PrimaryCopies != after.PrimaryCopies || c.Before.SecondaryCopies != after.SecondaryCopies {
		notes = append(notes, fmt.Sprintf("neo4j:cluster.copies: %d+%d -> %d+%d counts at a cluster's first start only: nobody restarts, and no database changes; "+
			"CALL dbms.setDefaultAllocationNumbers or ALTER DATABASE … SET TOPOLOGY changes the running one",
			c.Before.PrimaryCopies, c.Before.SecondaryCopies, after.PrimaryCopies, after.SecondaryCopies))
	}
	return append(notes, growth(c, after)...)
}

// growth says which volumes grow, as far as it is known how large they are.
func growth(c Change, after Record) []string {
	size := arrow(Quantity(c.Before.StorageSize), Quantity(after.StorageSize))
	n := min(c.Before.members(), after.members())
	if c.Found != nil {
		n = len(c.smaller())
	}
	switch {
	case after.StorageSize < c.Before.StorageSize:
		return []string{"neo4j:cluster.storage.size: " + size + " gives up a growth that has not come to its end; volumes that have grown stay as they are"}
	case n == 0 || c.Found == nil && after.StorageSize == c.Before.StorageSize:
		return nil
	case after.StorageSize == c.Before.StorageSize:
		return []string{fmt.Sprintf("neo4j:cluster.storage.size: %s is not reached yet: grows %d %s in place, nobody restarts", Quantity(after.StorageSize), n, volumes(n))}
	}
	return []string{fmt.Sprintf("neo4j:cluster.storage.size: grows %d %s %s in place, nobody restarts", n, volumes(n), size)}
}

func volumes(n int) string {
	if n == 1 {
		return "volume"
	}
	return "volumes"
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
	notes := []string{note}
	add := func(text string) { notes = append(notes, "neo4j:cluster.release: "+text) }
	if family.Proof == neo4j.ByOverview {
		add("backups of before are no base for incremental ones: take a full one into an empty folder right afterwards")
		if c.changesRelease() {
			add("members of both releases run side by side, which is for releases that leave the store's format as it is: a member whose store would have to change does not start, and the change ends there")
		}
	}
	if family.Proof == neo4j.ByDatabases && c.changesRelease() {
		add("create, alter, start, stop and drop no databases until it is done")
	}
	if c.After.Release.UpgradesSystem() {
		add("when all members run it, the system database is upgraded (dbms.upgrade)")
	}
	return notes
}
