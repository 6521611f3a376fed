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
	// ID stays a server's own; Host is empty once it leaves: its address turns null.
	ID, Host string
	// State is Free, Enabled, Cordoned, Deallocating, Deallocated or Dropped; Health is Available or Unavailable.
	State, Health       string
	Hosting, Requested  []string
	Constraint, Version string
}

// Copy is one row of SHOW DATABASES: a database on one member.
type Copy struct {
	Name, Host string
	// Type is system, standard or composite: from 5.0 on. A composite database has no data, no role and no writer of its own.
	Type string
	// Role is primary, secondary or unknown; leader, follower or read_replica in 4.x; standalone for a server that stands alone.
	Role string
	// Writer says whether writes go to this copy: from 5.0 on.
	Writer, Default                                            bool
	Status, Wanted, Message                                    string
	Primaries, WantedPrimaries, Secondaries, WantedSecondaries int64
}

// Composite says whether the database is a view of others (operations manual 5, "Composite databases").
func (c Copy) Composite() bool { return strings.EqualFold(c.Type, "composite") }

// Writes says whether this is the copy that takes writes.
func (c Copy) Writes() bool {
	return c.Writer || strings.EqualFold(c.Role, leader) || strings.EqualFold(c.Role, "standalone")
}

// Replication is one row of dbms.cluster.statusCheck: whether a database's copy on a server takes part in replication.
type Replication struct {
	Database, Host, Status string
	Replicated             bool
}

// statusCheckFrom is the first release with dbms.cluster.statusCheck.
var statusCheckFrom = neo4j.MustRelease("5.24.0")

func (c Members) observeServers(ctx context.Context, m neo4j.Member, o *Observation) error {
	a, err := c.Run(ctx, m, reach.Question{
		Database:  "system",
		Statement: "SHOW SERVERS YIELD serverId, address, state, health, hosting, requestedHosting, modeConstraint, version",
	})
	if err != nil {
		return err
	}
	for _, row := range a.Table() {
		o.Servers = append(o.Servers, Server{
			ID: row.Text("serverId"), Host: hostOf(row.Text("address")), State: row.Text("state"), Health: row.Text("health"),
			Hosting: row.Texts("hosting"), Requested: row.Texts("requestedHosting"),
			Constraint: row.Text("modeConstraint"), Version: row.Text("version"),
		})
	}
	if m.Role != neo4j.Primary || c.Topology.Release.Compare(statusCheckFrom) < 0 {
		return nil
	}
	// An empty list is all clustered databases on that server (operations manual 5, "Check the status of the replication"), so every
	// primary is asked: a database need not be on the first.
	if a, err = c.Run(ctx, m, reach.Question{Database: "system", Statement: "CALL dbms.cluster.statusCheck([], 1000)"}); err != nil {
		return err
	}
	for _, row := range a.Table() {
		o.Replication = append(o.Replication, Replication{
			Database: row.Text("database"), Host: hostOf(row.Text("address")), Status: row.Text("memberStatus"), Replicated: row.Is("replicationSuccessful"),
		})
	}
	return nil
}

// observeDatabases asks for every database's copies. 4.x has neither YIELD everywhere nor the counts.
func (c Members) observeDatabases(ctx context.Context, m neo4j.Member, o *Observation) error {
	statement := "SHOW DATABASES"
	if c.Family.Proof == neo4j.ByServers {
		statement += " YIELD name, type, address, role, writer, default, currentStatus, requestedStatus, statusMessage, " +
			"currentPrimariesCount, requestedPrimariesCount, currentSecondariesCount, requestedSecondariesCount"
	}
	a, err := c.Run(ctx, m, reach.Question{Database: "system", Statement: statement})
	if err != nil {
		return err
	}
	for _, row := range a.Table() {
		o.Databases = append(o.Databases, Copy{
			Name: row.Text("name"), Type: row.Text("type"), Host: hostOf(row.Text("address")), Role: row.Text("role"), Writer: row.Is("writer"), Default: row.Is("default"),
			Status: row.Text("currentStatus"), Wanted: row.Text("requestedStatus"), Message: row.Text("statusMessage") + row.Text("error"),
			Primaries: row.Number("currentPrimariesCount"), WantedPrimaries: row.Number("requestedPrimariesCount"),
			Secondaries: row.Number("currentSecondariesCount"), WantedSecondaries: row.Number("requestedSecondariesCount"),
		})
	}
	return nil
}

// hostOf is the host of an address with or without a port.
func hostOf(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil {
		return strings.ToLower(host)
	}
	return strings.ToLower(address)
}
