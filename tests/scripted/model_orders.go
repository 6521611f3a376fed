package scripted

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	orders   = regexp.MustCompile(`(?is)^(DRYRUN DEALLOCATE|DEALLOCATE) DATABASES? FROM SERVERS? '([^']+)'$|^(ENABLE|DROP) SERVER '([^']+)'(.*)$|^CALL dbms\.cluster\.(cordonServer)\('([^']+)'\)$`)
	topology = regexp.MustCompile("(?is)^ALTER DATABASE `?([a-z0-9.-]+)`? SET TOPOLOGY (\\d+) PRIMAR(?:Y|IES)(?: (\\d+) SECONDAR(?:Y|IES))?$")
)

// order carries out a statement that changes servers or databases.
func (c *Cluster) order(q Query) Answer {
	a := c.carryOut(q.Text)
	if a.Code == "" && !strings.HasPrefix(strings.ToUpper(q.Text), "DRYRUN") {
		c.Orders = append(c.Orders, q.Text)
	}
	return a
}

func (c *Cluster) carryOut(text string) Answer {
	if m := topology.FindStringSubmatch(text); m != nil {
		return c.alter(m)
	}
	if reallocations.MatchString(text) {
		return c.reallocate(text)
	}
	m := orders.FindStringSubmatch(text)
	what, id := strings.ToUpper(m[1]+m[3]+m[6]), m[2]+m[4]+m[7]
	if what == "DRYRUN DEALLOCATE" && !c.since(dryRunFrom) {
		return syntaxError("Invalid input 'DRYRUN': expected a statement")
	}
	s := c.Server(id)
	if s == nil {
		return refused("there is no server with id " + id)
	}
	switch what {
	case "DRYRUN DEALLOCATE":
		return c.blocked(s)
	case "DEALLOCATE":
		return c.deallocate(s)
	case "ENABLE":
		return enable(s, m[5])
	case "DROP":
		return c.drop(s)
	}
	s.State = "Cordoned"
	return Answer{}
}

// enable is for a Free or a Cordoned server, and does nothing to an Enabled one; leaving is irreversible (5.x clustering/servers.adoc,
// "Deallocating state").
func enable(s *ModelServer, options string) Answer {
	if s.leaves() {
		return refused("server " + s.ID + " is " + s.State + " and cannot be enabled")
	}
	s.State = "Enabled"
	for _, constraint := range []string{"PRIMARY", "SECONDARY", "NONE"} {
		if strings.Contains(options, "'"+constraint+"'") {
			s.Constraint = constraint
		}
	}
	return Answer{}
}

// drop is for a server that is Deallocated (5.x clustering/servers.adoc, "Dropping a server"); before there was that state for one that
// is Deallocating and hosts the system database only (5.0 clustering/servers.adoc, "Dropped state").
func (c *Cluster) drop(s *ModelServer) Answer {
	empty := !slices.ContainsFunc(c.hosting(s), func(name string) bool { return name != "system" && !c.Database(name).composite() })
	if s.State != "Deallocated" && (c.since(deallocatedFrom) || s.State != "Deallocating" || !empty) {
		return refused("the server must be deallocated before it is dropped")
	}
	s.State = "Dropped"
	for _, d := range c.Databases {
		d.leave(s.Host)
	}
	return Answer{}
}

// deallocate moves a server's databases to others. The server is Deallocating first in any case: also one that hosts nothing becomes
// Deallocated only when its reconciler has seen the order (5.x clustering/servers.adoc and clustering/setup/reconciler.adoc).
func (c *Cluster) deallocate(s *ModelServer) Answer {
	if a := c.blocked(s); a.Code != "" {
		return a
	}
	s.State, s.left = "Deallocating", c.Slow
	for _, d := range c.Databases {
		leaving := slices.ContainsFunc(c.moves, func(m *move) bool { return m.database == d && m.drop == s.Host })
		if d.Name == "system" || leaving || !slices.Contains(d.hosts(), s.Host) {
			continue
		}
		secondary := slices.Contains(d.Secondaries, s.Host)
		c.move(d, c.free(d, secondary), s.Host, secondary)
	}
	return Answer{}
}

// blocked says why a server cannot be deallocated (5.x clustering/servers.adoc, "Deallocating databases from a server"): a database on
// it is offline, has its only primary on it, has most of its primaries on cordoned servers, or finds no room elsewhere.
func (c *Cluster) blocked(s *ModelServer) Answer {
	why := func(d *ModelDatabase, reason string) Answer {
		return refused(fmt.Sprintf("Could not deallocate server(s) '%s'. Database %s: %s", s.ID, d.Name, reason))
	}
	for _, d := range c.Databases {
		if d.Name == "system" || d.composite() || !slices.Contains(d.hosts(), s.Host) {
			continue
		}
		cordoned := 0
		for _, host := range d.Primaries {
			if other := c.Server(host); other != nil && other.State == "Cordoned" {
				cordoned++
			}
		}
		switch {
		case d.statusAt(c, s.Host) == "offline":
			return why(d, "it is offline")
		case d.WantPrimaries == 1 && slices.Contains(d.Primaries, s.Host):
			return why(d, "it has an allocation of one primary")
		case cordoned > len(d.Primaries)/2:
			return why(d, "a quorum of the servers that host it are cordoned")
		}
		if rest, fits := c.room(d.WantPrimaries, d.WantSecondaries, s); !fits {
			return why(d, fmt.Sprintf("desired topology of %d primaries and %d secondaries cannot be placed on %d servers", d.WantPrimaries, d.WantSecondaries, rest))
		}
	}
	return Answer{Columns: []string{"database", "fromServerName", "fromServerId", "toServerName", "toServerId", "mode"}}
}

// room says whether that many copies find a server each, without one of the servers. A server that is kept to no mode takes either.
func (c *Cluster) room(primaries, secondaries int, without *ModelServer) (servers int, fits bool) {
	of := map[string]int{}
	for _, s := range c.Servers {
		if s != without && s.State == "Enabled" {
			of[s.Constraint]++
			servers++
		}
	}
	spare := of["NONE"] - max(0, primaries-of["PRIMARY"])
	return servers, spare >= 0 && secondaries <= of["SECONDARY"]+spare
}

// alter records another topology; the allocations follow one by one (dev clustering/databases.adoc, "Alter database topology", and
// listing-databases.adoc, requestedPrimariesCount).
func (c *Cluster) alter(m []string) Answer {
	d := c.Database(m[1])
	if d == nil {
		return notFound(m[1])
	}
	primaries, _ := strconv.Atoi(m[2])
	secondaries, _ := strconv.Atoi(m[3])
	if primaries == 1 && d.WantPrimaries > 1 {
		return refused("51N41: a database cannot be altered from several primaries to one")
	}
	if rest, fits := c.room(primaries, secondaries, nil); !fits {
		return refused(fmt.Sprintf("the topology of %d primaries and %d secondaries cannot be placed on %d servers", primaries, secondaries, rest))
	}
	d.WantPrimaries, d.WantSecondaries = primaries, secondaries
	c.resize(d, primaries, false)
	c.resize(d, secondaries, true)
	return Answer{}
}
