package conformance

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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
func (d *deployment) objects() []string {
	d.t.Helper()
	var names []string
	ctx, all := context.Background(), metav1.ListOptions{}
	services, err := cluster.client.CoreV1().Services(d.namespace).List(ctx, all)
	require.NoError(d.t, err)
	for _, o := range services.Items {
		names = append(names, "service "+o.Name)
	}
	maps, err := cluster.client.CoreV1().ConfigMaps(d.namespace).List(ctx, all)
	require.NoError(d.t, err)
	for _, o := range maps.Items {
		names = append(names, "configmap "+o.Name)
	}
	budgets, err := cluster.client.PolicyV1().PodDisruptionBudgets(d.namespace).List(ctx, all)
	require.NoError(d.t, err)
	for _, o := range budgets.Items {
		names = append(names, "budget "+o.Name)
	}
	policies, err := cluster.client.NetworkingV1().NetworkPolicies(d.namespace).List(ctx, all)
	require.NoError(d.t, err)
	for _, o := range policies.Items {
		names = append(names, "policy "+o.Name)
	}
	return names
}
