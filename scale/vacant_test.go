package scale

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	k8stesting "k8s.io/client-go/testing"

	"neo4j-kubernetes/neo4j"
)

func TestVacant(t *testing.T) {
	const mine = "organization/neo4j/dev"
	set := func(name, owner string) runtime.Object {
		s := &appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "graph"}}
		if owner != "" {
			s.Annotations = map[string]string{neo4j.OwnedBy: owner}
		}
		return s
	}
	for name, c := range map[string]struct {
		there []runtime.Object
		want  string
	}{
		"empty":                   {},
		"what a killed up left":   {there: []runtime.Object{set("neo4j", mine), set("neo4j-read", mine)}},
		"another cluster's":       {there: []runtime.Object{set("movies", "organization/neo4j/movies")}},
		"another stack's":         {[]runtime.Object{set("neo4j", "organization/neo4j/test")}, "belongs to the stack organization/neo4j/test; nothing was touched. "},
		"another's read replicas": {[]runtime.Object{set("neo4j-read", "organization/neo4j/test")}, "StatefulSet graph/neo4j-read is there already"},
		"a chart's": {[]runtime.Object{set("neo4j", "")}, "StatefulSet graph/neo4j is there already and belongs to no stack of this program; nothing was touched. " +
			"Choose another neo4j:cluster.namespace or neo4j:cluster.name. Where it is rightly organization/neo4j/dev's, hand it over: " +
			"kubectl annotate statefulset --namespace graph neo4j --overwrite neo4j-kubernetes/stack=organization/neo4j/dev"},
	} {
		t.Run(name, func(t *testing.T) {
			err := vacant(t.Context(), fake.NewClientset(c.there...), shape(3, 0), mine)
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, c.want)
		})
	}
	t.Run("who cannot be asked", func(t *testing.T) {
		client := fake.NewClientset()
		client.PrependReactor("get", "statefulsets", func(k8stesting.Action) (bool, runtime.Object, error) { return true, nil, errors.New("no route") })
		assert.EqualError(t, vacant(t.Context(), client, shape(3, 0), mine), "stateful set graph/neo4j: no route")
	})
}
