package scripted

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"neo4j-kubernetes/neo4j"
)

// Cores is what the members of a cluster of 4.x say: each over Bolt, and of its Raft groups over HTTP. Every database is on every
// member. Tests change its fields before it serves.
type Cores struct {
	mu sync.Mutex
	// Roles are by host and database, as dbms.cluster.overview tells them: LEADER, FOLLOWER, READ_REPLICA.
	Roles map[string]map[string]string
	// Databases are by name, in no order.
	Databases map[string]*CoreDatabase
	// Default is the name of dbms.default_database.
	Default string
	// Versions are by host what a member calls its release.
	Versions map[string]string
	// Bolt is by host where a member has clients dial, host and port; its own name where it is not there.
	Bolt map[string]string
	// Views, where set, replace the roles that a member tells, by its host.
	Views map[string]map[string]map[string]string
	// Store are the canaries that were written and not removed.
	Store map[string]bool
	// RunTime are the members' settings.
	*RunTime
	// Down are the hosts whose members do not answer.
	Down map[string]bool
	// Schema is what dbms.upgradeStatus says, CURRENT at first; Upgraded are the hosts on which dbms.upgrade was called, UpgradeFails why it
	// fails, and Mixed that members of two releases ran then.
	Schema       string
	Upgraded     []string
	UpgradeFails string
	Mixed        bool

	release neo4j.Release
	hosts   []string
}

// CoreDatabase is a database of a cluster of 4.x.
type CoreDatabase struct {
	// Wanted is online or offline, online where it is empty. Status is by host where it is not the wanted one.
	Wanted string
	Status map[string]string
	Error  map[string]string
	// ReadOnly is the access mode: shown from 4.4 on.
	ReadOnly bool
	// Voters are the ids of its Raft group's members, as its status endpoint tells them.
	Voters []string
}

// NewCores is a healthy cluster; each database has a leader of its own: neo4j the first core, system the second.
func NewCores(release string, cores, replicas []string) *Cores {
	c := &Cores{
		release: neo4j.MustRelease(release), hosts: slices.Concat(cores, replicas), Default: "neo4j", Store: map[string]bool{}, RunTime: NewRunTime(release), Schema: "CURRENT", Down: map[string]bool{},
		Roles: map[string]map[string]string{}, Views: map[string]map[string]map[string]string{}, Versions: map[string]string{}, Databases: map[string]*CoreDatabase{},
	}
	c.version = func(host string) string { return c.Versions[host] }
	for _, host := range c.hosts {
		c.Roles[host], c.Versions[host] = map[string]string{}, release
	}
	for leader, name := range []string{"neo4j", "system"} {
		d := &CoreDatabase{Status: map[string]string{}, Error: map[string]string{}}
		c.Databases[name] = d
		for i, host := range c.hosts {
			switch {
			case i >= len(cores):
				c.Roles[host][name] = "READ_REPLICA"
				continue
			case i == leader%len(cores):
				c.Roles[host][name] = "LEADER"
			default:
				c.Roles[host][name] = "FOLLOWER"
			}
			d.Voters = append(d.Voters, idOf(host))
		}
	}
	return c
}

// idOf is the member id of a host.
func idOf(host string) string {
	name, _, _ := strings.Cut(host, ".")
	return "id-" + name
}

// boltOf is where a member has clients dial.
func boltOf(addresses map[string]string, host string) string {
	return orElse(addresses[host], host+":7687")
}

// Rename gives a database another name.
func (c *Cores) Rename(from, to string) {
	c.Databases[to] = c.Databases[from]
	delete(c.Databases, from)
	for _, roles := range c.Roles {
		roles[to] = roles[from]
		delete(roles, from)
	}
}

// Stop stops a database on every member: it has no Raft group then.
func (c *Cores) Stop(name string) {
	c.Databases[name].Wanted = "offline"
	for _, roles := range c.Roles {
		delete(roles, name)
	}
}

// Locked runs a change while no member answers.
func (c *Cores) Locked(change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
}

// At gives the answers of the member at a host.
func (c *Cores) At(host string) func(Query) Answer {
	return func(q Query) Answer {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.Down[host] {
			return Answer{Drop: true}
		}
		if a, known := c.settings(host, q); known {
			return a
		}
		if a, known := c.upgrade(host, q); known {
			return a
		}
		switch {
		case q.Text == "CALL dbms.components()":
			return Components(c.Versions[host], "enterprise")
		case q.Text == "CALL dbms.cluster.overview()":
			return c.overview(host)
		case q.Text == "SHOW DATABASES" && q.Database != "system":
			// 4.0 monitoring/individual-db-states.adoc: to be run against the system database.
			return Answer{Code: "Neo.ClientError.Statement.NotSystemDatabaseError", Message: "This is an administration command and it should be executed against the system database"}
		case q.Text == "SHOW DATABASES":
			return c.databases()
		case strings.Contains(q.Text, "Neo4jClusterCheck"):
			return c.canary(host, q)
		}
		a, known := c.answer(host, q)
		a.Unknown = !known
		return a
	}
}

// overview is dbms.cluster.overview (4.0 and 4.4 monitoring/causal-cluster/procedures.adoc).
func (c *Cores) overview(host string) Answer {
	view := c.Roles
	if own, ok := c.Views[host]; ok {
		view = own
	}
	a := Answer{Columns: []string{"id", "addresses", "databases", "groups"}}
	for _, member := range c.hosts {
		if roles, ok := view[member]; ok {
			databases := map[string]any{}
			for name, role := range roles {
				databases[name] = role
			}
			a.Rows = append(a.Rows, []any{idOf(member), []any{"bolt://" + boltOf(c.Bolt, member), "http://" + member + ":7474"}, databases, []any{}})
		}
	}
	return a
}

// databases is SHOW DATABASES with its columns by release (4.0 to 4.4 monitoring/individual-db-states.adoc: home from 4.3 on, aliases
// and access from 4.4 on); a copy that is not online has the role unknown (the same pages).
func (c *Cores) databases() Answer {
	a := Answer{Columns: []string{"name", "address", "role", "requestedStatus", "currentStatus", "error", "default"}}
	since43, since44 := c.release.Minor >= 3, c.release.Minor >= 4
	if since43 {
		a.Columns = append(a.Columns, "home")
	}
	if since44 {
		a.Columns = append(a.Columns, "aliases", "access")
	}
	for name, d := range c.Databases {
		for _, host := range c.hosts {
			if _, there := c.Roles[host]; !there {
				continue
			}
			wanted := orElse(d.Wanted, "online")
			status, role := orElse(d.Status[host], wanted), strings.ToLower(c.Roles[host][name])
			if status != "online" {
				role = "unknown"
			}
			row := []any{name, boltOf(c.Bolt, host), role, wanted, status, d.Error[host], name == c.Default}
			if since43 {
				row = append(row, name == c.Default)
			}
			if since44 {
				access := "read-write"
				if d.ReadOnly {
					access = "read-only"
				}
				row = append(row, []any{}, access)
			}
			a.Rows = append(a.Rows, row)
		}
	}
	return a
}

func (c *Cores) canary(host string, q Query) Answer {
	id := fmt.Sprint(q.Parameters["id"])
	switch {
	case c.Databases[q.Database] == nil:
		return notFound(q.Database)
	case q.Write && c.Roles[host][q.Database] != "LEADER":
		return notALeader()
	case strings.HasPrefix(q.Text, "CREATE"):
		c.Store[id] = true
	case strings.HasSuffix(q.Text, "DELETE n"):
		delete(c.Store, id)
	case c.Store[id]:
		return Answer{Columns: []string{"count(n)"}, Rows: [][]any{{1}}}
	}
	return Answer{}
}

// Web is the HTTP port of every member: /db/<database>/cluster/status, and from 4.2 on /dbms/cluster/status for all databases (4.0 and
// 4.2 monitoring/causal-cluster/http-endpoints.adoc). A database that is not there, or does not run, is not found.
func (c *Cores) Web() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if r.URL.Path == "/dbms/cluster/status" && c.release.Minor >= 2 {
			list := []any{}
			for name, d := range c.Databases {
				if d.Wanted != "offline" {
					list = append(list, map[string]any{"databaseName": name, "databaseStatus": map[string]any{"votingMembers": d.Voters}})
				}
			}
			_ = json.NewEncoder(w).Encode(list)
			return
		}
		name, isStatus := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/db/"), "/cluster/status")
		d := c.Databases[name]
		if !isStatus || d == nil || d.Wanted == "offline" {
			http.NotFound(w, r)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"votingMembers": d.Voters})
	})
}
