package place

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	schedulingv1 "k8s.io/api/scheduling/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/fake"
	k8stesting "k8s.io/client-go/testing"

	"neo4j-kubernetes/plan"
)

// TestNamedClassesAreAskedFor: a pod that names a class which is not there is taken by no API server, and nobody is told.
func TestNamedClassesAreAskedFor(t *testing.T) {
	p := planned()
	p.Storage = plan.Storage{}
	p.Placement.PriorityClass, p.Placement.RuntimeClass = "critical", "gvisor"
	client := fake.NewClientset(&schedulingv1.PriorityClass{ObjectMeta: metav1.ObjectMeta{Name: "critical"}})
	needs, err := missing(t.Context(), client, p)
	require.NoError(t, err)
	assert.Equal(t, []plan.Need{{Path: "placement.runtimeClass", Value: "gvisor", Reason: "the Kubernetes cluster has no such runtimeclass, and takes no pod that names it",
		Mend: "write one of: kubectl get runtimeclass; or leave it out"}}, needs)

	p.ServiceAccount.Name, p.CreateNamespace = "graph", false
	needs, err = missing(t.Context(), client, p)
	require.NoError(t, err)
	require.Len(t, needs, 2)
	assert.Equal(t, "serviceAccount.name", needs[1].Path)
	p.CreateNamespace = true
	needs, err = missing(t.Context(), client, p)
	require.NoError(t, err)
	require.Len(t, needs, 2)
	assert.Equal(t, "make it, in a first update together with its namespace and createNamespace: false; or leave it to the program: serviceAccount.create: true", needs[1].Mend)
	p.ServiceAccount.Name = ""

	client.PrependReactor("get", "runtimeclasses", func(k8stesting.Action) (bool, runtime.Object, error) {
		return true, nil, apierrors.NewForbidden(schema.GroupResource{Resource: "runtimeclasses"}, "gvisor", nil)
	})
	needs, err = missing(t.Context(), client, p)
	require.NoError(t, err)
	assert.Empty(t, needs)
}
