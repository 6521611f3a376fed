// Command neo4j-kubernetes is the Pulumi program: it deploys a Neo4j cluster on Kubernetes and proves its roles over Bolt.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/cluster"
	"neo4j-kubernetes/config"
	"neo4j-kubernetes/neo4j"
)

func main() { pulumi.Run(program) }

// program loads, plans, guards, builds, operates, confirms and exports.
func program(ctx *pulumi.Context) error {
	stack, password, err := config.Load(ctx)
	if err != nil {
		return wrong(ctx, err)
	}
	if err := tell(ctx, stack); err != nil {
		return err
	}
	r := running{ctx, stack}
	identity, err := r.identity()
	if err != nil {
		return err
	}
	good, err := cluster.Guard(ctx, &cluster.GuardArgs{Plan: stack.Plan, Password: password, Cluster: identity, Look: r.look, Tell: r.told})
	if err != nil {
		return err
	}
	provider, err := cluster.NewProvider(ctx, good, stack.Kubernetes.Kubeconfig, stack.Kubernetes.Context)
	if err != nil {
		return err
	}
	first, keep, err := r.firstPassword(password)
	if err != nil {
		return err
	}
	c, err := cluster.New(ctx, stack.Plan.Name, &cluster.Args{
		Plan: stack.Plan, Password: first, KeepPassword: keep, ScaleIn: r.scaleIn, TakeLive: r.takeLive,
	}, pulumi.Provider(provider))
	if err != nil {
		return err
	}
	ctx.Export("topology", c.Confirm(ctx, r.same(identity), r.after, stack.Plan.Verify.Enabled))
	return c.Export(ctx, stack.Kubernetes.Kubeconfig, stack.Kubernetes.Context)
}

// tell says what is worth a second look.
func tell(ctx *pulumi.Context, stack config.Stack) error {
	warnings := stack.Warnings
	if family, err := neo4j.FamilyOf(stack.Plan.Release); err == nil {
		if open := stack.Plan.Open(family); open != "" {
			warnings = append(warnings, open)
		}
	}
	for _, warning := range warnings {
		if err := ctx.Log.Warn(warning, nil); err != nil {
			return err
		}
	}
	for _, note := range stack.Notes {
		if err := ctx.Log.Info(note, nil); err != nil {
			return err
		}
	}
	return nil
}
