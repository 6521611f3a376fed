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
	return notes
}
