package plan

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/neo4j"
)

func planned(release string, primaries, secondaries int) Plan {
	return Plan{
		Name: "neo4j", Namespace: "graph", ClusterDomain: "cluster.local",
		Spec: neo4j.Spec{Release: neo4j.MustRelease(release), Edition: neo4j.Enterprise, Primaries: primaries, Secondaries: secondaries, Discovery: neo4j.Discovery{Type: "LIST"}},
	}
}

func TestTopologySaysItselfInTheReleasesWords(t *testing.T) {
	assert.Equal(t, "3 cores, 1 read replica", planned("3.5.0-beta03", 3, 1).Topology().String())
	assert.Equal(t, "1 standalone server", planned("3.5.0-beta03", 1, 0).Topology().String())
	m := planned("3.5.0-beta03", 3, 1).Topology().Of(neo4j.Secondary)
	require.Len(t, m, 1)
	assert.Equal(t, neo4j.Member{Name: "neo4j-read-0", Pool: "neo4j-read", Role: neo4j.Secondary, Host: "neo4j-read-0.neo4j.graph.svc.cluster.local"}, m[0])
}

// The check and drivers speak TLS where neo4j.conf demands it, and only there.
func TestWhereBoltIsEncrypted(t *testing.T) {
	for _, c := range []struct {
		release, name, level, uri string
		primaries                 int
		tls                       bool
	}{
		{"5.26.30", "server.bolt.tls_level", "REQUIRED", "neo4j+s://neo4j-client.graph.svc.cluster.local:7687", 3, true},
		{"5.26.30", "server.bolt.tls_level", "OPTIONAL", "neo4j://neo4j-client.graph.svc.cluster.local:7687", 3, false},
		{"5.26.30", "server.bolt.tls_level", "DISABLED", "neo4j://neo4j-client.graph.svc.cluster.local:7687", 3, false},
		{"4.4.38", "dbms.connector.bolt.tls_level", "REQUIRED", "bolt+s://neo4j-client.graph.svc.cluster.local:7687", 1, true},
		{"3.5.35", "dbms.connector.bolt.tls_level", "REQUIRED", "bolt+routing://neo4j-client.graph.svc.cluster.local:7687", 3, true},
	} {
		p := planned(c.release, c.primaries, 0)
		p.Settings = map[string]string{c.name: c.level}
		f, err := neo4j.FamilyOf(p.Release)
		require.NoError(t, err)
		assert.Equal(t, c.uri, p.BoltURI(f), c.level)
		assert.Equal(t, c.tls, p.Topology().TLS, c.level)
	}
}

// A mount of the user's in the way of the program's would be refused by Kubernetes only.
func TestImageFoldersAreReserved(t *testing.T) {
	assert.Contains(t, ReservedPaths, neo4j.ImageHome)
	assert.Contains(t, ReservedVolumes, "home")
}
