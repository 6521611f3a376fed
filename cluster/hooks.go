package cluster

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
)

// stackOf is the stack as its backend knows it: organization, project, name.
func stackOf(ctx *pulumi.Context) string {
	return fmt.Sprintf("%s/%s/%s", ctx.Organization(), ctx.Project(), ctx.Stack())
}

// scaleInHook takes members out of the running cluster before a StatefulSet shrinks. It is called for every update of the StatefulSet and
// acts only when the number falls.
func scaleInHook(ctx *pulumi.Context, role neo4j.Role, args *Args) (pulumi.ResourceOption, error) {
	if args.ScaleIn == nil {
		return pulumi.ResourceHooks(&pulumi.ResourceHookBinding{}), nil
	}
	hook, err := ctx.RegisterResourceHook(args.Plan.Pool(role)+"-scale-in", func(h *pulumi.ResourceHookArgs) error {
		if number(h.OldInputs, 0, "spec", "replicas") <= args.Plan.Size(role) {
			return nil
		}
		args.scaling.Lock()
		defer args.scaling.Unlock()
		return args.ScaleIn(ctx.Context(), args.Plan)
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("scale-in hook: %w", err)
	}
	return pulumi.ResourceHooks(&pulumi.ResourceHookBinding{BeforeUpdate: []*pulumi.ResourceHook{hook}}), nil
}

// number reads a number at a path of properties.
func number(properties resource.PropertyMap, otherwise int, path ...resource.PropertyKey) int {
	value := at(properties, path...)
	if !value.IsNumber() {
		return otherwise
	}
	return int(value.NumberValue())
}

// text reads a text at a path of properties, empty for none.
func text(properties resource.PropertyMap, path ...resource.PropertyKey) string {
	value := at(properties, path...)
	if !value.IsString() {
		return ""
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
