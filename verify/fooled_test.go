package verify

import (
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

// at5 are releases of 5.x and later among which the answers differ.
var at5 = []string{"5.1.0", "5.9.0", "5.23.0", "5.24.0", "5.26.30", "2025.01.0", "2026.08.1"}

func TestMembersThatDisagree(t *testing.T) {
	for name, c := range map[string]struct {
		view func(seen *scripted.Cluster)
		want string
	}{
		"another writer": {func(seen *scripted.Cluster) { seen.Database("neo4j").Writers = []string{host2} },
			"neo4j-1: expected the same view as neo4j-0, (neo4j-0 writer of neo4j online; neo4j-2 primary of neo4j online), " +
				"found (neo4j-0 primary of neo4j online; neo4j-2 writer of neo4j online)"},
		"another role": {func(seen *scripted.Cluster) {
			d := seen.Database("neo4j")
			d.Primaries, d.WantPrimaries, d.Secondaries, d.WantSecondaries = []string{host0, host1}, 2, []string{host2}, 1
		}, "neo4j-1: expected the same view as neo4j-0, (neo4j-2 primary of neo4j online), found (neo4j-2 secondary of neo4j online)"},
		"another place": {func(seen *scripted.Cluster) {
			d := seen.Database("movies")
			d.Primaries = []string{host1}
		}, "found (neo4j-0 Enabled neo4j+system 5e7e7000-0000-4000-8000-000000000000; neo4j-1 Enabled movies+neo4j+system 5e7e7000-0000-4000-8000-000000000001; " +
			"neo4j-1 writer of movies online)"},
		"another status": {func(seen *scripted.Cluster) {
			for _, host := range []string{host0, host1, host2} {
				seen.Database("stopped").Status[host] = "online"
			}
			seen.Database("stopped").Wanted = "online"
		}, "found (neo4j-0 Enabled movies+neo4j+stopped+system 5e7e7000-0000-4000-8000-000000000000; "},
		"a database that the others do not know": {func(seen *scripted.Cluster) { seen.Create("library").Type = "composite" },
			"neo4j-1: expected the same view as neo4j-0, "},
		"another server id": {func(seen *scripted.Cluster) { seen.Servers[0].ID = "5e7e7000-0000-4000-8000-00000000000f" },
			"neo4j-1: expected the same view as neo4j-0, (neo4j-0 Enabled movies+neo4j+system 5e7e7000-0000-4000-8000-000000000000), " +
				"found (neo4j-0 Enabled movies+neo4j+system 5e7e7000-0000-4000-8000-00000000000f)"},
	} {
		for _, release := range at5 {
			t.Run(name+" "+release, func(t *testing.T) {
				topology := planned(release, 3, 0)
				members := modelled(t, topology, func(m *scripted.Cluster) {
					m.Create("movies", host0)
					m.Create("stopped", host0, host1, host2).Wanted = "offline"
					m.View(host1, c.view)
				})
				said := seenOnce(t, members, topology)
				assert.Contains(t, said, c.want)
			})
		}
	}
}

// Each primary says of its own databases only whether they replicate, so the first one's word is not enough.
func TestReplicationIsAskedWhereverDatabasesAre(t *testing.T) {
	for _, release := range []string{"5.24.0", "5.26.30", "2026.08.1"} {
		for name, c := range map[string]struct {
			change func(m *scripted.Cluster)
			want   string
		}{
			"a member far away is behind": {func(m *scripted.Cluster) {
				m.Database("movies").MemberStatus = map[string]string{host("neo4j-4"): "UNAVAILABLE"}
			},
				"neo4j-2: expected movies of neo4j-4 replicated and APPLYING, found replicated true, UNAVAILABLE"},
			"a member replicates and does not apply": {func(m *scripted.Cluster) {
				m.Database("movies").MemberStatus = map[string]string{host("neo4j-3"): "REPLICATING"}
			},
				"neo4j-4: expected movies of neo4j-3 replicated and APPLYING, found replicated true, REPLICATING"},
			"one answers about fewer databases than it hosts": {func(m *scripted.Cluster) {
				m.Mute = map[string][]string{host("neo4j-3"): {"movies"}}
			}, "neo4j-3: expected movies of neo4j-2 replicated and APPLYING, found no answer about it"},
			"one cannot replicate": {func(m *scripted.Cluster) {
				m.View(host("neo4j-4"), func(seen *scripted.Cluster) {
					seen.Database("movies").MemberStatus = map[string]string{host("neo4j-4"): "UNAVAILABLE"}
				})
			}, "neo4j-4: expected movies of neo4j-2 replicated and APPLYING, found replicated false, APPLYING"},
		} {
			t.Run(name+" "+release, func(t *testing.T) {
				topology := planned(release, 5, 0)
				members := modelled(t, topology, func(m *scripted.Cluster) {
					m.Create("movies", host("neo4j-2"), host("neo4j-3"), host("neo4j-4"))
					m.Create("single", host("neo4j-4"))
					c.change(m)
				})
				said := seenOnce(t, members, topology)
				assert.Contains(t, said, c.want)
				assert.NotContains(t, said, "single", "one primary replicates to nobody")
			})
		}
	}
}

// A member of before 5.24 has no dbms.cluster.statusCheck: while a release changes it is not asked for it, and what is wrong with it is
// its release.
func TestAMemberOfAnEarlierReleaseIsNotAskedForReplication(t *testing.T) {
	topology := planned("5.26.30", 3, 0)
	members := modelled(t, topology, func(m *scripted.Cluster) { m.Server(host1).Version = "5.23.0" })
	seen, findings, err := look(t.Context(), members, topology)
	require.NoError(t, err)
	assert.True(t, seen["neo4j-0"].Replicates)
	assert.False(t, seen["neo4j-1"].Replicates)
	assert.Contains(t, findings, Finding{"neo4j-1", "release 5.26.30", "5.23.0"})
	assert.Empty(t, Replicated(topology, seen), "the others' answers are about it too")
}

// What people do with their databases is no fault of the cluster's.
func TestServersWithOtherDatabases(t *testing.T) {
	const noProof = ": that the cluster takes writes is not proven by one"
	for name, c := range map[string]struct {
		change func(m *scripted.Cluster)
		warns  string
		role   string
	}{
		"composite":                     {func(m *scripted.Cluster) { m.Create("library").Type = "composite" }, "", "WRITER"},
		"composite, never requested":    {func(m *scripted.Cluster) { m.Create("library").Type, m.CompositesRequested = "composite", false }, "", "WRITER"},
		"composite, requested":          {func(m *scripted.Cluster) { m.Create("library").Type, m.CompositesRequested = "composite", true }, "", "WRITER"},
		"stopped":                       {func(m *scripted.Cluster) { m.Create("archive", host0, host1, host2).Wanted = "offline" }, "", "WRITER"},
		"read-only":                     {func(m *scripted.Cluster) { m.Create("archive", host0, host1, host2).Access = "read-only" }, "", "WRITER"},
		"another default":               {func(m *scripted.Cluster) { m.Database("neo4j").Name, m.Default = "graph", "graph" }, "", "WRITER"},
		"the default dropped":           {func(m *scripted.Cluster) { m.Drop("neo4j") }, "there is no default database" + noProof, "SERVER"},
		"the default named differently": {func(m *scripted.Cluster) { m.Default = "graph" }, "there is no default database" + noProof, "SERVER"},
		"the default stopped":           {func(m *scripted.Cluster) { m.Database("neo4j").Wanted = "offline" }, "the default database neo4j is stopped" + noProof, "UNKNOWN"},
		"the default read-only":         {func(m *scripted.Cluster) { m.Database("neo4j").Access = "read-only" }, "the default database neo4j is read-only" + noProof, "WRITER"},
		"sharded": {func(m *scripted.Cluster) {
			whole := m.Create("foo", host0, host1, host2)
			whole.Virtual, whole.Writers = true, []string{}
			m.Create("foo-g000", host0, host1, host2).Type = "graph shard"
			m.Create("foo-p000", host1, host2).Type = "property shard"
		}, "", "WRITER"},
	} {
		for _, release := range at5 {
			if name == "sharded" && release != "2026.08.1" {
				continue
			}
			t.Run(name+" "+release, func(t *testing.T) {
				topology := planned(release, 3, 0)
				r, err := Prove(t.Context(), modelled(t, topology, c.change), topology, Options{Timeout: 5 * time.Second, Canary: true})
				require.NoError(t, err)
				assert.Equal(t, c.warns, strings.Join(r.Warnings, "\n"))
				assert.Equal(t, c.role, r.Members[0].Role)
			})
		}
	}
}

func TestCopiesThatWaitingDoesNotMend(t *testing.T) {
	for release, call := range map[string]string{
		"5.26.30":   "(mend the cause, then on neo4j-1 CALL dbms.quarantineDatabase('neo4j', false))",
		"2025.01.0": "(mend the cause, then CALL dbms.unquarantineDatabase('<id of neo4j-1 in SHOW SERVERS>', 'neo4j'))",
		"2026.08.1": "(mend the cause, then CALL dbms.unquarantineDatabase('<id of neo4j-1 in SHOW SERVERS>', 'neo4j'))",
	} {
		topology := planned(release, 3, 0)
		members := modelled(t, topology, func(m *scripted.Cluster) {
			d := m.Database("neo4j")
			d.Status[host1], d.Message = "quarantined", map[string]string{host1: "By neo4j at 2020-10-15T15:10:41.348Z: No reason given"}
		})
		said := seenOnce(t, members, topology)
		assert.Contains(t, said, "neo4j-0: expected neo4j online on neo4j-1, found quarantined: By neo4j at 2020-10-15T15:10:41.348Z: No reason given "+call)
	}
	for status, want := range map[string]string{
		"dirty":         "found dirty (its store may be damaged; the member's logs say more)",
		"store copying": "found store copying\n", "deallocating": "found deallocating", "initial": "found initial\n", "unknown": "found unknown\n",
	} {
		topology := planned("5.26.30", 3, 0)
		said := seenOnce(t, modelled(t, topology, func(m *scripted.Cluster) { m.Database("neo4j").Status[host1] = status }), topology)
		assert.Contains(t, said, "neo4j-0: expected neo4j online on neo4j-1, "+want)
	}
}

// The address of a copy on a server that is offline is null (from 5.3 on): it is named by the server's id.
func TestACopyOnAServerThatIsOfflineHasAName(t *testing.T) {
	topology := planned("5.26.30", 3, 0)
	said := seenOnce(t, modelled(t, topology, func(m *scripted.Cluster) { m.Server(host2).Down = true }), topology)
	assert.Contains(t, said, "neo4j-0: expected neo4j online on neo4j-2, found unknown: Server is unavailable")
	assert.Contains(t, said, "neo4j-0: expected neo4j-2 Available, found Unavailable")
	assert.Contains(t, said, "neo4j-2: expected an answer, found port 7687 closed")
}

// askedAs serves a scripted cluster to a user of the check's own.
func askedAs(t *testing.T, release string, rights scripted.Rights) (Members, neo4j.Topology) {
	t.Helper()
	topology := planned(release, 3, 0)
	c := scripted.ClusterOf(topology)
	c.Rights["check"] = rights
	servers := scripted.Servers(t, topology, func() *scripted.Server { return &scripted.Server{Users: map[string]string{"check": secret}} }, c.At)
	members, err := Over(dial.To(servers), topology, reach.Login{User: "check", Password: secret})
	require.NoError(t, err)
	t.Cleanup(members.Close)
	return members, topology
}

// docs/check-user.md lists these rights; each is needed, and no other.
func TestTheLeastRightsOfACheck(t *testing.T) {
	least := scripted.Rights{ShowServers: true, AdminProcedures: true, Access: []string{"*"}, Write: []string{"neo4j"}}
	for _, release := range []string{"5.1.0", "5.23.0", "5.26.30", "2026.08.1"} {
		t.Run(release, func(t *testing.T) {
			members, topology := askedAs(t, release, least)
			_, err := Prove(t.Context(), members, topology, Options{Timeout: 5 * time.Second, Canary: true})
			require.NoError(t, err)
		})
	}
	for name, c := range map[string]struct {
		without func(r *scripted.Rights)
		want    string
		lasting bool
	}{
		"servers": {func(r *scripted.Rights) { r.ShowServers = false },
			"neo4j-0: user check: Permission has not been granted for user 'check' to show servers.: it may not ask that; docs/check-user.md lists the rights that a check needs", true},
		"procedures": {func(r *scripted.Rights) { r.AdminProcedures = false },
			"neo4j-0: user check: Executing admin procedure 'dbms.cluster.statusCheck' permission has not been granted for user 'check' with roles [PUBLIC].: it may not ask that", true},
		"databases": {func(r *scripted.Rights) { r.Access = nil },
			"neo4j-0: expected the database neo4j in SHOW DATABASES, for a server hosts it, found nothing: a user sees the databases that it was granted ACCESS on", false},
		"writing": {func(r *scripted.Rights) { r.Write = nil },
			"canary write on neo4j-0: user check: Create node on database 'neo4j' is not allowed for user 'check' with roles [PUBLIC].: it may not ask that", true},
	} {
		t.Run("without "+name, func(t *testing.T) {
			rights := least
			c.without(&rights)
			members, topology := askedAs(t, "5.26.30", rights)
			if !c.lasting {
				assert.Contains(t, seenOnce(t, members, topology), c.want)
				return
			}
			began := time.Now()
			_, err := Prove(t.Context(), members, topology, Options{Timeout: time.Minute, Canary: true})
			require.ErrorContains(t, err, c.want)
			assert.Less(t, time.Since(began), 20*time.Second, "waiting gives nobody a right")
		})
	}
}
