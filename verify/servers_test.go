package verify

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/tests/dial"
	"neo4j-kubernetes/tests/scripted"
)

const secret = "scripted-password"

// modelled serves a scripted cluster of a topology's members over real sockets.
func modelled(t *testing.T, topology neo4j.Topology, change func(c *scripted.Cluster)) Members {
	t.Helper()
	c := scripted.ClusterOf(topology)
	if change != nil {
		change(c)
	}
	return served(t, topology, secret, c.At)
}

// served reaches a scripted server a member.
func served(t *testing.T, topology neo4j.Topology, password string, at func(host string) func(scripted.Query) scripted.Answer) Members {
	t.Helper()
	servers := scripted.Servers(t, topology, func() *scripted.Server { return &scripted.Server{Password: secret} }, at)
	members, err := Over(dial.To(servers), topology, reach.Login{Password: password})
	require.NoError(t, err)
	t.Cleanup(members.Close)
	return members
}

func host(name string) string { return name + ".neo4j.graph.svc.cluster.local" }

const (
	host0, host1, host2 = "neo4j-0.neo4j.graph.svc.cluster.local", "neo4j-1.neo4j.graph.svc.cluster.local", "neo4j-2.neo4j.graph.svc.cluster.local"
)

func TestProvenServers(t *testing.T) {
	for _, release := range []string{"5.1.0", "5.23.0", "5.26.30", "2025.01.0", "2026.08.1"} {
		t.Run(release, func(t *testing.T) {
			topology := planned(release, 3, 1)
			members := modelled(t, topology, func(c *scripted.Cluster) {
				if release == "2025.01.0" {
					for _, s := range c.Servers {
						s.Version = "5.27.0" // what the kernel of that release calls itself
					}
				}
				c.Servers = append(c.Servers, &scripted.ModelServer{ID: "dropped", State: "Dropped", Health: "Unavailable"})
			})
			r, err := Prove(t.Context(), members, topology, Options{Timeout: 10 * time.Second, Canary: true})
			require.NoError(t, err)
			assert.Equal(t, "3 primaries, 1 secondary", r.Topology)
			var roles []string
			for _, m := range r.Members {
				roles = append(roles, m.Role+" "+m.Voter)
			}
			assert.Equal(t, []string{"WRITER yes", "PRIMARY yes", "PRIMARY yes", "SERVER no"}, roles)
			assert.Equal(t, []string{"neo4j", "system"}, r.Members[0].Databases)
			assert.Empty(t, r.Warnings)
			assert.Contains(t, r.Table(), "DATABASES")
		})
	}
}

func TestServersThatAreNotAsPlanned(t *testing.T) {
	for name, c := range map[string]struct {
		change func(c *scripted.Cluster)
		want   string
	}{
		"cordoned": {func(c *scripted.Cluster) { c.Server(host1).State = "Cordoned" },
			"neo4j-0: expected neo4j-1 Enabled, found Cordoned: takes no databases: ENABLE SERVER brings it back"},
		"unavailable": {func(c *scripted.Cluster) { c.Server(host2).Health = "Unavailable" }, "neo4j-1: expected neo4j-2 Available, found Unavailable"},
		"address null while deallocating": {func(c *scripted.Cluster) {
			c.Server(host2).State, c.Slow = "Deallocating", 1000
			c.Servers[2].Requested = nil
		},
			"neo4j-0: expected an address for every server, found server 5e7e7000-0000-4000-8000-000000000002, Deallocat"},
		"hosting is not what is requested": {func(c *scripted.Cluster) { c.Server(host1).Requested = []string{"movies", "neo4j", "system"} },
			"neo4j-0: expected neo4j-1 hosting movies, neo4j, system, found neo4j, system"},
		"another release": {func(c *scripted.Cluster) { c.Server(host2).Version = "5.25.1" }, "neo4j-0: expected neo4j-2 as release 5.26.30, found 5.25.1"},
		"a secondary that may vote": {func(c *scripted.Cluster) { c.Server(host("neo4j-read-0")).Constraint = "NONE" },
			"neo4j-0: expected neo4j-read-0 with the mode constraint SECONDARY, found NONE"},
		"a primary that may not vote": {func(c *scripted.Cluster) { c.Server(host1).Constraint = "SECONDARY" },
			"neo4j-0: expected neo4j-1 with the mode constraint NONE, found SECONDARY"},
		"a stranger": {func(c *scripted.Cluster) {
			c.Servers = append(c.Servers, &scripted.ModelServer{ID: "x", Host: host("neo4j-3"), State: "Free", Health: "Available", Version: "5.26.30"})
		}, "neo4j-0: expected no other servers, found neo4j-3.neo4j.graph.svc.cluster.local Free"},
		"a member is missing": {func(c *scripted.Cluster) {
			c.Servers = append(c.Servers[:1], c.Servers[2:]...)
			c.Database("neo4j").Primaries = []string{host0, host2}
		},
			"neo4j-0: expected neo4j-1.neo4j.graph.svc.cluster.local among its servers, found neo4j-0"},
		"two writers": {func(c *scripted.Cluster) { c.Database("neo4j").Writers = []string{host0, host1} }, "neo4j-0: expected one writer of neo4j, found neo4j-0, neo4j-1"},
		"no writer":   {func(c *scripted.Cluster) { c.Database("neo4j").Writers = []string{} }, "neo4j-2: expected one writer of neo4j, found nothing"},
		"fewer copies than requested": {func(c *scripted.Cluster) { c.Database("neo4j").Primaries = []string{host0, host1} },
			"neo4j-0: expected 3 primaries of neo4j, found 2"},
		"fewer secondaries than requested": {func(c *scripted.Cluster) { c.Database("neo4j").WantSecondaries = 1 }, "neo4j-0: expected 1 secondaries of neo4j, found 0"},
		"a vote on a secondary": {func(c *scripted.Cluster) { c.Database("neo4j").Primaries[2] = host("neo4j-read-0") },
			"neo4j-0: expected neo4j on neo4j-read-0 as secondary, found primary"},
		"offline on one": {func(c *scripted.Cluster) { c.Database("neo4j").Status[host1] = "offline" }, "neo4j-0: expected neo4j online on neo4j-1, found offline"},
		"not replicated": {func(c *scripted.Cluster) { c.Database("neo4j").MemberStatus = map[string]string{host2: "UNAVAILABLE"} },
			"neo4j-0: expected neo4j of neo4j-2 replicated and APPLYING, found replicated true, UNAVAILABLE"},
		"one does not answer": {func(c *scripted.Cluster) { c.Server(host1).Down = true }, "neo4j-1: expected an answer, found port 7687 closed"},
		"another edition":     {func(c *scripted.Cluster) { c.Edition = "community" }, "Unsupported administration command"},
	} {
		t.Run(name, func(t *testing.T) {
			topology := planned("5.26.30", 3, 1)
			said := seenOnce(t, modelled(t, topology, c.change), topology)
			assert.Contains(t, said, c.want)
		})
	}
}

func TestOneCopyIsAWarning(t *testing.T) {
	topology := planned("5.26.30", 3, 0)
	members := modelled(t, topology, func(c *scripted.Cluster) {
		d := c.Database("neo4j")
		d.Primaries, d.WantPrimaries = []string{host1}, 1
	})
	r, err := Prove(t.Context(), members, topology, Options{Timeout: 10 * time.Second, Canary: true})
	require.NoError(t, err, "a canary on a database of one copy has no readers")
	require.Len(t, r.Warnings, 1)
	assert.Equal(t, "database neo4j has one primary on a cluster of 3: it is lost with that server; ALTER DATABASE neo4j SET TOPOLOGY 3 PRIMARIES spreads it", r.Warnings[0])
	assert.Equal(t, "SERVER", r.Members[0].Role)
	assert.Equal(t, "WRITER", r.Members[1].Role)
	assert.Contains(t, r.Table(), "warning: database neo4j has one primary")
}

func TestServersSlowStart(t *testing.T) {
	topology := planned("5.26.30", 3, 0)
	members := modelled(t, topology, func(c *scripted.Cluster) {
		c.Server(host1).Health = "Unavailable"
		c.After = func(c *scripted.Cluster) {
			if c.Looks > 5 {
				c.Server(host1).Health = "Available"
			}
		}
	})
	_, err := Prove(t.Context(), members, topology, Options{Timeout: 20 * time.Second, Canary: true})
	assert.NoError(t, err)
}

func TestServersRefuseThePassword(t *testing.T) {
	topology := planned("2026.08.1", 3, 0)
	c := scripted.NewCluster("2026.08.1", []string{host0, host1, host2}, nil)
	_, err := Prove(t.Context(), served(t, topology, "another", c.At), topology, Options{Timeout: time.Minute})
	assert.ErrorIs(t, err, reach.ErrPassword)
}

func TestOnlyEnterpriseCanBeWithoutADefaultDatabase(t *testing.T) {
	topology := planned("5.26.30", 1, 0)
	dropped := func(c *scripted.Cluster) { c.Edition = string(topology.Edition); c.Drop("neo4j") }
	r, err := Prove(t.Context(), modelled(t, topology, dropped), topology, Options{Timeout: 5 * time.Second, Canary: true})
	require.NoError(t, err)
	assert.Equal(t, []string{"there is no default database: that the cluster takes writes is not proven by one"}, r.Warnings)
	topology.Edition = neo4j.Community
	said := seenOnce(t, modelled(t, topology, dropped), topology)
	assert.Contains(t, said, "neo4j-0: expected a default database, found none")
}

func TestStandaloneServers(t *testing.T) {
	for _, edition := range []neo4j.Edition{neo4j.Community, neo4j.Enterprise} {
		t.Run(string(edition), func(t *testing.T) {
			topology := planned("5.26.30", 1, 0)
			topology.Edition = edition
			change := func(c *scripted.Cluster) { c.Edition = string(edition) }
			r, err := Prove(t.Context(), modelled(t, topology, change), topology, Options{Timeout: 10 * time.Second, Canary: true})
			require.NoError(t, err)
			assert.Equal(t, "SINGLE", r.Members[0].Role)
			assert.Equal(t, "1 standalone server", r.Topology)

			for name, c := range map[string]struct {
				change func(c *scripted.Cluster)
				want   string
			}{
				"offline":         {func(c *scripted.Cluster) { c.Database("neo4j").Status[host0] = "offline" }, "expected neo4j online on neo4j-0, found offline"},
				"no writer":       {func(c *scripted.Cluster) { c.Database("system").Writers = []string{} }, "expected one writer of system, found nothing"},
				"another edition": {func(c *scripted.Cluster) { c.Edition = "business" }, "expected edition " + string(edition) + ", found business"},
			} {
				t.Run(name, func(t *testing.T) {
					both := func(m *scripted.Cluster) { change(m); c.change(m) }
					said := seenOnce(t, modelled(t, topology, both), topology)
					assert.Contains(t, said, c.want)
				})
			}
		})
	}
}
