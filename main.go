// Command neo4j-kubernetes is the Pulumi program: it deploys a Neo4j cluster on Kubernetes and proves its roles over Bolt.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/cluster"
	"neo4j-kubernetes/config"
)

func main() { pulumi.Run(program) }

// program loads, plans, builds, confirms and exports.
func program(ctx *pulumi.Context) error {
	stack, password, err := config.Load(ctx)
	if err != nil {
		return err
	}
	for _, warning := range stack.Warnings {
		if err := ctx.Log.Warn(warning, nil); err != nil {
			return err
		}
	}
	for _, note := range stack.Notes {
		if err := ctx.Log.Info(note, nil); err != nil {
			return err
		}
	}
	provider, err := cluster.NewProvider(ctx, stack.Kubernetes.Kubeconfig, stack.Kubernetes.Context)
	if err != nil {
		return err
	}
	r := running{ctx, stack}
	first, keep, err := r.firstPassword(password)
	if err != nil {
		return err
	}
	c, err := cluster.New(ctx, stack.Spec.Name, &cluster.Args{
		Spec: stack.Spec, Password: first, KeepPassword: keep, Vacant: r.vacant, Allowed: r.allowed,
		ScaleIn: r.scaleIn, ScaleOut: r.scaleOut,
	}, pulumi.Provider(provider))
	if err != nil {
		return err
	}
	ctx.Export("topology", c.Confirm(ctx, r.check()))
	return c.Export(ctx, stack.Kubernetes.Kubeconfig, stack.Kubernetes.Context)
}
