package scripted

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// order carries out a statement that changes servers or databases, as the operations manual 5 tells it.
func (c *Cluster) order(q Query) Answer {
	if m := topology.FindStringSubmatch(q.Text); m != nil {
		return c.alter(q.Text, m)
	}
	m := orders.FindStringSubmatch(q.Text)
	what, id := strings.ToUpper(m[1]+m[3]+m[6]), m[2]+m[4]+m[7]
	s := c.Server(id)
	if s == nil {
		return Answer{Code: "Neo.ClientError.Statement.ExecutionFailed", Message: "there is no server with id " + id}
	}
	switch what {
	case "DRYRUN DEALLOCATE":
		if !c.dryRuns {
			return Answer{Code: "Neo.ClientError.Statement.SyntaxError", Message: "Invalid input 'DRYRUN'"}
		}
		return c.blocked(s)
	case "DEALLOCATE":
		if a := c.blocked(s); a.Code != "" {
			return a
		}
		s.State, s.left = "Deallocating", c.Slow
	case "ENABLE":
		s.State = "Enabled"
		if strings.Contains(m[5], "SECONDARY") {
			s.Constraint = "SECONDARY"
		}
	case "DROP":
		// Before there was a state for it, a server that hosts nothing but system is done (operations manual 5, clustering/servers, "Drop
		// a server").
		busy := slices.ContainsFunc(c.hosting(s), func(name string) bool { d := c.Database(name); return name != "system" && !d.Composite })
		if s.State != "Deallocated" && s.State != "Free" && (!c.nameless || s.State != "Deallocating" || busy) {
			return Answer{Code: "Neo.ClientError.Statement.ExecutionFailed", Message: "the server must be deallocated before it is dropped"}
		}
		s.State = "Dropped"
		for _, d := range c.Databases { // system stays on a server to its end
			d.Primaries = slices.DeleteFunc(slices.Clone(d.Primaries), func(host string) bool { return host == s.Host })
			d.Secondaries = slices.DeleteFunc(slices.Clone(d.Secondaries), func(host string) bool { return host == s.Host })
		}
	case "CORDONSERVER":
		s.State = "Cordoned"
	}
	c.Orders = append(c.Orders, q.Text)
	return Answer{}
}

// blocked says why the databases of a server cannot be moved: nowhere to go, or a single primary on it.
func (c *Cluster) blocked(s *ModelServer) Answer {
	rest := 0
	for _, other := range c.Servers {
		if other != s && other.State == "Enabled" && other.Constraint != "SECONDARY" {
			rest++
		}
	}
	for _, d := range c.Databases {
		if d.Name == "system" || !slices.Contains(d.Primaries, s.Host) {
			continue
		}
		if d.WantPrimaries > rest {
			return Answer{Code: "Neo.ClientError.Statement.ExecutionFailed", Message: fmt.Sprintf(
				"Could not deallocate server(s) '%s'. Database %s: desired topology of %d primaries cannot be placed on %d servers", s.ID, d.Name, d.WantPrimaries, rest)}
		}
	}
	return Answer{Columns: []string{"database", "fromServerName", "toServerName", "mode"}}
}

func (c *Cluster) alter(text string, m []string) Answer {
	d := c.Database(m[1])
	if d == nil {
		return Answer{Code: "Neo.ClientError.Database.DatabaseNotFound", Message: "Database " + m[1] + " does not exist"}
	}
	primaries, _ := strconv.Atoi(m[2])
	secondaries, _ := strconv.Atoi(m[3])
	if primaries == 1 && d.WantPrimaries > 1 {
		return Answer{Code: "Neo.ClientError.Statement.ExecutionFailed", Message: "51N41: a database cannot be altered from several primaries to one"}
	}
	d.WantPrimaries, d.WantSecondaries = primaries, secondaries
	d.Primaries = d.Primaries[:min(primaries, len(d.Primaries))]
	d.Secondaries = d.Secondaries[:min(secondaries, len(d.Secondaries))]
	c.Orders = append(c.Orders, text)
	return Answer{}
}

// goOn lets deallocations go on by one look: at their end the server's copies have moved to others, or are gone where enough are left.
func (c *Cluster) goOn() {
	if c.Hold {
		return
	}
	for _, s := range c.Servers {
		if s.State != "Deallocating" {
			continue
		}
		if s.left > 0 {
			s.left--
			continue
		}
		for _, d := range c.Databases {
			d.Primaries = c.moved(d, s, d.Primaries, "NONE")
			d.Secondaries = c.moved(d, s, d.Secondaries, "SECONDARY")
		}
		if !c.nameless {
			s.State = "Deallocated"
		}
	}
}

// moved replaces the leaving server by one that has no copy yet. The system database stays until the server is dropped.
func (c *Cluster) moved(d *ModelDatabase, leaving *ModelServer, hosts []string, constraint string) []string {
	i := slices.Index(hosts, leaving.Host)
	if i < 0 {
		return hosts
	}
	hosts = slices.Delete(slices.Clone(hosts), i, i+1)
	if d.Name == "system" {
		return hosts
	}
	for _, s := range c.Servers {
		if s.State == "Enabled" && s.Constraint == constraint && !slices.Contains(slices.Concat(d.Primaries, d.Secondaries), s.Host) {
			return append(hosts, s.Host)
		}
	}
	return hosts
}
