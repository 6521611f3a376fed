package verify

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/tests/dial"
	"neo4j-kubernetes/tests/scripted"
)

// cored serves a scripted cluster of 4.x of a topology's members: Bolt a member, and the HTTP port of all.
func cored(t *testing.T, topology neo4j.Topology, change func(c *scripted.Cores)) (*scripted.Cores, Members) {
	t.Helper()
	c := scripted.CoresOf(topology)
	if change != nil {
		change(c)
	}
	members, err := Over(dial.Ports(c.Served(t, topology, secret)), topology, reach.Login{Password: secret})
	require.NoError(t, err)
	t.Cleanup(members.Close)
	return c, members
}

func TestProvenCoresOfManyDatabases(t *testing.T) {
	for _, release := range []string{"4.0.12", "4.2.19", "4.3.24", "4.4.38"} {
		t.Run(release, func(t *testing.T) {
			topology := planned(release, 3, 1)
			c, members := cored(t, topology, nil)
			r, err := Prove(t.Context(), members, topology, Options{Timeout: 10 * time.Second, Canary: true})
			require.NoError(t, err)
			var roles []string
			for _, m := range r.Members {
				roles = append(roles, m.Role+" "+m.Voter)
			}
			assert.Equal(t, []string{"LEADER yes", "FOLLOWER yes", "FOLLOWER yes", "READ_REPLICA no"}, roles)
			assert.Empty(t, c.Store, "the canary is removed")
			assert.Empty(t, r.Warnings)
		})
	}
}

func TestCoresThatAreNotAsPlanned(t *testing.T) {
	for name, c := range map[string]struct {
		change func(c *scripted.Cores)
		want   string
	}{
		"two leaders of system": {func(c *scripted.Cores) { c.Roles[host2]["system"] = "LEADER" }, "neo4j-0: expected one LEADER of system in its overview, found 2"},
		"no leader of neo4j":    {func(c *scripted.Cores) { c.Roles[host0]["neo4j"] = "FOLLOWER" }, "neo4j-1: expected one LEADER of neo4j in its overview, found 0"},
		"no copy of neo4j":      {func(c *scripted.Cores) { delete(c.Roles[host2], "neo4j") }, "neo4j-0: expected neo4j-2 as LEADER or FOLLOWER of neo4j, found nothing"},
		"a core that reads":     {func(c *scripted.Cores) { c.Roles[host2]["neo4j"] = "READ_REPLICA" }, "neo4j-0: expected neo4j-2 as LEADER or FOLLOWER of neo4j, found READ_REPLICA"},
		"a replica that votes":  {func(c *scripted.Cores) { c.Roles[host("neo4j-read-0")]["system"] = "FOLLOWER" }, "neo4j-0: expected neo4j-read-0 as READ_REPLICA of system, found FOLLOWER"},
		"a member is missing": {func(c *scripted.Cores) { delete(c.Roles, host1) },
			"neo4j-0: expected neo4j-1.neo4j.graph.svc.cluster.local in its overview, found neo4j-0"},
		"a ghost voter":         {func(c *scripted.Cores) { c.Databases["system"].Voters = append(c.Databases["system"].Voters, "gone") }, "neo4j-0: expected voting members of system neo4j-0, neo4j-1, neo4j-2, found a ghost gone, neo4j-0"},
		"a core without a vote": {func(c *scripted.Cores) { c.Databases["neo4j"].Voters = c.Databases["neo4j"].Voters[:2] }, "neo4j-0: expected voting members of neo4j neo4j-0, neo4j-1, neo4j-2, found neo4j-0, neo4j-1"},
		"dirty on one": {func(c *scripted.Cores) {
			c.Databases["neo4j"].Status[host2], c.Databases["neo4j"].Error[host2] = "dirty", "An error occurred! Unable to start database ..."
		}, "neo4j-0: expected neo4j online on neo4j-2, found dirty: An error occurred! Unable to start database ... (its store may be damaged; the member's logs say more)"},
		"quarantined on one": {func(c *scripted.Cores) { c.Databases["neo4j"].Status[host2] = "quarantined" },
			"neo4j-0: expected neo4j online on neo4j-2, found quarantined (mend the cause, then on neo4j-2 CALL dbms.quarantineDatabase('neo4j', false))"},
		"a database that the user may not see": {func(c *scripted.Cores) { c.Roles[host0]["movies"] = "LEADER" },
			"neo4j-0: expected the database movies in SHOW DATABASES, for a server hosts it, found nothing: a user sees the databases that it was granted ACCESS on (docs/check-user.md)"},
		"offline on one":  {func(c *scripted.Cores) { c.Databases["neo4j"].Status[host2] = "store copying" }, "neo4j-0: expected neo4j online on neo4j-2, found store copying"},
		"another release": {func(c *scripted.Cores) { c.Versions[host1] = "4.4.1" }, "neo4j-1: expected release 4.4.38, found 4.4.1"},
		"members disagree": {func(c *scripted.Cores) {
			c.Views[host2] = map[string]map[string]string{
				host0: {"neo4j": "FOLLOWER", "system": "FOLLOWER"}, host1: {"neo4j": "LEADER", "system": "LEADER"},
				host2: {"neo4j": "FOLLOWER", "system": "FOLLOWER"}, host("neo4j-read-0"): {"neo4j": "READ_REPLICA", "system": "READ_REPLICA"},
			}
		}, "neo4j-2: expected the same view as neo4j-0, (neo4j-0 LEADER of neo4j id-neo4j-0; neo4j-1 FOLLOWER of neo4j id-neo4j-1), " +
			"found (neo4j-0 FOLLOWER of neo4j id-neo4j-0; neo4j-1 LEADER of neo4j id-neo4j-1)"},
	} {
		t.Run(name, func(t *testing.T) {
			topology := planned("4.4.38", 3, 1)
			_, members := cored(t, topology, c.change)
			said := seenOnce(t, members, topology)
			assert.Contains(t, said, c.want)
		})
	}
}

// What people do with their databases is no fault of the cluster's.
func TestCoresWithOtherDatabases(t *testing.T) {
	for _, release := range []string{"4.0.12", "4.2.19", "4.3.24", "4.4.38"} {
		for name, c := range map[string]struct {
			change func(c *scripted.Cores)
			warns  string
			role   string
		}{
			"another default database": {func(c *scripted.Cores) { c.Rename("neo4j", "graph"); c.Default = "graph" }, "", "LEADER"},
			"a stopped database": {func(c *scripted.Cores) {
				c.Databases["movies"] = &scripted.CoreDatabase{}
				c.Stop("movies")
			}, "", "LEADER"},
			"a stopped default database": {func(c *scripted.Cores) { c.Stop("neo4j") },
				"the default database neo4j is stopped: that the cluster takes writes is not proven by one", ""},
			"a dropped default database": {func(c *scripted.Cores) { c.Rename("neo4j", "graph") },
				"there is no default database: that the cluster takes writes is not proven by one", ""},
			"a dropped database whose row lingers": {func(c *scripted.Cores) {
				c.Databases["movies"] = &scripted.CoreDatabase{Status: map[string]string{host0: "dropped", host1: "dropped", host2: "dropped"}}
				c.Stop("movies")
			}, "", "LEADER"},
		} {
			t.Run(release+" "+name, func(t *testing.T) {
				topology := planned(release, 3, 0)
				_, members := cored(t, topology, c.change)
				r, err := Prove(t.Context(), members, topology, Options{Timeout: 5 * time.Second, Canary: true})
				require.NoError(t, err)
				assert.Equal(t, c.warns, strings.Join(r.Warnings, "\n"))
				assert.Equal(t, c.role, r.Members[0].Role)
			})
		}
	}
}

// Up to 4.2 each database has a path of its own: the default one's is not enough.
func TestVotersOfEveryDatabaseUpTo42(t *testing.T) {
	for _, release := range []string{"4.0.12", "4.1.13", "4.2.19"} {
		topology := planned(release, 3, 0)
		_, members := cored(t, topology, func(c *scripted.Cores) { c.Databases["system"].Voters = c.Databases["system"].Voters[:2] })
		said := seenOnce(t, members, topology)
		assert.Contains(t, said, "neo4j-0: expected voting members of system neo4j-0, neo4j-1, neo4j-2, found neo4j-0, neo4j-1")
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
