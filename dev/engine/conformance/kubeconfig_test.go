package conformance

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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

// TestAnotherNameOfTheContextReplacesNothing: each person names a cluster's context as they like.
func TestAnotherNameOfTheContextReplacesNothing(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	text, err := os.ReadFile(cluster.kubeconfig)
	require.NoError(t, err)
	renamed := filepath.Join(t.TempDir(), "renamed")
	require.NoError(t, os.WriteFile(renamed, []byte(strings.ReplaceAll(string(text), "conformance", "another")), 0o600))
	with := func(p *objects) error {
		_, err := p.add("core/v1:ConfigMap", "conf", configMap("conf", "one"))
		return err
	}
	s.settings["clusterIdentifier"] = pulumi.String("neo4j")
	s.settings["kubeconfig"], s.settings["context"] = pulumi.String(""), pulumi.String("conformance")
	s.env("KUBECONFIG", cluster.kubeconfig)
	s.mustUp(with)
	s.settings["context"] = pulumi.String("another")
	s.env("KUBECONFIG", renamed)
	r := s.mustUp(with)
	require.Equal(t, map[string]int{"same": 2, "update": 1}, r.changes, r.out)
}

// TestARecordedKubeconfigThatIsGone: a path in the state is read again at the next update. One that is gone is an error of the
// provider which the engine overlooks, and takes for a provider that stays; without an identifier too.
func TestARecordedKubeconfigThatIsGone(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	text, err := os.ReadFile(cluster.kubeconfig)
	require.NoError(t, err)
	first := filepath.Join(t.TempDir(), "first")
	require.NoError(t, os.WriteFile(first, text, 0o600))
	with := func(p *objects) error {
		_, err := p.add("core/v1:ConfigMap", "conf", configMap("conf", "one"))
		return err
	}
	s.settings["kubeconfig"] = pulumi.String(first)
	s.mustUp(with)
	require.NoError(t, os.Remove(first))
	s.settings["kubeconfig"] = pulumi.String(cluster.kubeconfig)
	r := s.mustUp(with)
	require.Equal(t, map[string]int{"same": 2, "update": 1}, r.changes, r.out)
}

// TestAStateOfBeforeTheIdentifier: a state with a path and without an identifier goes over to the usual places and an identifier,
// and nothing is replaced.
func TestAStateOfBeforeTheIdentifier(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	with := func(p *objects) error {
		_, err := p.add("core/v1:ConfigMap", "conf", configMap("conf", "one"))
		return err
	}
	s.mustUp(with)
	s.settings["clusterIdentifier"] = pulumi.String("neo4j")
	s.settings["kubeconfig"] = pulumi.String("")
	s.env("KUBECONFIG", cluster.kubeconfig)
	r := s.mustUp(with)
	require.Equal(t, map[string]int{"same": 2, "update": 1}, r.changes, r.out)
}

// TestAnotherIdentifierReplacesEverything, deleting what it made a moment ago: the objects' names are the same and the deletion is
// by name. So the identifier never changes.
func TestAnotherIdentifierReplacesEverything(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	with := func(p *objects) error {
		_, err := p.add("core/v1:ConfigMap", "conf", configMap("conf", "one"))
		return err
	}
	s.settings["clusterIdentifier"] = pulumi.String("neo4j")
	s.mustUp(with)
	s.settings["clusterIdentifier"] = pulumi.String("other")
	s.mustUp(with)
	_, err := cluster.client.CoreV1().ConfigMaps(s.namespace).Get(context.Background(), "conf", metav1.GetOptions{})
	require.True(t, apierrors.IsNotFound(err), "the object that the state believes in is gone: %v", err)
}
