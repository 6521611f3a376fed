package conformance

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// A destroy of a protected stack fails, with or without its preview, and every object that the members need is there as before.
func TestAProtectedStackIsNotDestroyed(t *testing.T) {
	t.Parallel()
	d := deploy(t, "protected")
	runPods(t, d.namespace)
	storageClass(t, "premium-rwo")
	running := before["gke"].with(settings{"namespace": d.namespace, "release": "4.4.48"})
	d.made(running)
	were, objects := d.identities(), d.objects()
	require.NotEmpty(t, objects)
	for _, how := range [][]string{{}, {"--skip-preview"}} {
		out, err := d.command(append([]string{"destroy", "--yes", "--stack", "test", "--config-file", d.file(running)}, how...)...).CombinedOutput()
		require.Error(t, err, "%s", out)
		assert.Contains(t, string(out), "protect")
		assert.Equal(t, were, d.identities(), how)
		assert.Equal(t, objects, d.objects(), how)
	}
	d.made(running)
}

// objects are the names of the Services, ConfigMaps, budgets and policies of the namespace.
func (d *deployment) objects() (names []string) {
	d.t.Helper()
	for _, kind := range []schema.GroupVersionResource{
		{Version: "v1", Resource: "services"}, {Version: "v1", Resource: "configmaps"},
		{Group: "policy", Version: "v1", Resource: "poddisruptionbudgets"}, {Group: "networking.k8s.io", Version: "v1", Resource: "networkpolicies"},
	} {
		list, err := cluster.dynamic.Resource(kind).Namespace(d.namespace).List(context.Background(), metav1.ListOptions{})
		require.NoError(d.t, err)
		for _, o := range list.Items {
			names = append(names, kind.Resource+" "+o.GetName())
		}
	}
	return names
}
