package tests

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"neo4j-kubernetes/config"
)

// TestOperatorExample: the structured configuration of the example is one that the program takes, its password is of a Secret, and it
// looks again by itself. (That the fields are those of the operator's v2 was seen by its CRD, which is not among our modules.)
func TestOperatorExample(t *testing.T) {
	var stack struct {
		APIVersion, Kind string
		Spec             struct {
			Stack       string
			Config      map[string]json.RawMessage
			SecretsRef  map[string]struct{ Type string }
			Refresh     bool
			Continue    bool `json:"continueResyncOnCommitMatch"`
			Seconds     int  `json:"resyncFrequencySeconds"`
			Destroy     bool `json:"destroyOnFinalize"`
			ProjectRepo string
		}
	}
	text, err := os.ReadFile(filepath.Join("..", "examples", "operator", "stack.yaml"))
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(text, &stack))
	assert.Equal(t, "pulumi.com/v1 Stack", stack.APIVersion+" "+stack.Kind)
	parsed, err := config.Parse(stack.Spec.Config["neo4j:cluster"])
	require.NoError(t, err)
	assert.Equal(t, 3, parsed.Plan.Primaries)
	assert.Equal(t, "/kube/config", parsed.Kubernetes.Kubeconfig, "no pod has a kubeconfig of its own")
	assert.NotContains(t, stack.Spec.Config, "neo4j:password")
	assert.Equal(t, "Secret", stack.Spec.SecretsRef["neo4j:password"].Type)
	assert.True(t, stack.Spec.Refresh && stack.Spec.Continue)
	assert.Positive(t, stack.Spec.Seconds)
	assert.False(t, stack.Spec.Destroy)
}
