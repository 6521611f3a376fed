package plan

import "fmt"

// Notes say of an allowed change what a reviewer would not see: what it does not do.
func Notes(c Change) []string {
	if c.Before == nil {
		return nil
	}
	after := c.After.Record()
	var notes []string
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
