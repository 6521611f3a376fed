package cluster

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
)

// guards refuse, before the component and so before any of its objects is touched, a place that is another's and a change of shape
// that would lose the cluster. They run in previews as well, where a reviewer sees the reason.
func guards(ctx *pulumi.Context, name string, args *Args) (pulumi.ResourceOption, error) {
	vacant, err := ctx.RegisterResourceHook(name+"-vacant", func(*pulumi.ResourceHookArgs) error {
		if args.Vacant == nil {
			return nil
		}
		return args.Vacant(ctx.Context(), stackOf(ctx))
	}, &pulumi.ResourceHookOptions{OnDryRun: true})
	if err != nil {
		return nil, fmt.Errorf("vacancy hook: %w", err)
	}
	shape, err := shapeHook(ctx, name, args)
	if err != nil {
		return nil, fmt.Errorf("shape hook: %w", err)
	}
	return pulumi.ResourceHooks(&pulumi.ResourceHookBinding{
		BeforeCreate: []*pulumi.ResourceHook{vacant}, BeforeUpdate: []*pulumi.ResourceHook{shape},
	}), nil
}

// stackOf is the stack as its backend knows it: organization, project, name.
func stackOf(ctx *pulumi.Context) string {
	return fmt.Sprintf("%s/%s/%s", ctx.Organization(), ctx.Project(), ctx.Stack())
}

// shapeHook compares the component's inputs of the last update with the present ones.
func shapeHook(ctx *pulumi.Context, name string, args *Args) (*pulumi.ResourceHook, error) {
	return ctx.RegisterResourceHook(name+"-shape", func(h *pulumi.ResourceHookArgs) error {
		from := args.Spec
		from.Primaries = number(h.OldInputs, from.Primaries, "primaries")
		from.Secondaries = number(h.OldInputs, from.Secondaries, "secondaries")
		from.Analytics = number(h.OldInputs, 0, "analytics")
		from.Release = release(h.OldInputs, from.Release)
		from.Discovery.Version = text(h.OldInputs, "", "discovery")
		if args.Allowed == nil {
			return nil
		}
		return args.Allowed(from.Topology(), args.Spec.Topology())
	}, &pulumi.ResourceHookOptions{OnDryRun: true})
}

// resizeHook readies the running cluster for another number of members before a StatefulSet is made or changed. It is called for
// every update of the StatefulSet and acts only when the number changes.
func resizeHook(ctx *pulumi.Context, role neo4j.Role, args *Args) (pulumi.ResourceOption, error) {
	hook, err := ctx.RegisterResourceHook(args.Spec.Pool(role)+"-resize", func(h *pulumi.ResourceHookArgs) error {
		after := args.Spec.Size(role)
		before := number(h.OldInputs, 0, "spec", "replicas")
		resize := args.ScaleIn
		switch {
		case before == after:
			return nil
		case before < after:
			resize = args.ScaleOut
		}
		if resize == nil {
			return nil
		}
		args.scaling.Lock()
		defer args.scaling.Unlock()
		return resize(ctx.Context(), args.Spec)
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("resize hook: %w", err)
	}
	hooks := []*pulumi.ResourceHook{hook}
	return pulumi.ResourceHooks(&pulumi.ResourceHookBinding{BeforeCreate: hooks, BeforeUpdate: hooks}), nil
}

// release reads the release that was deployed before.
func release(properties resource.PropertyMap, otherwise neo4j.Release) neo4j.Release {
	before, err := neo4j.ParseRelease(text(properties, "", "release"))
	if err != nil {
		return otherwise
	}
	return before
}

// number reads a number at a path of properties.
func number(properties resource.PropertyMap, otherwise int, path ...resource.PropertyKey) int {
	value := at(properties, path...)
	if !value.IsNumber() {
		return otherwise
	}
	return int(value.NumberValue())
}

// text reads a text at a path of properties.
func text(properties resource.PropertyMap, otherwise string, path ...resource.PropertyKey) string {
	value := at(properties, path...)
	if !value.IsString() {
		return otherwise
	}
	return value.StringValue()
}

func at(properties resource.PropertyMap, path ...resource.PropertyKey) resource.PropertyValue {
	value := resource.NewObjectProperty(properties)
	for _, key := range path {
		if !value.IsObject() {
			return resource.PropertyValue{}
		}
		value = value.ObjectValue()[key]
	}
	return value
}
