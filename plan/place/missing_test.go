package place

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/fake"
	k8stesting "k8s.io/client-go/testing"

	"neo4j-kubernetes/plan"
)

// A named class that is not there would have every claim wait for ever; one that may not be asked for is taken to be there.
func TestANamedStorageClassIsAskedFor(t *testing.T) {
	p := planned()
	p.Storage = plan.Storage{Class: "fast"}
	needs, err := missing(t.Context(), fake.NewClientset(), p)
	require.NoError(t, err)
	require.Len(t, needs, 1)
	assert.Equal(t, "storage.class", needs[0].Path)

	there := fake.NewClientset(&storagev1.StorageClass{ObjectMeta: metav1.ObjectMeta{Name: "fast"}})
	needs, err = missing(t.Context(), there, p)
	require.NoError(t, err)
	assert.Empty(t, needs)

	forbidden := fake.NewClientset()
	forbidden.PrependReactor("get", "storageclasses", func(k8stesting.Action) (bool, runtime.Object, error) {
		return true, nil, apierrors.NewForbidden(schema.GroupResource{Resource: "storageclasses"}, "fast", nil)
	})
	needs, err = missing(t.Context(), forbidden, p)
	require.NoError(t, err)
	assert.Empty(t, needs)

	p.UseVolumes = map[string]plan.UseVolume{"logs": {Mode: plan.Dynamic, Class: "slow"}}
	needs, err = missing(t.Context(), there, p)
	require.NoError(t, err)
	require.Len(t, needs, 1)
	assert.Equal(t, "storage.volumes.logs.class", needs[0].Path)

	p.UseVolumes = nil
	p.Storage.CreateClass = true
	needs, err = missing(t.Context(), fake.NewClientset(), p)
	require.NoError(t, err)
	assert.Empty(t, needs, "the program brings it")
}

// Amazon's cloud gives a Service of this annotation an address only where its controller runs.
func TestTheLoadBalancerControllerIsAskedFor(t *testing.T) {
	p := planned()
	p.Storage = plan.Storage{}
	p.Expose = plan.Exposure{Type: "LoadBalancer", Annotations: map[string]string{"service.beta.kubernetes.io/aws-load-balancer-type": "external"}}
	client := fake.NewClientset()
	needs, err := missing(t.Context(), client, p)
	require.NoError(t, err)
	require.Len(t, needs, 1)
	assert.Contains(t, needs[0].Reason, "elbv2.k8s.aws")

	client.Resources = []*metav1.APIResourceList{{GroupVersion: "elbv2.k8s.aws/v1beta1"}}
	needs, err = missing(t.Context(), client, p)
	require.NoError(t, err)
	assert.Empty(t, needs)

	for class, asked := range map[string]int{"service.k8s.aws/nlb": 1, "eks.amazonaws.com/nlb": 0, "tailscale": 0} {
		p.Expose.Balancer.Class = class
		needs, err = missing(t.Context(), fake.NewClientset(), p)
		require.NoError(t, err)
		assert.Len(t, needs, asked, class)
	}
	p.Expose = plan.Exposure{Type: "ClusterIP", Members: plan.MemberExposure{Type: "LoadBalancer", Annotations: p.Expose.Annotations}}
	needs, err = missing(t.Context(), fake.NewClientset(), p)
	require.NoError(t, err)
	require.Len(t, needs, 1, "the members' own Services wait for it, too")
	assert.Equal(t, "expose.members.type", needs[0].Path)

	p.Expose = plan.Exposure{Type: "LoadBalancer", Annotations: map[string]string{"networking.gke.io/load-balancer-type": "Internal"}}
	needs, err = missing(t.Context(), fake.NewClientset(), p)
	require.NoError(t, err)
	assert.Empty(t, needs, "Google's brings its own")
}

// A route is of a kind that Kubernetes does not bring.
func TestTheGatewayAPIIsAskedFor(t *testing.T) {
	p := planned()
	p.Storage = plan.Storage{}
	p.Expose.Route = plan.Route{Gateway: "web", Host: "graph.example.org"}
	client := fake.NewClientset()
	needs, err := missing(t.Context(), client, p)
	require.NoError(t, err)
	require.Len(t, needs, 1)
	assert.Contains(t, needs[0].Reason, "gateway.networking.k8s.io")

	client.Resources = []*metav1.APIResourceList{{GroupVersion: "gateway.networking.k8s.io/v1"}}
	needs, err = missing(t.Context(), client, p)
	require.NoError(t, err)
	assert.Empty(t, needs)
}

// What the image takes for settings would stand over neo4j.conf, seen by no review.
func TestSettingsInSecretsOfTheEnvironmentAreSeen(t *testing.T) {
	p := planned()
	p.Storage, p.EnvFrom = plan.Storage{}, []string{"later", "tokens"}
	client := fake.NewClientset(&corev1.Secret{ObjectMeta: meta("tokens", nil), Data: map[string][]byte{
		"TOKEN": []byte("x"), "NEO4J_server_memory_heap_max__size": []byte("1g"), "NEO4J_AUTH": []byte("none"),
	}})
	needs, err := missing(t.Context(), client, p)
	require.NoError(t, err)
	require.Len(t, needs, 2)
	assert.Equal(t, "envFrom[1]", needs[0].Path)
	assert.Contains(t, needs[0].Reason, "NEO4J_AUTH")
	assert.Contains(t, needs[1].Reason, "NEO4J_server_memory_heap_max__size would become a setting that no review sees")
}
