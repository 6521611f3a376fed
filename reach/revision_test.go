package reach

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/fake"
	k8stesting "k8s.io/client-go/testing"

	"neo4j-kubernetes/neo4j"
)

func revised(observed int64, revisions ...string) []runtime.Object {
	objects := []runtime.Object{&appsv1.StatefulSet{
		ObjectMeta: metav1.ObjectMeta{Name: "neo4j", Namespace: "graph", Generation: 2}, Status: appsv1.StatefulSetStatus{ObservedGeneration: observed, UpdateRevision: "neo4j-new"},
	}}
	for i, revision := range revisions {
		objects = append(objects, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
			Name: []string{"neo4j-0", "neo4j-1", "neo4j-2"}[i], Namespace: "graph", Labels: map[string]string{"controller-revision-hash": revision},
		}})
	}
	return objects
}

func TestOutdated(t *testing.T) {
	topology := neo4j.Topology{Namespace: "graph", Members: []neo4j.Member{{Name: "neo4j-0", Pool: "neo4j"}, {Name: "neo4j-1", Pool: "neo4j"}, {Name: "neo4j-2", Pool: "neo4j"}}}
	for name, c := range map[string]struct {
		there []runtime.Object
		want  map[string]string
	}{
		"all of it":    {revised(2, "neo4j-new", "neo4j-new", "neo4j-new"), map[string]string{}},
		"one is not":   {revised(2, "neo4j-new", "neo4j-old", "neo4j-new"), map[string]string{"neo4j-1": "neo4j-old, an earlier one than neo4j-new"}},
		"one is gone":  {revised(2, "neo4j-new", "neo4j-new"), map[string]string{}},
		"no set of it": {nil, nil},
		"not taken up yet": {revised(1, "neo4j-new", "neo4j-new", "neo4j-new"), map[string]string{
			"neo4j-0": "an earlier one: the StatefulSet's last change is not taken up yet", "neo4j-1": "an earlier one: the StatefulSet's last change is not taken up yet",
			"neo4j-2": "an earlier one: the StatefulSet's last change is not taken up yet",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := outdated(t.Context(), fake.NewClientset(c.there...), topology)
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
	client := fake.NewClientset()
	client.PrependReactor("get", "statefulsets", func(k8stesting.Action) (bool, runtime.Object, error) {
		return true, nil, apierrors.NewForbidden(schema.GroupResource{}, "neo4j", errors.New("no"))
	})
	got, err := outdated(t.Context(), client, topology)
	require.NoError(t, err)
	assert.Nil(t, got, "who may not look goes without")
	client = fake.NewClientset()
	client.PrependReactor("get", "statefulsets", func(k8stesting.Action) (bool, runtime.Object, error) { return true, nil, errors.New("no route") })
	_, err = outdated(t.Context(), client, topology)
	assert.EqualError(t, err, "statefulset graph/neo4j: no route")
}
