// Package render writes what a stack declares as YAML, from the components themselves: they run against an engine that only takes down
// what is registered. No cluster, no state and no provider is asked.
package render

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/cluster"
	"neo4j-kubernetes/config"
)

// Resource is one resource that a program registers.
type Resource struct {
	// Token is the type, "kubernetes:apps/v1:StatefulSet"; Name the logical name; Parent the URN of the parent, empty for none.
	Token, Name, Parent string
	Inputs              resource.PropertyMap
	// Protect is Pulumi's option of that name.
	Protect bool
}

// Object says whether the resource is a Kubernetes object.
func (r Resource) Object() bool { return strings.HasPrefix(r.Token, "kubernetes:") }

// password stands for the one that a rendered stack does not have; it is secret and written nowhere.
const password = "never-shown-here"

// Declare gives what the components of a stack register, in the order in which they do. name is the stack's.
func Declare(parsed config.Stack, name string) ([]Resource, error) {
	rec := &recorder{}
	err := pulumi.RunErr(func(ctx *pulumi.Context) error {
		c, err := cluster.New(ctx, parsed.Plan.Name, &cluster.Args{
			Plan: parsed.Plan, Password: pulumi.ToSecret(pulumi.String(password)).(pulumi.StringOutput), KeepPassword: true,
		})
		if err != nil {
			return err
		}
		ctx.Export("topology", c.Confirm(ctx, nil, nil, true))
		return c.Export(ctx, parsed.Kubernetes.Kubeconfig, parsed.Kubernetes.Context)
	}, pulumi.WithMocks("neo4j", name, rec))
	if err != nil {
		return nil, err
	}
	return rec.resources, nil
}

// recorder is an engine that keeps everything that is registered, and answers every resource with its own inputs.
type recorder struct {
	mu        sync.Mutex
	resources []Resource
}

func (r *recorder) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	registered := Resource{
		Token: args.TypeToken, Name: args.Name, Inputs: args.Inputs,
		Parent: args.RegisterRPC.GetParent(), Protect: args.RegisterRPC.GetProtect(),
	}
	if slices.ContainsFunc(r.resources, func(o Resource) bool { return o.Token == registered.Token && o.Name == registered.Name }) {
		return "", nil, fmt.Errorf("%s %s is declared twice", registered.Token, registered.Name)
	}
	r.resources = append(r.resources, registered)
	return args.Name, args.Inputs, nil
}

func (r *recorder) Call(pulumi.MockCallArgs) (resource.PropertyMap, error) { return nil, nil }
