// Package tests holds the black-box tests of the program that need no cluster: what it declares for each committed stack.
package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"neo4j-kubernetes/config"
	"neo4j-kubernetes/render"
)

// declared is one registered resource.
type declared struct {
	token, name, parent string
	inputs              resource.PropertyMap
	protect             bool
}

// recorder is what a stack's components declare.
type recorder struct{ resources []declared }

// objects are the Kubernetes objects among the resources, in the order of token and name.
func (r *recorder) objects() []declared {
	objects := slices.DeleteFunc(slices.Clone(r.resources), func(d declared) bool { return !strings.HasPrefix(d.token, "kubernetes:") })
	slices.SortFunc(objects, func(a, b declared) int { return strings.Compare(a.token+a.name, b.token+b.name) })
	return objects
}

// manifests writes the objects as YAML documents, secrets redacted.
func (r *recorder) manifests(t *testing.T) string {
	t.Helper()
	var out strings.Builder
	for _, o := range r.objects() {
		text, err := yaml.Marshal(render.Plain(o.inputs, "[secret]"))
		require.NoError(t, err)
		fmt.Fprintf(&out, "---\n# %s\n%s", o.token, text)
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
	rec := &recorder{}
	for _, r := range resources {
		rec.resources = append(rec.resources, declared{token: r.Token, name: r.Name, parent: r.Parent, inputs: r.Inputs, protect: r.Protect})
	}
	return rec
}

// stackConfig reads neo4j:cluster of a committed stack as JSON, with top-level keys replaced.
func stackConfig(t *testing.T, stack string, edits map[string]any) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "Pulumi."+stack+".yaml"))
	require.NoError(t, err)
	var file struct {
		Config map[string]any `json:"config"`
	}
	require.NoError(t, yaml.Unmarshal(text, &file))
	values, ok := file.Config["neo4j:cluster"].(map[string]any)
	require.True(t, ok, "the stack has neo4j:cluster")
	for key, value := range edits {
		values[key] = value
	}
	text, err = yaml.Marshal(values)
	require.NoError(t, err)
	text, err = yaml.YAMLToJSON(text)
	require.NoError(t, err)
	return text
}
