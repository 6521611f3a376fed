package roll

import (
	"context"
	"slices"
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

// served is a scripted cluster of 5.26 whose pods are replaced by a word: a server that goes comes back at once, without what was set at
// run time.
type served struct {
	*world
	cluster *scripted.Cluster
	members verify.Members
}

func serve(t *testing.T, release string) *served {
	t.Helper()
	return serveOf(t, release, 3)
}

func serveOf(t *testing.T, release string, primaries int) *served {
	t.Helper()
	w := newWorld(1)
	w.topology = plan.Plan{
		Name: "neo4j", Namespace: "graph", ClusterDomain: "cluster.local",
		Spec: neo4j.Spec{Release: neo4j.MustRelease(release), Edition: neo4j.Enterprise, Primaries: primaries, Secondaries: 1},
	}.Topology()
	for _, m := range w.topology.Members {
		w.pods[m.Name] = pod{uid: types.UID(m.Name + "-old"), outdated: true, ready: true}
	}
	c := scripted.ClusterOf(w.topology)
	return &served{w, c, reached.Servers(t, w.topology, c)}
}

// from has all servers run an earlier release.
func (s *served) from(release string) {
	s.cluster.Locked(func() {
		for _, server := range s.cluster.Servers {
			server.Version = release
		}
	})
}

func (s *served) remove(_ context.Context, m neo4j.Member, uid types.UID, _ time.Duration) error {
	s.cluster.Locked(func() {
		for _, d := range s.cluster.Databases {
			if len(d.Primaries) > 1 && d.Primaries[0] == m.Host {
				s.removed = append(s.removed, m.Name+" leading "+d.Name)
			}
		}
		delete(s.cluster.Settings, m.Host)
		s.cluster.Server(m.Host).Version = s.topology.Release.String()
	})
	s.removed = append(s.removed, m.Name)
	s.pods[m.Name] = pod{uid: uid + "-new", ready: true}
	return nil
}

func (s *served) roll(t *testing.T) (said string, err error) {
	t.Helper()
	var progress strings.Builder
	r := &rolling{pods: s, members: s.members, topology: s.topology, agree: s.agree, waive: s.waive}
	err = operate.Run(t.Context(), r, operate.Options{Timeout: time.Second, Pause: 5 * time.Millisecond, Progress: &progress, Waive: s.waive})
	return progress.String(), err
}

// The member that leads a database hands it over before it goes; the lead of system, which cannot be handed over, goes with the restart.
func TestALeaderHandsOverBeforeItGoes(t *testing.T) {
	for _, release := range []string{"5.0.0", "5.26.30", "2026.08.1"} {
		t.Run(release, func(t *testing.T) {
			s := serve(t, release)
			said, err := s.roll(t)
			require.NoError(t, err, said)
			assert.Contains(t, said, "it hands over neo4j")
			assert.NotContains(t, s.removed, "neo4j-0 leading neo4j")
			assert.Equal(t, "neo4j-read-0", s.removed[0])
			assert.Equal(t, "neo4j-0", s.removed[len(s.removed)-1], "it leads most databases")
			assert.Empty(t, s.cluster.Settings, "the restart undoes it")
			assert.Len(t, s.cluster.Changed, 1)
		})
	}
}

// A lead that does not move stops the change, and the database takes writes again where it did.
func TestALeadThatDoesNotMoveIsTakenBack(t *testing.T) {
	s := serve(t, "5.26.30")
	s.cluster.KeepLead = true
	said, err := s.roll(t)
	require.ErrorContains(t, err, "it hands over neo4j", said)
	assert.False(t, slices.Contains(s.removed, "neo4j-0"))
	host := s.topology.Members[0].Host
	assert.Equal(t, []string{host + " server.databases.read_only=neo4j", host + " server.databases.read_only="}, s.cluster.Changed)
}

// What the stack itself keeps read-only there stays so.
func TestAHandOverKeepsTheStacksOwnList(t *testing.T) {
	s := serve(t, "5.26.30")
	host := s.topology.Members[0].Host
	s.cluster.Settings[host] = map[string]string{"server.databases.read_only": "archive"}
	s.cluster.KeepLead = true
	_, err := s.roll(t)
	require.ErrorContains(t, err, "has not come back after 1s: it hands over neo4j; the next update goes on from here")
	assert.Equal(t, []string{host + " server.databases.read_only=archive,neo4j", host + " server.databases.read_only=archive"}, s.cluster.Changed)
}

// A database with one primary has no successor: nothing is set for it, and its member is stopped like any other.
func TestADatabaseWithOnePrimaryIsNotHandedOver(t *testing.T) {
	s := serve(t, "5.26.30")
	s.cluster.Create("single", s.topology.Members[1].Host)
	said, err := s.roll(t)
	require.NoError(t, err, said)
	for _, change := range s.cluster.Changed {
		assert.NotContains(t, change, "single")
	}
}

// What an update that was killed in a hand-over has left on one member is not taken for the stack's own.
func TestAHandOverThatWasKilledIsTakenBack(t *testing.T) {
	s := serve(t, "5.26.30")
	host := s.topology.Members[0].Host
	for _, m := range s.topology.Members {
		s.cluster.Settings[m.Host] = map[string]string{"server.databases.read_only": "archive"}
	}
	s.cluster.Settings[host]["server.databases.read_only"] = "archive,neo4j"
	s.cluster.KeepLead = true
	_, err := s.roll(t)
	require.ErrorContains(t, err, "it hands over neo4j")
	assert.Equal(t, []string{host + " server.databases.read_only=archive,neo4j", host + " server.databases.read_only=archive"}, s.cluster.Changed)
}

// A database that the stack keeps read-only on every member has nobody who could take it up: its lead goes with the restart.
func TestWhatIsReadOnlyEverywhereIsNotHandedOver(t *testing.T) {
	for name, own := range map[string]map[string]string{
		"listed":               {"server.databases.read_only": "archive, neo4j"},
		"by default":           {"server.databases.default_to_read_only": "true"},
		"by default and named": {"server.databases.default_to_read_only": "true", "server.databases.writable": "archive"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, "5.26.30")
			s.cluster.Started, s.cluster.KeepLead = own, true
			said, err := s.roll(t)
			require.NoError(t, err, said)
			assert.NotContains(t, said, "it hands over")
			assert.Empty(t, s.cluster.Changed)
			assert.Equal(t, "neo4j-0", s.removed[len(s.removed)-1])
		})
	}
}

// A database that is writable though most are not is handed over.
func TestAWritableDatabaseIsHandedOver(t *testing.T) {
	s := serve(t, "2026.08.1")
	s.cluster.Started = map[string]string{"server.databases.default_to_read_only": "true", "server.databases.writable": "neo4j"}
	said, err := s.roll(t)
	require.NoError(t, err, said)
	assert.Contains(t, said, "it hands over neo4j")
	assert.Len(t, s.cluster.Changed, 1)
}
