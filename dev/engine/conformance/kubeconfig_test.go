package conformance

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

// TestAnotherPathOfTheSameClusterReplacesNothing: a second person, or CI, has the kubeconfig elsewhere.
func TestAnotherPathOfTheSameClusterReplacesNothing(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	text, err := os.ReadFile(cluster.kubeconfig)
	require.NoError(t, err)
	first, second := filepath.Join(t.TempDir(), "first"), filepath.Join(t.TempDir(), "second")
	for _, path := range []string{first, second} {
		require.NoError(t, os.WriteFile(path, text, 0o600))
	}
	with := func(p *objects) error {
		_, err := p.add("core/v1:ConfigMap", "conf", configMap("conf", "one"))
		return err
	}
	s.settings["clusterIdentifier"] = pulumi.String("neo4j")
	s.settings["kubeconfig"] = pulumi.String(first)
	s.mustUp(with)
	s.settings["kubeconfig"] = pulumi.String(second)
	r := s.mustUp(with)
	require.Zero(t, r.changes["replace"]+r.changes["delete"]+r.changes["create"], r.out)
}

// TestTheUsualPlacesAreAskedForNothing: an empty kubeconfig is the usual places, and leaves no path in the state.
func TestTheUsualPlacesAreAskedForNothing(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	s.settings["kubeconfig"] = pulumi.String("")
	s.env("KUBECONFIG", cluster.kubeconfig)
	with := func(p *objects) error {
		_, err := p.add("core/v1:ConfigMap", "conf", configMap("conf", "one"))
		return err
	}
	s.mustUp(with)
	require.NotContains(t, s.checkpoint(), cluster.kubeconfig)
	s.unchanged(with)
}
