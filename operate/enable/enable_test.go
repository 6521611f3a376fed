package enable

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/tests/reached"
	"neo4j-kubernetes/tests/scripted"
	"neo4j-kubernetes/verify"
)

func planned(release string, primaries, secondaries int) neo4j.Topology {
	return plan.Plan{
		Name: "neo4j", Namespace: "graph", ClusterDomain: "cluster.local",
		Spec: neo4j.Spec{Release: neo4j.MustRelease(release), Edition: neo4j.Enterprise, Primaries: primaries, Secondaries: secondaries},
	}.Topology()
}

func host(name string) string { return name + ".neo4j.graph.svc.cluster.local" }

// served serves a scripted cluster of a topology's members over real sockets.
func served(t *testing.T, topology neo4j.Topology) (*scripted.Cluster, verify.Members) {
	t.Helper()
	c := scripted.ClusterOf(topology)
	return c, reached.Servers(t, topology, c)
}

func enabled(t *testing.T, members verify.Members, topology neo4j.Topology, timeout time.Duration) (said string, err error) {
	t.Helper()
	var progress strings.Builder
	err = operate.Run(t.Context(), &joining{members: members, topology: topology}, operate.Options{Timeout: timeout, Pause: 5 * time.Millisecond, Progress: &progress})
	return progress.String(), err
}

func TestPlannedServersAreEnabledAndStrangersAreNot(t *testing.T) {
	topology := planned("5.26.30", 3, 1)
	c, members := served(t, topology)
	c.Locked(func() {
		c.Server(host("neo4j-2")).State = "Free"
		c.Server(host("neo4j-read-0")).State = "Free"
		c.Server(host("neo4j-read-0")).Constraint = "NONE"
		c.Servers = append(c.Servers, &scripted.ModelServer{ID: "stranger", Host: host("neo4j-9"), State: "Free", Health: "Available", Version: "5.26.30"})
	})
	said, err := enabled(t, members, topology, 10*time.Second)
	require.NoError(t, err, said)
	c.Locked(func() {
		assert.Equal(t, []string{
			"ENABLE SERVER '5e7e7000-0000-4000-8000-000000000002' OPTIONS {modeConstraint: 'NONE'}",
			"ENABLE SERVER '5e7e7000-0000-4000-8000-000000000003' OPTIONS {modeConstraint: 'SECONDARY'}",
		}, c.Orders)
	})
	assert.Contains(t, said, "join of servers: neo4j-2 is enabled as server 5e7e7000-0000-4000-8000-000000000002")

	said, err = enabled(t, members, topology, 10*time.Second)
	require.NoError(t, err)
	assert.Empty(t, said, "nothing is left to do, and nothing is said")
}

func TestAServerThatHasNotJoinedIsWaitedFor(t *testing.T) {
	topology := planned("2026.08.1", 4, 0)
	c, members := served(t, topology)
	var late *scripted.ModelServer
	c.Locked(func() {
		late = c.Servers[3]
		c.Servers = c.Servers[:3]
		late.State = "Free"
		c.After = func(c *scripted.Cluster) {
			if c.Looks == 12 {
				c.Servers = append(c.Servers, late)
			}
		}
	})
	said, err := enabled(t, members, topology, 10*time.Second)
	require.NoError(t, err, said)
	assert.Contains(t, said, "neo4j-3 has not joined")
	c.Locked(func() { assert.Equal(t, "Enabled", late.State) })
}

func TestTimeIsUpBeforeAServerJoins(t *testing.T) {
	topology := planned("5.26.30", 4, 0)
	c, members := served(t, topology)
	c.Locked(func() { c.Servers = c.Servers[:3] })
	_, err := enabled(t, members, topology, 200*time.Millisecond)
	assert.EqualError(t, err, "join of servers: neo4j has not taken up all servers of its plan after 200ms: neo4j-3 has not joined; the next update goes on from here")
}

func TestWhoMayNotEnableIsToldSoAtOnce(t *testing.T) {
	topology := planned("5.26.30", 3, 0)
	c, members := served(t, topology)
	c.Locked(func() {
		c.Server(host("neo4j-1")).State = "Free"
		c.Refuse["ENABLE"] = "Neo.ClientError.Security.Forbidden: Permission denied"
	})
	_, err := enabled(t, members, topology, 10*time.Second)
	assert.EqualError(t, err, "join of servers: neo4j-1: Neo.ClientError.Security.Forbidden: Permission denied")
}

func TestOnlyServersAreEnabled(t *testing.T) {
	for release, want := range map[string]bool{"3.5.35": false, "4.4.38": false, "5.26.30": true, "2026.08.1": true} {
		assert.Equal(t, want, applies(planned(release, 3, 0)), release)
		assert.False(t, applies(planned(release, 1, 0)), release)
	}
}
