package scripted

import (
	"regexp"
	"slices"
	"strings"
)

// reallocations spread the copies of all databases anew over the servers (5.x clustering/server-syntax.adoc, "Reallocate databases in a
// cluster").
var reallocations = regexp.MustCompile(`(?is)^(DRYRUN )?REALLOCATE DATABASES?$`)

// reallocation is one copy that goes to another server.
type reallocation struct {
	database  *ModelDatabase
	from, to  string
	secondary bool
}

// reallocate moves copies until the servers have as many as they can evenly have, and does nothing where they have (5.x
// clustering/databases.adoc, "Reallocate databases"). The dry run gives what would move, by the columns of that page's example.
func (c *Cluster) reallocate(text string) Answer {
	dry := strings.HasPrefix(strings.ToUpper(text), "DRYRUN")
	if dry && !c.since(dryRunFrom) {
		return syntaxError("Invalid input 'DRYRUN': expected a statement")
	}
	a := Answer{Columns: []string{"database", "fromServerName", "fromServerId", "toServerName", "toServerId", "mode"}}
	for _, r := range c.balanced(c.Contrary && !dry) {
		from, to, mode := c.idAt(r.from), c.idAt(r.to), "primary"
		if r.secondary {
			mode = "secondary"
		}
		a.Rows = append(a.Rows, []any{r.database.Name, from, from, to, to, mode})
		if !dry {
			c.move(r.database, r.to, r.from, r.secondary)
		}
	}
	if !dry {
		return Answer{}
	}
	return a
}

// balanced are the moves that even out how many copies the servers have. Which of several equal moves the allocator takes is not in the
// manual: the first, or contrary to that the last.
func (c *Cluster) balanced(contrary bool) (moves []reallocation) {
	copies := map[string][]reallocation{}
	for _, d := range c.Databases {
		for _, host := range d.hosts() {
			if d.Name != "system" && !d.composite() && d.Status[host] != "deallocating" {
				copies[host] = append(copies[host], reallocation{d, host, "", slices.Contains(d.Secondaries, host)})
			}
		}
	}
	for {
		next, found := c.evener(copies, contrary)
		if !found {
			return moves
		}
		moves = append(moves, next)
		copies[next.from] = slices.DeleteFunc(copies[next.from], func(r reallocation) bool { return r.database == next.database })
		copies[next.to] = append(copies[next.to], reallocation{next.database, next.to, "", next.secondary})
	}
}

// evener is a move from a server to one that has at least two copies less.
func (c *Cluster) evener(copies map[string][]reallocation, contrary bool) (best reallocation, found bool) {
	gain := 1
	for _, from := range c.Servers {
		for _, to := range c.Servers {
			if to.State != "Enabled" {
				continue // 5.x clustering/servers.adoc: no copies are assigned to a server in another state
			}
			for _, r := range copies[from.Host] {
				other := "SECONDARY"
				if r.secondary {
					other = "PRIMARY"
				}
				has := slices.ContainsFunc(copies[to.Host], func(o reallocation) bool { return o.database == r.database })
				less := len(copies[from.Host]) - len(copies[to.Host])
				if has || to.Constraint == other || less < 2 || less < gain || less == gain && !contrary {
					continue
				}
				gain, best, found = less, reallocation{r.database, from.Host, to.Host, r.secondary}, true
			}
		}
	}
	return best, found
}
