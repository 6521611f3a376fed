// Package tests holds the black-box tests of the program that need no cluster: what it declares for each committed stack.
package tests

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"neo4j-kubernetes/config"
	"neo4j-kubernetes/render"
)

// recorder is what a stack's components declare.
type recorder struct{ resources []render.Resource }

// objects are the Kubernetes objects among the resources, in the order of token and name.
func (r *recorder) objects() []render.Resource {
	objects := slices.DeleteFunc(slices.Clone(r.resources), func(d render.Resource) bool { return !d.Object() })
	slices.SortFunc(objects, func(a, b render.Resource) int { return strings.Compare(a.Token+a.Name, b.Token+b.Name) })
	return objects
}

// manifests writes the objects as YAML documents, secrets redacted.
func (r *recorder) manifests(t *testing.T) string {
	t.Helper()
	var out strings.Builder
	for _, o := range r.objects() {
		text, err := yaml.Marshal(render.Plain(o.Inputs, "[secret]"))
		require.NoError(t, err)
		fmt.Fprintf(&out, "---\n# %s\n%s", o.Token, text)
	}
	return out.String()
}

// declare runs the components of a stack, changed by the edits, against a recorder.
func declare(t *testing.T, stack string, edits map[string]any) *recorder {
	t.Helper()
	parsed, err := config.Parse(stackConfig(t, stack, edits))
	require.NoError(t, err)
	resources, err := render.Declare(parsed, stack)
	require.NoError(t, err)
	return &recorder{resources}
}

// committed is what a stack's file says below neo4j:cluster.
func committed(t *testing.T, stack string) map[string]any {
	t.Helper()
	value, err := render.Value("..", stack)
	require.NoError(t, err)
	values, ok := value.(map[string]any)
	require.True(t, ok, "the stack has neo4j:cluster")
	return values
}

// stackConfig reads neo4j:cluster of a committed stack as JSON, with top-level keys replaced.
func stackConfig(t *testing.T, stack string, edits map[string]any) []byte {
	t.Helper()
	values := committed(t, stack)
	for key, value := range edits {
		values[key] = value
	}
	text, err := json.Marshal(values)
	require.NoError(t, err)
	return text
}
