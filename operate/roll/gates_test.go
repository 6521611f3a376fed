package roll

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// Which gates a member's stop has, by release and role.
func TestGatesByRelease(t *testing.T) {
	for _, c := range []struct {
		release                string
		primaries, secondaries int
		primary, secondary     []string
	}{
		{"3.5.35", 3, 1, []string{"agreement", "quorum", "backup"}, []string{"agreement", "backup"}},
		{"4.4.38", 3, 1, []string{"agreement", "quorum", "backup"}, []string{"agreement", "backup"}},
		{"5.23.0", 3, 1, []string{"agreement", "quorum", "backup"}, []string{"agreement", "backup"}},
		{"5.24.0", 3, 1, []string{"agreement", "quorum", "replication", "backup"}, []string{"agreement", "replication", "backup"}},
		{"5.26.30", 2, 1, []string{"agreement", "replication", "backup"}, []string{"agreement", "replication", "backup"}},
		{"2026.08.1", 3, 1, []string{"agreement", "quorum", "replication", "backup"}, []string{"agreement", "replication", "backup"}},
		{"2026.08.1", 1, 0, []string{"agreement", "backup"}, nil},
	} {
		w := newWorld(0)
		w.topology = plan.Plan{Name: "neo4j", Namespace: "graph", ClusterDomain: "cluster.local",
			Spec: neo4j.Spec{Release: neo4j.MustRelease(c.release), Primaries: c.primaries, Secondaries: c.secondaries}}.Topology()
		for role, want := range map[neo4j.Role][]string{neo4j.Primary: c.primary, neo4j.Secondary: c.secondary} {
			for _, m := range w.topology.Of(role) {
				var names []string
				for _, gate := range (&turn{rolling: &rolling{topology: w.topology}, member: m}).gates() {
					names = append(names, gate.Name)
					assert.Contains(t, plan.Gates, gate.Name, "a name that can be waived")
				}
				assert.Equal(t, want, names, "%s %s of %d", c.release, m.Name, c.primaries)
			}
		}
	}
}

// A gate that is waived is asked, and what it would have waited for is said.
func TestAWaivedGateIsSaid(t *testing.T) {
	down := func() *world {
		w := newWorld(0)
		w.silent["neo4j-0"] = true
		w.pods["neo4j-0"] = pod{uid: "neo4j-0-new", waits: "it is not scheduled: no node"}
		return w
	}
	w := down()
	w.waive = []string{plan.GateAgreement}
	said, err := w.roll(t)
	require.ErrorContains(t, err, "without neo4j-1 only 1 of 3 voting members answer, under the quorum of 2 (gate: quorum)", said)
	assert.Contains(t, said, "replacement of neo4j-1: gate agreement is waived: neo4j-0: expected an answer, found none")
	assert.Empty(t, w.removed, "the other gates hold")

	w = down()
	w.waive = []string{plan.GateAgreement, plan.GateQuorum}
	said, err = w.roll(t)
	require.NoError(t, err, said)
	assert.Equal(t, []string{"neo4j-1", "neo4j-2"}, w.removed, "what was so before the stop is not waited for after the start")
	assert.Contains(t, said, "replacement of neo4j-1: gate quorum is waived: without neo4j-1 only 1 of 3 voting members answer, under the quorum of 2")
}

// A waiver is for what was there before: a member that comes back silent is a new thing.
func TestWhatIsNewIsWaitedForInSpiteOfAWaiver(t *testing.T) {
	w := newWorld(0)
	w.silent["neo4j-0"] = true
	w.pods["neo4j-0"] = pod{uid: "neo4j-0-new"}
	w.waive = []string{plan.GateAgreement, plan.GateQuorum}
	w.mute = "neo4j-1"
	said, err := w.roll(t)
	require.ErrorContains(t, err, "neo4j-1 has not come back after 2s: neo4j-1: expected an answer, found none", said)
	assert.Equal(t, []string{"neo4j-1"}, w.removed)
}

// Nobody is stopped while a backup runs, of any release; it is waited for.
func TestABackupIsWaitedFor(t *testing.T) {
	w := newWorld(1)
	w.backs = []string{"pod nightly-28 (Running)"}
	said, err := w.roll(t)
	require.EqualError(t, err, "replacement of neo4j-read-0: refused, nothing was touched: a backup runs: pod nightly-28 (Running) (gate: backup)", said)
	assert.Empty(t, w.removed)

	w.agree, w.backsFor = time.Second, 5
	said, err = w.roll(t)
	require.NoError(t, err, said)
	assert.Contains(t, said, "replacement of neo4j-read-0: gate backup waits: a backup runs: pod nightly-28 (Running)")

	w = newWorld(0)
	w.backs, w.waive = []string{"pod nightly-28 (Running)"}, []string{plan.GateBackup}
	said, err = w.roll(t)
	require.NoError(t, err, said)
	assert.Contains(t, said, "replacement of neo4j-2: gate backup is waived: a backup runs: pod nightly-28 (Running)")

	for _, release := range []string{"5.26.30", "2026.08.1"} {
		s := serve(t, release)
		s.backs = []string{"pod nightly-28 (Running)"}
		said, err := s.roll(t)
		require.ErrorContains(t, err, "(gate: backup)", said)
		assert.Empty(t, s.removed, release)
	}
}

// A backup is known by its label: one of this cluster, or of no cluster in particular, that has not ended.
func TestWhatABackupIs(t *testing.T) {
	backup := func(name, cluster string, phase corev1.PodPhase) *corev1.Pod {
		p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "graph", Labels: map[string]string{plan.Task: plan.Backup}}, Status: corev1.PodStatus{Phase: phase}}
		if cluster != "" {
			p.Labels["app.kubernetes.io/instance"] = cluster
		}
		return p
	}
	elsewhere := backup("elsewhere", "neo4j", corev1.PodRunning)
	elsewhere.Namespace = "other"
	client := fake.NewClientset(
		backup("ours", "neo4j", corev1.PodRunning), backup("anybodys", "", corev1.PodPending), backup("another-clusters", "movies", corev1.PodRunning),
		backup("over", "neo4j", corev1.PodSucceeded), backup("failed", "neo4j", corev1.PodFailed), elsewhere,
		&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "a-report", Namespace: "graph", Labels: map[string]string{plan.Task: "report"}}, Status: corev1.PodStatus{Phase: corev1.PodRunning}},
	)
	running, err := kubernetesPods{client, "graph"}.backups(t.Context(), neo4j.Topology{Name: "neo4j"})
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{"pod ours (Running)", "pod anybodys (Pending)"}, running)
}

// From 5.24 on nobody is stopped while a database does not replicate to all its primaries, also where all else is well.
func TestReplicationIsAGate(t *testing.T) {
	for _, release := range []string{"5.24.0", "5.26.30", "2026.08.1"} {
		s := serve(t, release)
		host := s.topology.Members[1].Host
		s.cluster.Database("neo4j").MemberStatus = map[string]string{host: "REPLICATING"}
		const found = "neo4j-0: expected neo4j of neo4j-1 replicated and APPLYING, found replicated true, REPLICATING"
		said, err := s.roll(t)
		require.EqualError(t, err, "replacement of neo4j-read-0: refused, nothing was touched: "+found+" (gate: replication)", said)
		assert.Empty(t, s.removed)

		s.waive = []string{plan.GateReplication}
		said, err = s.roll(t)
		require.NoError(t, err, said)
		assert.Contains(t, said, "replacement of neo4j-read-0: gate replication is waived: "+found)
		assert.Contains(t, s.removed, "neo4j-1")
	}
}

// A pod's end is waited for as long as it may take, beside the time of the turn.
func TestAPodsEndIsNoPartOfTheTurnsTime(t *testing.T) {
	w := newWorld(0)
	w.endless["neo4j-1"] = true
	said, err := w.roll(t)
	require.EqualError(t, err, "replacement of neo4j-1: neo4j-1 has not ended after 100ms: its pod ends on node dev2; the next update goes on from here", said)
	assert.Equal(t, []string{"neo4j-1"}, w.removed)
	assert.Zero(t, w.within, "who serves ends in its own time")
}

// What 5.x and later say of a database that is not well anywhere shuts the gate, before anybody is stopped.
func TestServersThatDoNotAgree(t *testing.T) {
	for _, release := range []string{"5.26.30", "2026.08.1"} {
		s := serve(t, release)
		s.cluster.Database("neo4j").Status[s.topology.Members[1].Host] = "store copying"
		said, err := s.roll(t)
		require.ErrorContains(t, err, "found store copying (gate: agreement)", said)
		assert.Empty(t, s.removed, release)
	}
}

// Where one of three does not answer, no second primary is stopped even if agreement is waived; a reader may be.
func TestTheQuorumIsKeptByFamily(t *testing.T) {
	waived := []string{plan.GateAgreement, plan.GateReplication}
	const want = "without neo4j-2 only 1 of 3 voting members answer, under the quorum of 2 (gate: quorum)"
	down := func(w *world) {
		w.waive = waived
		w.pods["neo4j-1"] = pod{uid: "neo4j-1-new", waits: "it is not scheduled: no node"}
	}
	for _, release := range []string{"5.26.30", "2026.08.1"} {
		s := serve(t, release)
		down(s.world)
		s.cluster.Server(s.topology.Members[1].Host).Down = true
		said, err := s.roll(t)
		require.ErrorContains(t, err, want, said)
		assert.Equal(t, []string{"neo4j-read-0"}, s.removed, release)
	}
	s := core(t, "4.4.38", "4.4.38")
	down(s.world)
	s.cluster.Down[s.topology.Members[1].Host] = true
	said, err := s.roll(t)
	require.ErrorContains(t, err, want, said)
	assert.Equal(t, []string{"neo4j-read-0"}, s.removed)
}

// Of five servers two hold the copies that are left of a database: no majority of the servers goes with one of them, but the database's does.
func TestEveryDatabaseKeepsItsQuorum(t *testing.T) {
	for _, release := range []string{"5.1.0", "5.26.30", "2026.08.1"} {
		t.Run(release, func(t *testing.T) {
			five := func(database string, on ...int) *served {
				s := serveOf(t, release, 5)
				s.waive = []string{plan.GateAgreement, plan.GateReplication}
				var hosts []string
				for _, i := range on {
					hosts = append(hosts, s.topology.Members[i].Host)
				}
				if s.cluster.Database(database) == nil {
					s.cluster.Create(database, hosts...)
				}
				s.cluster.Database(database).Status[s.topology.Members[1].Host] = "store copying"
				return s
			}
			s := five("movies", 0, 1, 2)
			said, err := s.roll(t)
			require.ErrorContains(t, err, "replacement of neo4j-2: refused, nobody more was touched: "+
				"without neo4j-2 only 1 of 3 primaries of database movies are online, under the quorum of 2 (gate: quorum)", said)
			assert.Equal(t, []string{"neo4j-read-0", "neo4j-4", "neo4j-3"}, s.removed, "who has no copy of it may go")

			s.waive = append(s.waive, plan.GateQuorum)
			said, err = s.roll(t)
			require.NoError(t, err, said)
			assert.Contains(t, said, "replacement of neo4j-2: gate quorum is waived: without neo4j-2 only 1 of 3 primaries of database movies are online")

			s = five("movies", 0, 1)
			said, err = s.roll(t)
			require.NoError(t, err, said)
			assert.Contains(t, s.removed, "neo4j-0", "a database of two copies has no majority to keep")

			s = five("system")
			s.cluster.Database("system").Status[s.topology.Members[2].Host] = "store copying"
			said, err = s.roll(t)
			require.ErrorContains(t, err, "replacement of neo4j-4: refused, nobody more was touched: "+
				"without neo4j-4 only 2 of 5 primaries of database system are online, under the quorum of 3 (gate: quorum)", said)
			assert.Equal(t, []string{"neo4j-read-0"}, s.removed)
		})
	}
}
