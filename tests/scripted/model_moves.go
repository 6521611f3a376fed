package scripted

import "slices"

// move is a change of a database's allocations that the servers' reconcilers have not carried out yet (dev
// clustering/setup/reconciler.adoc: what is ordered is recorded, and each server follows in its own time).
type move struct {
	database  *ModelDatabase
	add, drop string
	secondary bool
	left      int
}

// move begins to give a database a copy on one host and to take one from another; either may be empty. The new copy is made before
// the old one stops (5.x clustering/servers.adoc, "Dropping a server"), and until then the old one is deallocating, which is still
// online (5.x listing-databases.adoc, "Database states").
func (c *Cluster) move(d *ModelDatabase, add, drop string, secondary bool) {
	if add != "" {
		d.join(add, secondary)
		d.Status[add] = "store copying"
	}
	if drop != "" {
		d.Status[drop] = "deallocating"
	}
	c.moves = append(c.moves, &move{d, add, drop, secondary, c.Slow})
}

// resize begins to have as many copies in one mode as are wanted. Copies on cordoned servers go first (5.x clustering/servers.adoc,
// "Cordoned state"), then the last ones.
func (c *Cluster) resize(d *ModelDatabase, want int, secondary bool) {
	for range want - len(d.in(secondary)) {
		if host := c.free(d, secondary); host != "" {
			c.move(d, host, "", secondary)
		}
	}
	copies := slices.Clone(d.in(secondary))
	slices.SortStableFunc(copies, func(a, b string) int { return c.reluctance(b) - c.reluctance(a) })
	for i := want; i < len(copies); i++ {
		c.move(d, "", copies[i], secondary)
	}
}

// reluctance is low for a server that gives up its copies first.
func (c *Cluster) reluctance(host string) int {
	if s := c.Server(host); s != nil && s.State == "Cordoned" {
		return 0
	}
	return 1
}

// free is the first server that may take a copy and has none.
func (c *Cluster) free(d *ModelDatabase, secondary bool) string {
	other := "SECONDARY"
	if secondary {
		other = "PRIMARY"
	}
	for _, s := range c.Servers {
		if s.State == "Enabled" && s.Constraint != other && !slices.Contains(d.hosts(), s.Host) {
			return s.Host
		}
	}
	return ""
}

func (d *ModelDatabase) in(secondary bool) []string {
	if secondary {
		return d.Secondaries
	}
	return d.Primaries
}

func (d *ModelDatabase) join(host string, secondary bool) {
	if secondary {
		d.Secondaries = append(d.Secondaries, host)
		return
	}
	d.Primaries = append(d.Primaries, host)
}

// leave takes a host's copy away.
func (d *ModelDatabase) leave(host string) {
	gone := func(other string) bool { return other == host }
	d.Primaries = slices.DeleteFunc(slices.Clone(d.Primaries), gone)
	d.Secondaries = slices.DeleteFunc(slices.Clone(d.Secondaries), gone)
	delete(d.Status, host)
}

// goOn carries out what was ordered, one look further.
func (c *Cluster) goOn() {
	if c.Hold {
		return
	}
	c.moves = slices.DeleteFunc(c.moves, func(m *move) bool {
		if m.left > 0 {
			m.left--
			return false
		}
		delete(m.database.Status, m.add)
		if m.drop != "" {
			m.database.leave(m.drop)
		}
		return true
	})
	for _, s := range c.Servers {
		switch moving := slices.ContainsFunc(c.moves, func(m *move) bool { return m.drop == s.Host }); {
		case s.State != "Deallocating" || moving:
		case s.left > 0:
			s.left--
		case c.since(deallocatedFrom):
			s.State = "Deallocated"
		}
	}
}
