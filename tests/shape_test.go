package tests

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"neo4j-kubernetes/cluster"
	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// TestHierarchy: everything belongs to the Cluster, so that a look at the tree tells whose an object is.
func TestHierarchy(t *testing.T) {
	rec := declare(t, "minikube", nil)
	for _, d := range rec.resources {
		switch d.Token {
		case "pulumi:pulumi:Stack":
		case cluster.Token:
			assert.NotContains(t, d.Parent, "neo4j:kubernetes:")
		default:
			assert.Contains(t, d.Parent, cluster.Token, "%s %s", d.Token, d.Name)
		}
	}
}

// TestTypeTokens: a token is part of every URN below it; a renamed one replaces the cluster of every user.
func TestTypeTokens(t *testing.T) {
	tokens := map[string]bool{}
	for _, d := range declare(t, "minikube", nil).resources {
		if strings.HasPrefix(d.Token, "neo4j:") {
			tokens[d.Token] = true
		}
	}
	assert.Equal(t, map[string]bool{
		"neo4j:kubernetes:Cluster": true, "neo4j:kubernetes:Pool": true, "neo4j:kubernetes:Volumes": true,
	}, tokens)
}

// TestNothingInAPodDependsOnThePoolsSize: or growing would restart every member.
func TestNothingInAPodDependsOnThePoolsSize(t *testing.T) {
	for _, stack := range []string{"dev", "minikube", "gke", "eks", "existing"} {
		three := statefulSets(declare(t, stack, nil))
		seven := statefulSets(declare(t, stack, map[string]any{"primaries": 7, "secondaries": 3}))
		require.Len(t, seven, len(three))
		for name, set := range three {
			spec := func(s resource.PropertyMap) resource.PropertyMap {
				all := s["spec"].ObjectValue().Copy()
				delete(all, "replicas")
				return all
			}
			assert.Equal(t, spec(set), spec(seven[name]), "%s %s", stack, name)
		}
	}
}

// TestQuorumBudget: voluntary disruptions leave a quorum, and one member may always go: two members would block every drain for ever.
func TestQuorumBudget(t *testing.T) {
	for primaries, least := range map[int]float64{2: 1, 3: 2, 4: 3, 5: 3, 7: 4, 11: 6} {
		for _, o := range declare(t, "dev", map[string]any{"primaries": primaries}).objects() {
			if o.Token == "kubernetes:policy/v1:PodDisruptionBudget" && o.Name == "neo4j" {
				assert.Equal(t, least, o.Inputs["spec"].ObjectValue()["minAvailable"].NumberValue(), "%d primaries", primaries)
			}
		}
	}
}

// TestMembers: growing renames nobody, shrinking removes the highest ordinals, names stay within DNS.
func TestMembers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := plan.Plan{
			Name: rapid.StringMatching(`[a-z]([-a-z0-9]{0,40}[a-z0-9])?`).Draw(t, "name"), Namespace: "graph", ClusterDomain: "cluster.local",
			Spec: neo4j.Spec{Release: neo4j.MustRelease("3.5.35"), Primaries: rapid.IntRange(1, 11).Draw(t, "before")},
		}
		before := spec.Topology().Members
		spec.Primaries = rapid.IntRange(1, 11).Draw(t, "after")
		after := spec.Topology().Members
		shared := min(len(before), len(after))
		require.Equal(t, before[:shared], after[:shared])
		hosts := map[string]bool{}
		for i, m := range after {
			require.Equal(t, fmt.Sprintf("%s-%d", spec.Name, i), m.Name)
			require.LessOrEqual(t, len(m.Name), 63)
			require.LessOrEqual(t, len(m.Host), 253)
			require.False(t, hosts[m.Host])
			hosts[m.Host] = true
		}
	})
}

func statefulSets(r *recorder) map[string]resource.PropertyMap {
	sets := map[string]resource.PropertyMap{}
	for _, o := range r.objects() {
		if o.Token == "kubernetes:apps/v1:StatefulSet" {
			sets[o.Name] = o.Inputs
		}
	}
	return sets
}

// TestWhoReplacesMembers: the StatefulSets' controller replaces nobody by itself, nothing waits for pods of an earlier plan, and the word
// for a restart is on the pods and nowhere else.
func TestWhoReplacesMembers(t *testing.T) {
	const word = "2026-11-25"
	before, after := statefulSets(declare(t, "gke", map[string]any{"secondaries": 1})), statefulSets(declare(t, "gke", map[string]any{"secondaries": 1, "restart": word}))
	require.NotEmpty(t, after)
	for name, set := range after {
		assert.Equal(t, "OnDelete", dig(set["spec"], "updateStrategy", "type").StringValue(), name)
		assert.Equal(t, "jsonpath={.metadata.uid}", dig(set["metadata"], "annotations", "pulumi.com/waitFor").StringValue(), name)
		assert.Equal(t, word, dig(set["spec"], "template", "metadata", "annotations", "neo4j-kubernetes/restart").StringValue(), name)
		assert.NotContains(t, before[name]["spec"].String(), "neo4j-kubernetes/restart", name)
	}
}
