package scripted

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"neo4j-kubernetes/neo4j"
)

// Cluster is the shared state of a cluster of 5.x or later, as its servers tell it: enough for what a check and a scale-in ask and
// order. Tests change its fields before it serves, or under Locked.
type Cluster struct {
	mu        sync.Mutex
	Servers   []*ModelServer
	Databases []*ModelDatabase
	// Edition is enterprise or community.
	Edition string
	// Default is the name of the default database, which need not exist: it can be dropped, and another be named by dbms.default_database
	// or initial.dbms.default_database.
	Default string
	// Rights are those of users other than neo4j, by name.
	Rights map[string]Rights
	// CompositesRequested says whether requestedHosting names composite databases.
	CompositesRequested bool
	// AddressStays says whether a server keeps its address once it leaves, as in the manual's examples (5.x clustering/servers.adoc); an
	// operator of such clusters saw it turn null, and dev clustering/monitoring/show-servers-monitoring.adoc says that it may be.
	AddressStays bool
	// Bolt is by host where a server has clients dial, host and port; its own name where it is not there.
	Bolt map[string]string
	// Copies are the canaries that were written and not removed, by their id.
	Copies map[string]bool
	// Orders are the statements that changed something, in their order.
	Orders []string
	// Refuse has a statement that contains the key fail with "code: message".
	Refuse map[string]string
	// Mute are databases that dbms.cluster.statusCheck says nothing of, by the host that is asked.
	Mute map[string][]string
	// RunTime are the servers' settings. KeepLead has no lead move because of them.
	*RunTime
	KeepLead bool
	// Reloaded are the hosts that were told to read their certificates anew, in their order; Reload is what becomes of it, nil for nothing.
	Reloaded []string
	Reload   func(host string)
	// Looks counts the SHOW SERVERS so far; After runs then, under the lock: a cluster that changes while it is watched.
	Looks int
	After func(c *Cluster)
	// Slow is how many looks a change of allocations takes; none goes on while Hold is set.
	Slow int
	Hold bool
	// Contrary has a reallocation take other moves than its dry run names, where several are as good.
	Contrary bool

	release neo4j.Release
	// moves are the allocations that were ordered and are not carried out yet.
	moves []*move
	// views change what one server says, by its host.
	views map[string]func(seen *Cluster)
}

// ModelServer is one server. An empty Host shows as a null address.
type ModelServer struct {
	ID, Host, State, Health, Constraint, Version string
	// Requested, where set, differs from what the server hosts.
	Requested []string
	// Down servers do not answer.
	Down bool
	left int
}

// Locked runs a change while no server answers.
func (c *Cluster) Locked(change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
}

// NewCluster is a healthy cluster of servers at hosts, in which neo4j and system are on all of primaries.
func NewCluster(release string, primaries, secondaries []string) *Cluster {
	c := &Cluster{
		release: neo4j.MustRelease(release), Edition: "enterprise", Default: "neo4j", Copies: map[string]bool{}, Refuse: map[string]string{},
		Rights: map[string]Rights{}, RunTime: NewRunTime(release), views: map[string]func(*Cluster){},
	}
	c.version = c.versionAt
	c.CompositesRequested = c.since(compositesRequestedFrom)
	for i, host := range slices.Concat(primaries, secondaries) {
		s := &ModelServer{ID: fmt.Sprintf("5e7e7000-0000-4000-8000-%012d", i), Host: host, State: "Enabled", Health: "Available", Constraint: "NONE", Version: release}
		if i >= len(primaries) {
			s.Constraint = "SECONDARY"
		}
		c.Servers = append(c.Servers, s)
	}
	c.Databases = []*ModelDatabase{
		{Name: "neo4j", Primaries: slices.Clone(primaries), WantPrimaries: len(primaries), Status: map[string]string{}},
		{
			Name: "system", Primaries: slices.Clone(primaries), WantPrimaries: len(primaries), Status: map[string]string{},
			Secondaries: slices.Clone(secondaries), WantSecondaries: len(secondaries),
		},
	}
	return c
}

// View has the server at a host say something else than the others do: another writer, another list of servers. The change is made to a
// copy of the cluster's state whenever that server is asked.
func (c *Cluster) View(host string, change func(seen *Cluster)) { c.views[host] = change }

// seenFrom is the state as the server at a host sees it.
func (c *Cluster) seenFrom(host string) *Cluster {
	change, ok := c.views[host]
	if !ok {
		return c
	}
	seen := &Cluster{
		release: c.release, Edition: c.Edition, Default: c.Default, Rights: c.Rights, CompositesRequested: c.CompositesRequested, AddressStays: c.AddressStays, Bolt: c.Bolt,
	}
	for _, s := range c.Servers {
		copied := *s
		seen.Servers = append(seen.Servers, &copied)
	}
	for _, d := range c.Databases {
		seen.Databases = append(seen.Databases, d.copied())
	}
	change(seen)
	return seen
}

// Server finds a server by its host or id.
func (c *Cluster) Server(key string) *ModelServer {
	i := slices.IndexFunc(c.Servers, func(s *ModelServer) bool { return s.Host == key || s.ID == key })
	if i < 0 {
		return nil
	}
	return c.Servers[i]
}

// At gives the answers of the server at a host.
func (c *Cluster) At(host string) func(Query) Answer {
	return func(q Query) Answer {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.down(host) {
			return Answer{Drop: true}
		}
		for part, failure := range c.Refuse {
			if strings.Contains(q.Text, part) {
				code, message, _ := strings.Cut(failure, ": ")
				return Answer{Code: code, Message: message}
			}
		}
		return c.answer(host, q)
	}
}

func (c *Cluster) down(host string) bool {
	s := c.Server(host)
	return s != nil && s.Down
}

func (c *Cluster) answer(host string, q Query) Answer {
	if a := c.forbids(q); a.Code != "" {
		return a
	}
	if a, known := c.settings(host, q); known {
		return a
	}
	switch {
	case strings.HasPrefix(q.Text, "CALL ") && strings.Contains(q.Text, " WHERE ") && q.Database == "system":
		// Seen on a real 5.26.30.
		return Answer{Code: "Neo.ClientError.Statement.SemanticError", Message: "The following unsupported clauses were used: WITH."}
	case q.Text == "CALL dbms.components()":
		return Components(c.versionAt(host), c.Edition)
	case q.Text == "CALL dbms.security.reloadTLS()":
		return c.reload(host)
	case shows.MatchString(q.Text):
		return c.show(host, q)
	case statusChecks.MatchString(q.Text):
		return c.statusCheck(host, q)
	case strings.Contains(q.Text, "Neo4jClusterCheck"):
		return c.canary(host, q)
	case orders.MatchString(q.Text) || topology.MatchString(q.Text) || reallocations.MatchString(q.Text):
		if q.Database != "system" {
			return Answer{Code: "Neo.ClientError.Statement.NotSystemDatabaseError", Message: "This is an administration command and it should be executed against the system database"}
		}
		if !slices.Contains(c.writers(c.Database("system")), host) {
			return notALeader()
		}
		return c.order(q)
	}
	return Answer{Unknown: true}
}

// Components is the answer to dbms.components: as 5.26 gives it, Cypher's own row beside the kernel's.
func Components(release, edition string) Answer {
	return Answer{Columns: []string{"name", "versions", "edition"}, Rows: [][]any{
		{"Neo4j Kernel", []any{release}, edition}, {"Cypher", []any{"5"}, ""},
	}}
}

func (c *Cluster) versionAt(host string) string {
	if s := c.Server(host); s != nil {
		return s.Version
	}
	return c.Servers[0].Version
}

func (c *Cluster) canary(host string, q Query) Answer {
	d := c.Database(q.Database)
	id := fmt.Sprint(q.Parameters["id"])
	switch {
	case d == nil || !slices.Contains(d.hosts(), host) || !serving(d.statusAt(c, host)):
		return notFound(q.Database)
	case q.Write && d.Access == "read-only":
		// 5.x database-administration/standard-databases/alter-databases.adoc: a read-only database prevents write queries.
		return Answer{Code: "Neo.ClientError.General.WriteOnReadOnlyAccessDatabase", Message: "The database is in read-only mode on this Neo4j instance"}
	case q.Write && !slices.Contains(c.writers(d), host):
		return notALeader()
	case strings.HasPrefix(q.Text, "CREATE"):
		c.Copies[id] = true
		return Answer{Columns: []string{"n.id"}, Rows: [][]any{{id}}}
	case strings.HasSuffix(q.Text, "DELETE n"):
		delete(c.Copies, id)
		return Answer{}
	}
	n := 0
	if c.Copies[id] {
		n = 1
	}
	return Answer{Columns: []string{"count(n)"}, Rows: [][]any{{n}}}
}
