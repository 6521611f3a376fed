package render

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// TestRenderedStacks: every stack renders, the same at every run, whole, in an order that kubectl apply can take, and without a password.
func TestRenderedStacks(t *testing.T) {
	for _, stack := range []string{"dev", "minikube", "gke", "eks"} {
		parsed, err := Stack("..", stack)
		require.NoError(t, err)
		var texts []string
		for range 2 {
			resources, err := Declare(parsed, stack)
			require.NoError(t, err)
			text, err := YAML(resources)
			require.NoError(t, err)
			texts = append(texts, string(text))
		}
		assert.Equal(t, texts[0], texts[1], stack)
		assert.NotContains(t, texts[0], password, stack)

		kinds := map[string]int{}
		last := 0
		for _, document := range strings.Split(strings.TrimPrefix(texts[0], "---\n"), "\n---\n") {
			var object struct {
				APIVersion, Kind string
				Data             map[string]string
			}
			require.NoError(t, yaml.Unmarshal([]byte(document), &object))
			at := place(Resource{Token: ":" + object.Kind})
			assert.Less(t, at, len(order), "%s: %s has no place in the order", stack, object.Kind)
			assert.GreaterOrEqual(t, at, last, "%s: %s comes after what needs it", stack, object.Kind)
			last = at
			kinds[object.Kind]++
			if object.Kind == "Secret" {
				assert.Equal(t, map[string]string{"NEO4J_AUTH": "c2VjcmV0"}, object.Data, stack)
			}
		}
		assert.Equal(t, 1, kinds["Namespace"], stack)
		assert.Equal(t, 1, kinds["Secret"], stack)
		assert.Equal(t, 2, kinds["Service"], stack)
		assert.GreaterOrEqual(t, kinds["StatefulSet"], 1, stack)
	}
}

func TestStackThatIsNotThere(t *testing.T) {
	_, err := Stack(t.TempDir(), "none")
	require.ErrorContains(t, err, "Pulumi.none.yaml")
}
