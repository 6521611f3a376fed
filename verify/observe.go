package verify

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/reach"
)

// Observation is what one member says of itself and of the cluster.
type Observation struct {
	// Release is what the member reports as its version, Edition as its edition, in lower case.
	Release, Edition string
	// Role is the member's own role in the words of 3.x, Overview the rows of dbms.cluster.overview(): up to 4.4. Both are empty for
	// a server that stands alone.
	Role     string
	Overview []Row
	// Voters are the ids of the Raft group's voting members as a core sees them, by database ("" in 3.x); nil where the release
	// does not say.
	Voters map[string][]string
	// Servers are the rows of SHOW SERVERS: clusters of 5.x and later.
	Servers []Server
	// Databases are the rows of SHOW DATABASES: 4.x and later.
	Databases []Copy
	// Replication is what dbms.cluster.statusCheck found for the databases of which the member is a primary: clusters from 5.24 on.
	// Replicates says that it was asked, which one of an earlier release cannot be while a release changes.
	Replication []Replication
	Replicates  bool
}

// Row is one row of an overview: the member's id, the host that it is known by, its role; from 4.0 on its roles by database. Bolt is where it
// has clients dial, host and port, which may be another host outside the Kubernetes cluster.
type Row struct {
	ID, Host, Role string
	Bolt           string
	Roles          map[string]string
}

// Observe asks one member for its view of the cluster. Sources: the operations manuals 3.1 to 2026, dbms.components,
// dbms.cluster.overview, SHOW SERVERS, SHOW DATABASES, dbms.cluster.statusCheck and the status endpoints.
func (c Members) Observe(ctx context.Context, m neo4j.Member) (Observation, error) {
	var o Observation
	if err := c.observeRelease(ctx, m, &o); err != nil {
		return o, err
	}
	for _, ask := range c.questions() {
		if err := ask(ctx, m, &o); err != nil {
			return o, err
		}
	}
	return o, nil
}

// questions are what a member is asked, in their order: each may use what the ones before have found.
func (c Members) questions() []func(context.Context, neo4j.Member, *Observation) error {
	type questions = []func(context.Context, neo4j.Member, *Observation) error
	switch alone := len(c.Topology.Members) == 1; {
	case alone && c.Family.Proof == neo4j.ByOverview:
		return nil
	case alone:
		return questions{c.observeDatabases}
	case c.Family.Proof == neo4j.ByServers:
		return questions{c.observeServers, c.observeDatabases, c.observeReplication}
	case c.Family.Proof == neo4j.ByDatabases:
		return questions{c.observeOverview, c.observeDatabases, c.observeVoters}
	}
	return questions{c.observeOverview, c.observeVoters}
}

// system is the database that every member from 4.0 on hosts: a session to it is never refused, one to the default database is by
// a server that has no copy of that.
func (c Members) system() string {
	if c.Family.Proof == neo4j.ByOverview {
		return ""
	}
	return "system"
}

func (c Members) observeRelease(ctx context.Context, m neo4j.Member, o *Observation) error {
	// The plain call: on the system database 5.26 takes no YIELD with a WHERE, "unsupported clauses: WITH".
	a, err := c.Run(ctx, m, reach.Question{Database: c.system(), Statement: "CALL dbms.components()"})
	if err != nil {
		return err
	}
	for _, row := range a.Table() {
		versions, _ := row["versions"].([]any)
		if row.Text("name") == "Neo4j Kernel" && len(versions) > 0 {
			o.Release, o.Edition = reach.Text(versions[0]), strings.ToLower(row.Text("edition"))
		}
	}
	return nil
}

// observeOverview asks 3.x and 4.x.
func (c Members) observeOverview(ctx context.Context, m neo4j.Member, o *Observation) error {
	if c.Family.Proof == neo4j.ByOverview {
		a, err := c.Run(ctx, m, reach.Question{Statement: "CALL dbms.cluster.role() YIELD role RETURN role"})
		if err != nil {
			return err
		}
		if len(a.Rows) == 1 {
			o.Role = reach.Text(a.Rows[0][0])
		}
		if !c.Family.HasOverview(m.Role) {
			return nil
		}
	}
	roles := "role"
	if c.Family.Proof == neo4j.ByDatabases {
		roles = "databases"
	}
	a, err := c.Run(ctx, m, reach.Question{Database: c.system(), Statement: "CALL dbms.cluster.overview()"})
	if err != nil {
		return err
	}
	for _, r := range a.Table() {
		o.Overview = append(o.Overview, c.overviewRow([]any{r["id"], r["addresses"], r[roles]}))
	}
	return nil
}

func (c Members) observeVoters(ctx context.Context, m neo4j.Member, o *Observation) (err error) {
	if m.Role == neo4j.Primary && c.Family.Status != "" {
		o.Voters, err = c.voters(ctx, m, o.Databases)
	}
	return err
}

func (c Members) overviewRow(values []any) Row {
	row := Row{ID: reach.Text(values[0])}
	row.Host, row.Bolt = c.namesOf(values[1])
	switch roles := values[2].(type) {
	case string:
		row.Role = roles
	case map[string]any:
		row.Roles = map[string]string{}
		for database, role := range roles {
			row.Roles[database] = strings.ToUpper(reach.Text(role))
		}
	}
	return row
}

// namesOf are the host that a member is known by among its addresses, and where it has clients dial Bolt. The latter may be a name outside the
// Kubernetes cluster, or a node's that several members share, and while it changes some members have it and others do not; HTTP is always
// served under the member's own name. Who is none of the expected is known by where clients dial.
func (c Members) namesOf(addresses any) (host, bolt string) {
	list, _ := addresses.([]any)
	var own, other string
	for _, a := range list {
		u, err := url.Parse(reach.Text(a))
		if err != nil {
			continue
		}
		if u.Scheme == "bolt" {
			bolt = strings.ToLower(u.Host)
		}
		if _, expected := memberAt(c.Topology, u.Hostname()); expected {
			own = u.Hostname()
		}
		if other == "" || u.Scheme == "bolt" {
			other = u.Hostname()
		}
	}
	return cmp.Or(own, other), bolt
}

// SeesLeader says whether the member's overview shows a leader of every database.
func (o Observation) SeesLeader() bool {
	for _, database := range databasesOf(o.Overview) {
		if !slices.ContainsFunc(o.Overview, func(r Row) bool { return strings.EqualFold(r.roleIn(database), leader) }) {
			return false
		}
	}
	return true
}

// VoterCount is how many members vote in the largest Raft group that the member knows; zero where the release does not say.
func (o Observation) VoterCount() int {
	most := 0
	for _, members := range o.Voters {
		most = max(most, len(members))
	}
	return most
}

// Writer is the member that takes writes to a database, as far as this observation shows it.
func (o Observation) Writer(t neo4j.Topology, database string) (neo4j.Member, bool) {
	for _, c := range o.Databases {
		if c.Name == database && c.Writes() {
			return memberAt(t, c.Host)
		}
	}
	return neo4j.Member{}, false
}
