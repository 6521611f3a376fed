package scripted

import (
	"maps"
	"slices"
)

// ModelDatabase is one database: the hosts of its copies; the first primary that serves writes.
type ModelDatabase struct {
	Name string
	// Type is standard where it is empty, and system for the database of that name; composite, graph shard or property shard.
	Type                           string
	Primaries, Secondaries         []string
	WantPrimaries, WantSecondaries int
	// Virtual says that the database is the sum of its shards: it has no counts of its own (dev
	// scalability/sharded-property-databases/listing-sharded-databases.adoc).
	Virtual bool
	// Wanted is online or offline, online where it is empty; Access read-write or read-only, read-write where it is empty.
	Wanted, Access string
	// Status is by host where a copy's is not the wanted one, Message likewise.
	Status, Message map[string]string
	// Writers, where it is not nil, are in place of the first primary that serves.
	Writers []string
	// MemberStatus is what dbms.cluster.statusCheck says of a member, by host, where it is not APPLYING.
	MemberStatus map[string]string
}

// Database finds a database by its name.
func (c *Cluster) Database(name string) *ModelDatabase {
	i := slices.IndexFunc(c.Databases, func(d *ModelDatabase) bool { return d.Name == name })
	if i < 0 {
		return nil
	}
	return c.Databases[i]
}

// Create adds a database with its primaries on the hosts and gives it for further changes.
func (c *Cluster) Create(name string, primaries ...string) *ModelDatabase {
	d := &ModelDatabase{Name: name, Primaries: primaries, WantPrimaries: len(primaries), Status: map[string]string{}, Message: map[string]string{}}
	c.Databases = append(c.Databases, d)
	return d
}

// Drop takes a database away, as DROP DATABASE does.
func (c *Cluster) Drop(name string) {
	c.Databases = slices.DeleteFunc(c.Databases, func(d *ModelDatabase) bool { return d.Name == name })
}

func (d *ModelDatabase) copied() *ModelDatabase {
	n := *d
	n.Primaries, n.Secondaries, n.Writers = slices.Clone(d.Primaries), slices.Clone(d.Secondaries), slices.Clone(d.Writers)
	n.Status, n.Message, n.MemberStatus = maps.Clone(d.Status), maps.Clone(d.Message), maps.Clone(d.MemberStatus)
	if n.Status == nil {
		n.Status = map[string]string{}
	}
	return &n
}

func (d *ModelDatabase) composite() bool { return d.Type == "composite" }

func (d *ModelDatabase) kind() string {
	switch {
	case d.Type != "":
		return d.Type
	case d.Name == "system":
		return "system"
	}
	return "standard"
}

func (d *ModelDatabase) wanted() string { return orElse(d.Wanted, "online") }

func (d *ModelDatabase) hosts() []string { return slices.Concat(d.Primaries, d.Secondaries) }

// on is where a database is shown: composite databases are on every server (dev clustering/servers.adoc, the column hosting).
func (c *Cluster) on(d *ModelDatabase) []string {
	if !d.composite() {
		return d.hosts()
	}
	var hosts []string
	for _, s := range c.Servers {
		if s.Host != "" && s.State != "Free" && s.State != "Dropped" {
			hosts = append(hosts, s.Host)
		}
	}
	return hosts
}

// statusAt is a copy's currentStatus.
func (d *ModelDatabase) statusAt(c *Cluster, host string) string {
	if c.down(host) {
		return "unknown"
	}
	return orElse(d.Status[host], d.wanted())
}

// serving says whether a copy in that status runs: one that is deallocating is still online (5.x listing-databases.adoc, "Database
// states").
func serving(status string) bool { return status == "online" || status == "deallocating" }

// roleAt is a copy's role: unknown where it is offline, stopped by an operator or by an error (5.x
// clustering/monitoring/show-databases-monitoring.adoc); null for a composite database (listing-databases.adoc, the column role).
func (d *ModelDatabase) roleAt(c *Cluster, host string) any {
	switch {
	case d.composite():
		return nil
	case !serving(d.statusAt(c, host)):
		return "unknown"
	case d.Type == "property shard":
		return "property shard replica"
	case slices.Contains(d.Primaries, host):
		return "primary"
	}
	return "secondary"
}

// writers are the hosts that say they write a database: one, as long as most of its primaries serve.
func (c *Cluster) writers(d *ModelDatabase) []string {
	switch {
	case d.Writers != nil:
		return d.Writers
	case d.composite() || d.Type == "property shard":
		return nil
	}
	var able []string
	for _, host := range d.Primaries {
		if serving(d.statusAt(c, host)) {
			able = append(able, host)
		}
	}
	if len(able) <= len(d.Primaries)/2 {
		return nil
	}
	return able[:1]
}

// inRole counts the rows of SHOW DATABASES with a role.
func (c *Cluster) inRole(d *ModelDatabase, role string) int {
	n := 0
	for _, host := range c.on(d) {
		if d.roleAt(c, host) == role {
			n++
		}
	}
	return n
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}
