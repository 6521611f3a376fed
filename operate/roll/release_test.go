package roll

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/types"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/tests/reached"
	"neo4j-kubernetes/tests/scripted"
	"neo4j-kubernetes/verify"
)

// cored is a scripted cluster of 4.x whose pods are replaced by a word: a member comes back with the planned release and without what was
// set at run time, and another one leads what it led.
type cored struct {
	*world
	cluster *scripted.Cores
	members verify.Members
}

func core(t *testing.T, from, to string) *cored {
	t.Helper()
	w := newWorld(1)
	w.topology = plan.Plan{
		Name: "neo4j", Namespace: "graph", ClusterDomain: "cluster.local",
		Spec: neo4j.Spec{Release: neo4j.MustRelease(to), Edition: neo4j.Enterprise, Primaries: 3, Secondaries: 1},
	}.Topology()
	c := scripted.CoresOf(w.topology)
	for host := range c.Versions {
		c.Versions[host] = from
	}
	return &cored{w, c, reached.Cores(t, w.topology, c)}
}

func (s *cored) remove(_ context.Context, m neo4j.Member, uid types.UID, _ time.Duration) error {
	s.cluster.Locked(func() {
		if leads := s.cluster.Roles[m.Host]["neo4j"] == "LEADER"; leads {
			s.removed = append(s.removed, m.Name+" leading neo4j")
		}
		s.cluster.Elect(m.Host)
		s.cluster.Restart(m.Host)
		s.cluster.Versions[m.Host] = s.topology.Release.String()
	})
	s.removed = append(s.removed, m.Name)
	s.pods[m.Name] = pod{uid: uid + "-new", ready: true}
	return nil
}

func (s *cored) roll(t *testing.T) (said string, err error) {
	t.Helper()
	var progress strings.Builder
	r := &rolling{pods: s, members: s.members, topology: s.topology, agree: s.agree, waive: s.waive}
	err = operate.Run(t.Context(), r, operate.Options{Timeout: time.Second, Pause: 5 * time.Millisecond, Progress: &progress, Waive: s.waive})
	return progress.String(), err
}

// While a release changes members of both serve, and neither order nor gates mind: those of the earlier one are asked what theirs knows.
func TestAReleaseChangesMemberByMember(t *testing.T) {
	inOrder := []string{"neo4j-read-0", "neo4j-2", "neo4j-1", "neo4j-0"}
	t.Run("3.5.34 to 3.5.35", func(t *testing.T) {
		w := newWorld(1)
		for _, m := range w.topology.Members {
			w.runs[m.Name] = "3.5.34"
		}
		said, err := w.roll(t)
		require.NoError(t, err, said)
		assert.Equal(t, []string{"neo4j-read-0", "neo4j-1", "neo4j-0", "neo4j-2"}, w.removed, "the leader last")
		assert.Empty(t, w.runs)
	})
	t.Run("4.2.19 to 4.3.24", func(t *testing.T) {
		s := core(t, "4.2.19", "4.3.24")
		said, err := s.roll(t)
		require.NoError(t, err, said)
		assert.Empty(t, s.cluster.Changed, "4.2 has no such setting")
		assert.NotContains(t, said, "hands over")
		assert.Equal(t, []string{"neo4j-read-0", "neo4j-2", "neo4j-1", "neo4j-0 leading neo4j", "neo4j-0"}, s.removed)
	})
	t.Run("4.3.24 to 4.4.38", func(t *testing.T) {
		s := core(t, "4.3.24", "4.4.38")
		said, err := s.roll(t)
		require.NoError(t, err, said)
		assert.Contains(t, said, "replacement of neo4j-0: it hands over neo4j")
		assert.Equal(t, inOrder, s.removed)
		assert.Equal(t, []string{s.topology.Members[0].Host + " dbms.databases.read_only=neo4j"}, s.cluster.Changed)
		assert.Empty(t, s.cluster.Settings, "the restart undoes it")
	})
	for _, change := range [][2]string{{"5.23.0", "5.26.30"}, {"5.26.28", "5.26.30"}, {"5.26.30", "2025.01.0"}, {"5.26.30", "2026.08.1"}, {"2026.07.0", "2026.08.1"}} {
		t.Run(change[0]+" to "+change[1], func(t *testing.T) {
			s := serve(t, change[1])
			s.from(change[0])
			said, err := s.roll(t)
			require.NoError(t, err, said)
			assert.Contains(t, said, "replacement of neo4j-0: it hands over neo4j")
			assert.Equal(t, "neo4j-read-0", s.removed[0])
			assert.Equal(t, "neo4j-0", s.removed[len(s.removed)-1])
			assert.NotContains(t, s.removed, "neo4j-0 leading neo4j")
		})
	}
}

// Gates of 4.x, by the release's own overview, databases and voters.
func TestGatesOfCores(t *testing.T) {
	s := core(t, "4.4.38", "4.4.38")
	s.cluster.Databases["neo4j"].Status[s.topology.Members[1].Host] = "store copying"
	said, err := s.roll(t)
	require.ErrorContains(t, err, "expected neo4j online on neo4j-1, found store copying (gate: agreement)", said)
	assert.Empty(t, s.removed)

	s = core(t, "4.4.38", "4.4.38")
	s.cluster.Databases["system"].Voters = s.cluster.Databases["system"].Voters[:2]
	said, err = s.roll(t)
	require.ErrorContains(t, err, "expected voting members of system neo4j-0, neo4j-1, neo4j-2, found neo4j-0, neo4j-1 (gate: agreement)", said)

	s = core(t, "4.4.38", "4.4.38")
	s.backs = []string{"pod nightly (Pending)"}
	said, err = s.roll(t)
	require.ErrorContains(t, err, "a backup runs: pod nightly (Pending) (gate: backup)", said)
}
