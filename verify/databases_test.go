package verify

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/tests/scripted"
)

// cores is what the members of a cluster of 4.x say: each over Bolt, and its Raft groups over HTTP. Tests change its fields.
type cores struct {
	topology neo4j.Topology
	// roles are by host and database, statuses those that are not online, voters by database.
	roles    map[string]map[string]string
	statuses map[string]string
	voters   map[string][]string
	release  map[string]string
	// views, where set, replace the roles that a member tells.
	views map[string]map[string]map[string]string
	store map[string]bool
}

func newCores(topology neo4j.Topology) *cores {
	c := &cores{
		topology: topology, roles: map[string]map[string]string{}, statuses: map[string]string{}, voters: map[string][]string{},
		release: map[string]string{}, views: map[string]map[string]map[string]string{}, store: map[string]bool{},
	}
	for i, m := range topology.Members {
		// Every database has a leader of its own.
		roles := map[string]string{"neo4j": "FOLLOWER", "system": "FOLLOWER"}
		switch {
		case m.Role == neo4j.Secondary:
			roles = map[string]string{"neo4j": "READ_REPLICA", "system": "READ_REPLICA"}
		case i == 0:
			roles["neo4j"] = "LEADER"
		case i == 1:
			roles["system"] = "LEADER"
		}
		c.roles[m.Host] = roles
		c.release[m.Host] = topology.Release.String()
		if m.Role == neo4j.Primary {
			c.voters["neo4j"] = append(c.voters["neo4j"], "id-"+m.Name)
			c.voters["system"] = append(c.voters["system"], "id-"+m.Name)
		}
	}
	return c
}

func (c *cores) at(host string) func(scripted.Query) scripted.Answer {
	return func(q scripted.Query) scripted.Answer {
		switch {
		case q.Text == "CALL dbms.components()":
			return scripted.Components(c.release[host], "enterprise")
		case q.Text == "CALL dbms.cluster.overview()":
			return c.overview(host)
		case q.Text == "SHOW DATABASES":
			return c.databases()
		case strings.Contains(q.Text, canaryLabel):
			return c.canary(host, q)
		}
		return scripted.Answer{Unknown: true}
	}
}

func (c *cores) overview(host string) scripted.Answer {
	view := c.roles
	if own, ok := c.views[host]; ok {
		view = own
	}
	a := scripted.Answer{Columns: []string{"id", "addresses", "databases"}}
	for _, m := range c.topology.Members {
		if roles, ok := view[m.Host]; ok {
			databases := map[string]any{}
			for name, role := range roles {
				databases[name] = role
			}
			a.Rows = append(a.Rows, []any{"id-" + m.Name, []any{"bolt://" + m.Host + ":7687", "http://" + m.Host + ":7474"}, databases})
		}
	}
	return a
}

func (c *cores) databases() scripted.Answer {
	a := scripted.Answer{Columns: []string{"name", "address", "role", "requestedStatus", "currentStatus", "error", "default"}}
	for _, name := range []string{"neo4j", "system"} {
		for _, m := range c.topology.Members {
			status := "online"
			if other, ok := c.statuses[name+"@"+m.Host]; ok {
				status = other
			}
			a.Rows = append(a.Rows, []any{name, m.Host + ":7687", strings.ToLower(c.roles[m.Host][name]), "online", status, "", name == "neo4j"})
		}
	}
	return a
}

func (c *cores) canary(host string, q scripted.Query) scripted.Answer {
	id := fmt.Sprint(q.Parameters["id"])
	switch {
	case q.Write && c.roles[host]["neo4j"] != "LEADER":
		return scripted.Answer{Code: "Neo.ClientError.Cluster.NotALeader", Message: "No write operations are allowed on this database"}
	case strings.HasPrefix(q.Text, "CREATE"):
		c.store[id] = true
	case strings.HasSuffix(q.Text, "DELETE n"):
		delete(c.store, id)
	case c.store[id]:
		return scripted.Answer{Columns: []string{"count(n)"}, Rows: [][]any{{1}}}
	}
	return scripted.Answer{}
}

// serve gives the way to every member: Bolt, and HTTP with the status endpoint of the family.
func (c *cores) serve(t *testing.T) Members {
	t.Helper()
	family, err := neo4j.FamilyOf(c.topology.Release)
	require.NoError(t, err)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, family.Status, r.URL.Path)
		var list []any
		for name, voters := range c.voters {
			list = append(list, map[string]any{"databaseName": name, "databaseStatus": map[string]any{"votingMembers": voters}})
		}
		if family.Name == "4.2" {
			assert.NoError(t, json.NewEncoder(w).Encode(map[string]any{"votingMembers": c.voters["neo4j"]}))
			return
		}
		assert.NoError(t, json.NewEncoder(w).Encode(list))
	}))
	t.Cleanup(web.Close)
	bolt := map[string]string{}
	for _, m := range c.topology.Members {
		s := (&scripted.Server{Release: c.topology.Release.String(), Bolt: scripted.Version{Major: 4, Minor: 2}, Password: secret, Answer: c.at(m.Host)}).Serve(t)
		bolt[m.Name] = fmt.Sprintf("127.0.0.1:%d", s.Port())
	}
	members, err := Over(func(_ context.Context, m neo4j.Member, _ ...int) (reach.Way, error) {
		return reach.Way{
			Addresses: map[int]string{family.Ports.Bolt: bolt[m.Name], family.Ports.HTTP: strings.TrimPrefix(web.URL, "http://")},
			Close:     func() {}, Done: make(chan struct{}),
		}, nil
	}, c.topology, secret)
	require.NoError(t, err)
	t.Cleanup(members.Close)
	return members
}

func TestProvenCoresOfManyDatabases(t *testing.T) {
	for _, release := range []string{"4.0.12", "4.2.19", "4.3.24", "4.4.38"} {
		t.Run(release, func(t *testing.T) {
			topology := planned(release, 3, 1)
			c := newCores(topology)
			r, err := Prove(t.Context(), c.serve(t), topology, Options{Timeout: 10 * time.Second, Canary: true})
			require.NoError(t, err)
			var roles []string
			for _, m := range r.Members {
				roles = append(roles, m.Role+" "+m.Voter)
			}
			assert.Equal(t, []string{"LEADER yes", "FOLLOWER yes", "FOLLOWER yes", "READ_REPLICA no"}, roles)
			assert.Empty(t, c.store, "the canary is removed")
		})
	}
}

func TestCoresThatAreNotAsPlanned(t *testing.T) {
	for name, c := range map[string]struct {
		change func(c *cores)
		want   string
	}{
		"two leaders of system": {func(c *cores) { c.roles[host2]["system"] = "LEADER" }, "neo4j-0: expected one LEADER of system in its overview, found 2"},
		"no leader of neo4j":    {func(c *cores) { c.roles[host0]["neo4j"] = "FOLLOWER" }, "neo4j-1: expected one LEADER of neo4j in its overview, found 0"},
		"no copy of neo4j":      {func(c *cores) { delete(c.roles[host2], "neo4j") }, "neo4j-0: expected neo4j-2 as LEADER or FOLLOWER of neo4j, found nothing"},
		"a core that reads":     {func(c *cores) { c.roles[host2]["neo4j"] = "READ_REPLICA" }, "neo4j-0: expected neo4j-2 as LEADER or FOLLOWER of neo4j, found READ_REPLICA"},
		"a replica that votes":  {func(c *cores) { c.roles[host("neo4j-read-0")]["system"] = "FOLLOWER" }, "neo4j-0: expected neo4j-read-0 as READ_REPLICA of system, found FOLLOWER"},
		"a member is missing": {func(c *cores) { delete(c.roles, host1) },
			"neo4j-0: expected neo4j-1.neo4j.graph.svc.cluster.local in its overview, found neo4j-0"},
		"a ghost voter":         {func(c *cores) { c.voters["system"] = append(c.voters["system"], "gone") }, "neo4j-0: expected voting members of system neo4j-0, neo4j-1, neo4j-2, found a ghost gone, neo4j-0"},
		"a core without a vote": {func(c *cores) { c.voters["neo4j"] = c.voters["neo4j"][:2] }, "neo4j-0: expected voting members of neo4j neo4j-0, neo4j-1, neo4j-2, found neo4j-0, neo4j-1"},
		"offline on one":        {func(c *cores) { c.statuses["neo4j@"+host2] = "store copying" }, "neo4j-0: expected neo4j online on neo4j-2, found store copying"},
		"another release":       {func(c *cores) { c.release[host1] = "4.4.1" }, "neo4j-1: expected release 4.4.38, found 4.4.1"},
		"members disagree": {func(c *cores) {
			c.views[host2] = map[string]map[string]string{
				host0: {"neo4j": "FOLLOWER", "system": "FOLLOWER"}, host1: {"neo4j": "LEADER", "system": "LEADER"},
				host2: {"neo4j": "FOLLOWER", "system": "FOLLOWER"}, host("neo4j-read-0"): {"neo4j": "READ_REPLICA", "system": "READ_REPLICA"},
			}
		}, "neo4j-2: expected the same view as neo4j-0, (neo4j-0 FOLLOWER of system id-neo4j-0; neo4j-0 LEADER of neo4j id-neo4j-0;"},
	} {
		t.Run(name, func(t *testing.T) {
			topology := planned("4.4.38", 3, 1)
			model := newCores(topology)
			c.change(model)
			_, err := Prove(t.Context(), model.serve(t), topology, Options{Timeout: 50 * time.Millisecond, Canary: true})
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestVotersOfEveryForm(t *testing.T) {
	for body, want := range map[string]string{
		`{"votingMembers":["a"]}`: "map[:[a]]",
		`[{"databaseName":"neo4j","databaseStatus":{"votingMembers":["a","b"]}}]`: "map[neo4j:[a b]]",
		`{}`: "no votingMembers", `[]`: "no databases", `<html>`: "invalid character '<' looking for beginning of value",
	} {
		got, err := parseVoters([]byte(body))
		if err != nil {
			assert.EqualError(t, err, want)
			continue
		}
		assert.Equal(t, want, fmt.Sprint(got))
	}
}
