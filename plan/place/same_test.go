package place

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/fake"
	k8stesting "k8s.io/client-go/testing"
)

// A context that leads elsewhere by now shows by the uid of what the stack has made, even where everything else looks the same.
func TestStatefulSetsThatAreNotTheStatesAreRefused(t *testing.T) {
	there := set(1, 1)
	there.UID = "one"
	const refused = "neo4j:cluster.kubernetes: statefulset graph/neo4j is refused, nothing was touched: the one that this stack has made (%s) %s, and no member is to be " +
		"touched that is somebody else's; if the context leads to another Kubernetes cluster by now, put cluster.kubernetes right; if the StatefulSet was deleted " +
		"or made anew by hand, have the state take that in: pulumi refresh"
	for name, c := range map[string]struct {
		client kubernetes.Interface
		uid    string
		want   string
	}{
		"the same":   {fake.NewClientset(there), "one", ""},
		"another":    {fake.NewClientset(there), "two", fmt.Sprintf(refused, "two", "is another one (one)")},
		"none":       {fake.NewClientset(), "one", fmt.Sprintf(refused, "one", "is not there")},
		"not to see": {refusing(apierrors.NewForbidden(schema.GroupResource{Resource: "statefulsets"}, "neo4j", nil)), "one", ""},
		"no answer":  {refusing(errors.New("no route")), "one", "statefulset graph/neo4j: no route"},
	} {
		err := Same(t.Context(), c.client, "graph", map[string]string{"neo4j": c.uid})
		if c.want == "" {
			assert.NoError(t, err, name)
			continue
		}
		assert.EqualError(t, err, c.want, name)
	}
}

// refusing is a client to which the API answers every question with an error.
func refusing(err error) *fake.Clientset {
	client := fake.NewClientset()
	client.PrependReactor("*", "*", func(k8stesting.Action) (bool, runtime.Object, error) { return true, nil, err })
	return client
}
