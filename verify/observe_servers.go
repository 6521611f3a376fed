package verify

import (
	"context"
	"net"
	"slices"
	"strings"

	"neo4j-kubernetes/neo4j"
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
	// Role is primary, secondary or unknown; leader, follower or read_replica in 4.x; standalone for a server that stands alone.
	Role string
	// Writer says whether writes go to this copy: from 5.0 on.
	Writer, Default                                            bool
	Status, Wanted, Message                                    string
	Primaries, WantedPrimaries, Secondaries, WantedSecondaries int64
}

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

func (c *Members) observeServers(ctx context.Context, m neo4j.Member, o *Observation) error {
	a, err := c.Run(ctx, m, Question{
		Database:  "system",
		Statement: "SHOW SERVERS YIELD serverId, address, state, health, hosting, requestedHosting, modeConstraint, version",
	})
	if err != nil {
		return err
	}
	for _, row := range a.table() {
		o.Servers = append(o.Servers, Server{
			ID: row.text("serverId"), Host: hostOf(row.text("address")), State: row.text("state"), Health: row.text("health"),
			Hosting: row.texts("hosting"), Requested: row.texts("requestedHosting"),
			Constraint: row.text("modeConstraint"), Version: row.text("version"),
		})
	}
	if m.Role != neo4j.Primary || m.Ordinal != 0 || c.topology.Release.Compare(statusCheckFrom) < 0 {
		return nil // one member's check asks all others
	}
	if a, err = c.Run(ctx, m, Question{Database: "system", Statement: "CALL dbms.cluster.statusCheck([], 1000)"}); err != nil {
		return err
	}
	for _, row := range a.table() {
		o.Replication = append(o.Replication, Replication{
			Database: row.text("database"), Host: hostOf(row.text("address")), Status: row.text("memberStatus"), Replicated: row.is("replicationSuccessful"),
		})
	}
	return nil
}

// observeDatabases asks for every database's copies. 4.x has neither YIELD everywhere nor the counts.
func (c *Members) observeDatabases(ctx context.Context, m neo4j.Member, o *Observation) error {
	statement := "SHOW DATABASES"
	if c.family.Proof == neo4j.ByServers {
		statement += " YIELD name, address, role, writer, default, currentStatus, requestedStatus, statusMessage, " +
			"currentPrimariesCount, requestedPrimariesCount, currentSecondariesCount, requestedSecondariesCount"
	}
	a, err := c.Run(ctx, m, Question{Database: "system", Statement: statement})
	if err != nil {
		return err
	}
	for _, row := range a.table() {
		o.Databases = append(o.Databases, Copy{
			Name: row.text("name"), Host: hostOf(row.text("address")), Role: row.text("role"), Writer: row.is("writer"), Default: row.is("default"),
			Status: row.text("currentStatus"), Wanted: row.text("requestedStatus"), Message: row.text("statusMessage") + row.text("error"),
			Primaries: row.number("currentPrimariesCount"), WantedPrimaries: row.number("requestedPrimariesCount"),
			Secondaries: row.number("currentSecondariesCount"), WantedSecondaries: row.number("requestedSecondariesCount"),
		})
	}
	return nil
}

// record is one row by its columns' names.
type record map[string]any

func (a Answer) table() []record {
	records := make([]record, len(a.Rows))
	for i, row := range a.Rows {
		records[i] = record{}
		for j, column := range a.Columns {
			if j < len(row) {
				records[i][column] = row[j]
			}
		}
	}
	return records
}

func (r record) text(column string) string { return text(r[column]) }

func (r record) is(column string) bool { b, _ := r[column].(bool); return b }

func (r record) number(column string) int64 { n, _ := r[column].(int64); return n }

// texts is a list of texts, sorted: the order says nothing.
func (r record) texts(column string) []string {
	list, _ := r[column].([]any)
	var all []string
	for _, v := range list {
		all = append(all, text(v))
	}
	slices.Sort(all)
	return all
}

// hostOf is the host of an address with or without a port.
func hostOf(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil {
		return strings.ToLower(host)
	}
	return strings.ToLower(address)
}
