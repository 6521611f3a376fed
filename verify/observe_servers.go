package verify

import (
	"context"
	"net"
	"strings"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/reach"
)

// Server is one row of SHOW SERVERS (operations manual 5, "listing servers").
type Server struct {
	// ID stays a server's own; Host is the host that it is known by, empty once it leaves: its address turns null. Bolt is where it has clients
	// dial, host and port; see Row.
	ID, Host, Bolt string
	// State is Free, Enabled, Cordoned, Deallocating, Deallocated or Dropped; Health is Available or Unavailable.
	State, Health       string
	Hosting, Requested  []string
	Constraint, Version string
}

// Copy is one row of SHOW DATABASES: a database on one member (operations manuals 4.0 to 4.4, "monitoring individual database states",
// and 5, "listing databases").
type Copy struct {
	Name, Host string
	// Type is standard, system, composite, graph shard or property shard: from 5.0 on.
	Type string
	// Role is primary, secondary, property shard replica or unknown; leader, follower or read_replica in 4.x; standalone for a server that
	// stands alone; empty for a composite database. It is unknown while the copy does not run.
	Role string
	// Sharded says that the row is the sum of a database's shards, which have rows of their own: in a cluster the only one of type standard
	// without counts (operations manual 2026, "showing sharded property databases").
	Sharded bool
	// ReadOnly says whether the database takes no writes for now: from 4.4 on.
	ReadOnly bool
	// Writer says whether writes go to this copy: from 5.0 on.
	Writer, Default                                            bool
	Status, Wanted, Message                                    string
	Primaries, WantedPrimaries, Secondaries, WantedSecondaries int64
}

// Writes says whether this is the copy that takes writes.
func (c Copy) Writes() bool {
	return c.Writer || strings.EqualFold(c.Role, leader) || strings.EqualFold(c.Role, "standalone")
}

// Composite says whether this is a composite database: it is on every server, has no store, no role and no writer of its own.
func (c Copy) Composite() bool { return c.Type == "composite" }

// Written says whether the database must have one copy that takes writes. A stopped database has none, nor have a composite database,
// the shards with properties, which follow their graph shard, and a sharded database as a whole.
func (c Copy) Written() bool {
	return c.Wanted == online && !c.Composite() && !c.Sharded && c.Type != "property shard"
}

// The states of a copy that the check knows more of than their name (operations manual 5, "database states"); dropped is of 4.x.
const (
	online      = "online"
	quarantined = "quarantined"
	dropped     = "dropped"
)

// Replication is one row of dbms.cluster.statusCheck: whether a database's copy on a server takes part in replication, as the member
// sees it that was asked.
type Replication struct {
	Database, Host string
	// Status is APPLYING, REPLICATING or UNAVAILABLE; Error is the server's own word on what went wrong.
	Status, Error string
	// Replicated says whether the asked member could replicate to a majority.
	Replicated bool
}

// statusCheckFrom is the first release with dbms.cluster.statusCheck.
var statusCheckFrom = neo4j.MustRelease("5.24.0")

func (c Members) observeServers(ctx context.Context, m neo4j.Member, o *Observation) error {
	a, err := c.Run(ctx, m, reach.Question{
		Database:  "system",
		Statement: "SHOW SERVERS YIELD serverId, address, httpAddress, state, health, hosting, requestedHosting, modeConstraint, version",
	})
	if err != nil {
		return err
	}
	for _, row := range a.Table() {
		o.Servers = append(o.Servers, Server{
			ID: row.Text("serverId"), Host: c.serverHost(row.Text("address"), row.Text("httpAddress")), Bolt: strings.ToLower(row.Text("address")), State: row.Text("state"), Health: row.Text("health"),
			Hosting: row.Texts("hosting"), Requested: row.Texts("requestedHosting"),
			Constraint: row.Text("modeConstraint"), Version: row.Text("version"),
		})
	}
	return nil
}

// observeReplication asks a primary which of its own databases replicate: an empty list is "all clustered databases on that server" and
// no others (operations manual 5, "monitoring replication status"), so one member's answer is not enough.
func (c Members) observeReplication(ctx context.Context, m neo4j.Member, o *Observation) error {
	if m.Role != neo4j.Primary || !c.checksStatus(o.Release) {
		return nil
	}
	o.Replicates = true
	a, err := c.Run(ctx, m, reach.Question{Database: "system", Statement: "CALL dbms.cluster.statusCheck([], 1000)"})
	if err != nil {
		return err
	}
	for _, row := range a.Table() {
		o.Replication = append(o.Replication, Replication{
			Database: row.Text("database"), Host: o.hostOf(row.Text("address"), row.Text("serverId")), Status: row.Text("memberStatus"),
			Error: row.Text("error"), Replicated: row.Is("replicationSuccessful"),
		})
	}
	return nil
}

// checksStatus goes by what the member itself runs: while a release changes, members of both are asked.
func (c Members) checksStatus(reported string) bool {
	release, err := neo4j.ParseRelease(reported)
	if err != nil {
		release = c.Topology.Release
	}
	return ChecksStatus(release)
}

// ChecksStatus says whether a release's clusters have dbms.cluster.statusCheck.
func ChecksStatus(r neo4j.Release) bool { return r.Compare(statusCheckFrom) >= 0 }

// observeDatabases asks for every database's copies. 4.x has neither YIELD everywhere nor the counts. Where the servers are known, a copy
// on one that is offline is found by the server's id: its address is null (from 5.3 on).
func (c Members) observeDatabases(ctx context.Context, m neo4j.Member, o *Observation) error {
	statement := "SHOW DATABASES"
	if c.Family.Proof == neo4j.ByServers {
		statement += " YIELD name, type, access, serverID, address, role, writer, default, currentStatus, requestedStatus, statusMessage, " +
			"currentPrimariesCount, requestedPrimariesCount, currentSecondariesCount, requestedSecondariesCount"
	}
	a, err := c.Run(ctx, m, reach.Question{Database: "system", Statement: statement})
	if err != nil {
		return err
	}
	for _, row := range a.Table() {
		o.Databases = append(o.Databases, Copy{
			Name: row.Text("name"), Type: row.Text("type"), Sharded: len(c.Topology.Members) > 1 && row.Text("type") == "standard" && row["requestedPrimariesCount"] == nil,
			ReadOnly: row.Text("access") == "read-only",
			Host:     o.hostOf(row.Text("address"), row.Text("serverID")), Role: row.Text("role"), Writer: row.Is("writer"), Default: row.Is("default"),
			Status: row.Text("currentStatus"), Wanted: row.Text("requestedStatus"), Message: row.Text("statusMessage") + row.Text("error"),
			Primaries: row.Number("currentPrimariesCount"), WantedPrimaries: row.Number("requestedPrimariesCount"),
			Secondaries: row.Number("currentSecondariesCount"), WantedSecondaries: row.Number("requestedSecondariesCount"),
		})
	}
	return nil
}

// serverHost is the host that a server is known by: see namesOf.
func (c Members) serverHost(address, http string) string {
	if _, expected := memberAt(c.Topology, hostOf(http)); expected && address != "" {
		return hostOf(http)
	}
	return hostOf(address)
}

// hostOf is the host of whose address for clients this is, or that of the server with the id where the address is null.
func (o *Observation) hostOf(address, id string) string {
	if address != "" {
		for _, s := range o.Servers {
			if strings.EqualFold(s.Bolt, address) {
				return s.Host
			}
		}
		for _, r := range o.Overview {
			if strings.EqualFold(r.Bolt, address) {
				return strings.ToLower(r.Host)
			}
		}
		return hostOf(address)
	}
	for _, s := range o.Servers {
		if id != "" && s.ID == id {
			return s.Host
		}
	}
	return ""
}

// hostOf is the host of an address with or without a port.
func hostOf(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil {
		return strings.ToLower(host)
	}
	return strings.ToLower(address)
}
