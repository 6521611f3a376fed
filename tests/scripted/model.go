package scripted

import (
	"fmt"
	"regexp"
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
	// Copies are the canaries that were written and not removed, by their id.
	Copies map[string]bool
	// Orders are the statements that changed something, in their order.
	Orders []string
	// Refuse has a statement that contains the key fail with "code: message".
	Refuse map[string]string
	// Looks counts the SHOW SERVERS so far; After runs then, under the lock: a cluster that changes while it is watched.
	Looks int
	After func(c *Cluster)
	// Slow is how many looks a deallocation takes; none goes on while Hold is set.
	Slow int
	Hold bool
	// nameless says that there is no state Deallocated: before 5.15 a server stays Deallocating.
	// Operations manual 5, clustering/servers, "Server states".
	nameless bool
	// dryRuns says that there is DRYRUN: from 5.2 on (operations manual 5, clustering/servers, "Deallocate databases from server").
	dryRuns bool
	// Disagree has a server show its own view of who writes: by its host, the writer by database.
	Disagree map[string]map[string]string
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

// ModelDatabase is one database: the hosts of its copies, the first primary writes.
type ModelDatabase struct {
	Name                           string
	Primaries, Secondaries         []string
	WantPrimaries, WantSecondaries int
	Status                         map[string]string
	Writers                        []string
	Unreplicated                   string
	// Silent hosts are missing from what statusCheck answers.
	Silent string
	// Composite databases are views of others: type composite, role null, writer false, no counts (operations manual 5,
	// database-administration/composite-databases and .../standard-databases/listing-databases).
	Composite bool
}

// Locked runs a change while no server answers.
func (c *Cluster) Locked(change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
}

// NewCluster is a healthy cluster of servers at hosts, in which neo4j and system are on all of primaries.
func NewCluster(release string, primaries, secondaries []string) *Cluster {
	c := &Cluster{nameless: neo4j.MustRelease(release).Compare(neo4j.MustRelease("5.15.0")) < 0, dryRuns: neo4j.MustRelease(release).Compare(neo4j.MustRelease("5.2.0")) >= 0, Edition: "enterprise", Copies: map[string]bool{}, Refuse: map[string]string{}}
	for i, host := range slices.Concat(primaries, secondaries) {
		s := &ModelServer{ID: fmt.Sprintf("5e7e7000-0000-4000-8000-%012d", i), Host: host, State: "Enabled", Health: "Available", Constraint: "NONE", Version: release}
		if i >= len(primaries) {
			s.Constraint = "SECONDARY"
		}
		c.Servers = append(c.Servers, s)
	}
	for _, name := range []string{"neo4j", "system"} {
		d := &ModelDatabase{Name: name, Primaries: slices.Clone(primaries), WantPrimaries: len(primaries), Status: map[string]string{}}
		if name == "system" {
			d.Secondaries, d.WantSecondaries = slices.Clone(secondaries), len(secondaries)
		}
		c.Databases = append(c.Databases, d)
	}
	return c
}

// Database finds a database by its name.
func (c *Cluster) Database(name string) *ModelDatabase {
	i := slices.IndexFunc(c.Databases, func(d *ModelDatabase) bool { return d.Name == name })
	if i < 0 {
		return nil
	}
	return c.Databases[i]
}

// Server finds a server by its host or id.
func (c *Cluster) Server(key string) *ModelServer {
	i := slices.IndexFunc(c.Servers, func(s *ModelServer) bool { return s.Host == key || s.ID == key })
	if i < 0 {
		return nil
	}
	return c.Servers[i]
}

var (
	yields   = regexp.MustCompile(`(?is)^SHOW (SERVERS|DATABASES) YIELD (.*)$`)
	orders   = regexp.MustCompile(`(?is)^(DRYRUN DEALLOCATE|DEALLOCATE) DATABASES? FROM SERVERS? '([^']+)'$|^(ENABLE|DROP) SERVER '([^']+)'(.*)$|^CALL dbms\.cluster\.(cordonServer)\('([^']+)'\)$`)
	topology = regexp.MustCompile("(?is)^ALTER DATABASE `?([a-z0-9.-]+)`? SET TOPOLOGY (\\d+) PRIMAR(?:Y|IES)(?: (\\d+) SECONDAR(?:Y|IES))?$")
)

// At gives the answers of the server at a host.
func (c *Cluster) At(host string) func(Query) Answer {
	return func(q Query) Answer {
		c.mu.Lock()
		defer c.mu.Unlock()
		if s := c.Server(host); s != nil && s.Down {
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

func (c *Cluster) answer(host string, q Query) Answer {
	switch {
	case strings.HasPrefix(q.Text, "CALL ") && strings.Contains(q.Text, " WHERE ") && q.Database == "system":
		// Seen on a real 5.26.30.
		return Answer{Code: "Neo.ClientError.Statement.SemanticError", Message: "The following unsupported clauses were used: WITH."}
	case q.Text == "CALL dbms.components()":
		return Components(c.release(host), c.Edition)
	case yields.MatchString(q.Text):
		return c.show(host, q)
	case q.Text == "CALL dbms.cluster.statusCheck([], 1000)":
		return c.statusCheck(host)
	case strings.Contains(q.Text, "Neo4jClusterCheck"):
		return c.canary(host, q)
	case orders.MatchString(q.Text) || topology.MatchString(q.Text):
		if q.Database != "system" {
			return Answer{Code: "Neo.ClientError.Statement.NotSystemDatabaseError", Message: "This is an administration command and it should be executed against the system database"}
		}
		if !slices.Contains(c.writers(c.Database("system")), host) {
			return Answer{Code: "Neo.ClientError.Cluster.NotALeader", Message: "No write operations are allowed directly on this database"}
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

func (c *Cluster) release(host string) string {
	if s := c.Server(host); s != nil {
		return s.Version
	}
	return c.Servers[0].Version
}

func (c *Cluster) writers(d *ModelDatabase) []string {
	if d.Writers != nil {
		return d.Writers
	}
	return d.Primaries[:min(1, len(d.Primaries))]
}

func (c *Cluster) canary(host string, q Query) Answer {
	d := c.Database(q.Database)
	if d == nil || !slices.Contains(slices.Concat(d.Primaries, d.Secondaries), host) {
		return Answer{Code: "Neo.ClientError.Database.DatabaseNotFound", Message: "Database " + q.Database + " is not on this server"}
	}
	id := fmt.Sprint(q.Parameters["id"])
	switch {
	case q.Write && !slices.Contains(c.writers(d), host):
		return Answer{Code: "Neo.ClientError.Cluster.NotALeader", Message: "No write operations are allowed on this database"}
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
