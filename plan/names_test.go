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

// A mount of the user's in the way of the program's would be refused by Kubernetes only.
func TestImageFoldersAreReserved(t *testing.T) {
	assert.Contains(t, ReservedPaths, neo4j.ImageHome)
	assert.Contains(t, ReservedVolumes, "home")
}
