package upgrade

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/tests/reached"
	"neo4j-kubernetes/tests/scripted"
	"neo4j-kubernetes/verify"
)

// cored serves a scripted cluster of 4.x in which neo4j-1 leads the system database.
func cored(t *testing.T, release string, change func(c *scripted.Cores)) (*scripted.Cores, verify.Members, neo4j.Topology) {
	t.Helper()
	topology := plan.Plan{
		Name: "neo4j", Namespace: "graph", ClusterDomain: "cluster.local",
		Spec: neo4j.Spec{Release: neo4j.MustRelease(release), Edition: neo4j.Enterprise, Primaries: 3, Secondaries: 1},
	}.Topology()
	c := scripted.CoresOf(topology)
	change(c)
	return c, reached.Cores(t, topology, c), topology
}

func upgrading(t *testing.T, m members, topology neo4j.Topology) (said string, err error) {
	t.Helper()
	var progress strings.Builder
	err = run(t.Context(), m, topology, operate.Options{Timeout: time.Second, Pause: 5 * time.Millisecond, Progress: &progress})
	return progress.String(), err
}

func old4(c *scripted.Cores) { c.Schema = "REQUIRES_UPGRADE" }

// After the last member's change the leader of the system database is told to upgrade it, once.
func TestTheSystemDatabaseIsUpgraded(t *testing.T) {
	for _, release := range []string{"4.1.13", "4.2.19", "4.3.24", "4.4.38"} {
		t.Run(release, func(t *testing.T) {
			c, m, topology := cored(t, release, old4)
			said, err := upgrading(t, m, topology)
			require.NoError(t, err, said)
			assert.Equal(t, []string{topology.Members[1].Host}, c.Upgraded)
			assert.Equal(t, "CURRENT", c.Schema)
			assert.False(t, c.Mixed)
			assert.Contains(t, said, "upgrade of the system database: it gets the schema of "+release+": REQUIRES_UPGRADE\n")
			said, err = upgrading(t, m, topology)
			require.NoError(t, err)
			assert.Empty(t, said, "what is done is not done again")
			assert.Len(t, c.Upgraded, 1)
		})
	}
}

// Never while members of two releases run; it is the next update's then.
func TestTheSystemDatabaseWaitsForTheLastMember(t *testing.T) {
	c, m, topology := cored(t, "4.4.38", func(c *scripted.Cores) {
		old4(c)
		for host := range c.Versions {
			if strings.HasPrefix(host, "neo4j-2.") {
				c.Versions[host] = "4.3.24"
			}
		}
	})
	said, err := upgrading(t, m, topology)
	require.EqualError(t, err, "upgrade of the system database: refused, nothing was touched: neo4j-2 runs 4.3.24 (gate: release)", said)
	assert.Empty(t, c.Upgraded)
	c.Locked(func() { c.Versions[topology.Members[2].Host] = "4.4.38" })
	said, err = upgrading(t, m, topology)
	require.NoError(t, err, said)
	assert.False(t, c.Mixed)
}

func TestAnUpgradeThatCannotBe(t *testing.T) {
	c, m, topology := cored(t, "4.4.38", func(c *scripted.Cores) { c.Schema = "UNSUPPORTED" })
	_, err := upgrading(t, m, topology)
	require.EqualError(t, err, "the system database is UNSUPPORTED: The sub-graph is unsupported because it is too old, this component cannot function; "+
		"Downgrade Neo4j and then upgrade this component before upgrading Neo4j again")
	assert.Empty(t, c.Upgraded)

	c, m, topology = cored(t, "4.4.38", func(c *scripted.Cores) { old4(c); c.UpgradeFails = "[security-users] no space left" })
	said, err := upgrading(t, m, topology)
	require.EqualError(t, err, "upgrade of the system database: dbms.upgrade on neo4j-1: Failed: [security-users] no space left; "+
		"CALL dbms.upgradeDetails() on its system database, its debug.log and security.log say more", said)
	assert.Len(t, c.Upgraded, 1, "not again and again")

	c, m, topology = cored(t, "4.4.38", func(c *scripted.Cores) {
		old4(c)
		for host := range c.Roles {
			if c.Roles[host]["system"] == "LEADER" {
				c.Roles[host]["system"] = "FOLLOWER"
			}
		}
	})
	said, err = upgrading(t, m, topology)
	require.EqualError(t, err, "upgrade of the system database: it has no new schema after 1s: no member takes writes to it; the next update goes on from here", said)
	assert.Empty(t, c.Upgraded)
}

// Of other releases nothing is asked: 4.0 has no such procedure, 3.x no system database, and from 5.0 on it is the servers' own business.
func TestOtherReleasesAreNotAsked(t *testing.T) {
	for _, release := range []string{"3.5.35", "4.0.12", "5.0.0", "5.26.30", "2026.08.1"} {
		nowhere := reach.Access{Kubeconfig: "/nowhere", Context: "none"}
		require.NoError(t, System(t.Context(), nowhere, neo4j.Topology{Release: neo4j.MustRelease(release)}, operate.Options{}), release)
	}
	require.Error(t, System(t.Context(), reach.Access{Kubeconfig: "/nowhere", Context: "none"}, neo4j.Topology{Release: neo4j.MustRelease("4.4.38")}, operate.Options{}))
}
