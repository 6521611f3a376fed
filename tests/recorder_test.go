// Package tests holds the black-box tests of the program that need no cluster: what it declares for each committed stack.
package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"neo4j-kubernetes/cluster"
	"neo4j-kubernetes/config"
)

// declared is one registered resource.
type declared struct {
	token, name, parent string
	inputs              resource.PropertyMap
}

// recorder is a mock engine that keeps everything the program declares.
type recorder struct {
	mu        sync.Mutex
	resources []declared
}

func (r *recorder) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	d := declared{token: args.TypeToken, name: args.Name, inputs: args.Inputs}
	if args.RegisterRPC != nil {
		d.parent = args.RegisterRPC.GetParent()
	}
	for _, other := range r.resources {
		if other.token == d.token && other.name == d.name {
			return "", nil, fmt.Errorf("%s %s is declared twice", d.token, d.name)
		}
	}
	r.resources = append(r.resources, d)
	return args.Name, args.Inputs, nil
}

func (r *recorder) Call(pulumi.MockCallArgs) (resource.PropertyMap, error) { return nil, nil }

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
		redacted := o.inputs.MapRepl(nil, func(v resource.PropertyValue) (any, bool) {
			if v.IsSecret() {
				return "[secret]", true
			}
			return nil, false
		})
		text, err := yaml.Marshal(redacted)
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
	rec := &recorder{}
	err = pulumi.RunErr(func(ctx *pulumi.Context) error {
		c, err := cluster.New(ctx, parsed.Plan.Name, &cluster.Args{
			Plan: parsed.Plan, Password: pulumi.ToSecret(pulumi.String("never-shown-here")).(pulumi.StringOutput), KeepPassword: true,
		})
		if err != nil {
			return err
		}
		ctx.Export("topology", c.Confirm(ctx, nil, true))
		return c.Export(ctx, parsed.Kubernetes.Kubeconfig, parsed.Kubernetes.Context)
	}, pulumi.WithMocks("neo4j", stack, rec))
	require.NoError(t, err)
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
