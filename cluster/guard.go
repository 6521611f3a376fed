package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// PlanToken is the type token of the Plan component; see Token.
const PlanToken = "neo4j:kubernetes:Plan"

// Plan is the plan of the last update, kept in the state to compare the next one with. It is registered before everything else, the
// provider included, which wait for it: what the guard refuses has touched nothing. Its name is the same whatever the cluster's, so
// that another name is a change of this plan and not another plan.
type Plan struct{ pulumi.ResourceState }

// Look reads what is in the place; nil where no cluster is asked, or a preview reaches none.
type Look func(ctx context.Context) (*plan.Found, error)

// GuardArgs are what the guard looks at.
type GuardArgs struct {
	Plan plan.Plan
	// Password is the stack's own, empty for none.
	Password pulumi.StringPtrInput
	// Cluster is the identity of the Kubernetes cluster, empty where it was not asked.
	Cluster string
	Look    Look
}

// Guard registers the plan. In an update and in a preview alike it refuses, by plan.Check, a change that would lose data, the quorum
// or a password, or take what is another's.
func Guard(ctx *pulumi.Context, args *GuardArgs) (*Plan, error) {
	inputs, err := asMap(args.Plan.Record())
	if err != nil {
		return nil, err
	}
	if inputs["conf"], err = confInputs(args.Plan); err != nil {
		return nil, err
	}
	if inputs["members"], err = memberInputs(args.Plan); err != nil {
		return nil, err
	}
	if args.Password != nil {
		inputs["password"] = pulumi.ToSecret(args.Password)
	}
	// Which Kubernetes cluster it is stands from the first update on, for another one is refused. So it makes no difference whether it was
	// asked, and an update keeps to the plan of a preview that asked none (pulumi up --plan compares this option, too).
	options := []pulumi.ResourceOption{pulumi.IgnoreChanges([]string{"cluster"})}
	if args.Cluster != "" {
		inputs["cluster"] = pulumi.String(args.Cluster)
	}
	hook, err := ctx.RegisterResourceHook("guard", func(h *pulumi.ResourceHookArgs) error {
		return check(ctx, args, h)
	}, &pulumi.ResourceHookOptions{OnDryRun: true})
	if err != nil {
		return nil, fmt.Errorf("guard's hook: %w", err)
	}
	hooks := []*pulumi.ResourceHook{hook}
	p := &Plan{}
	options = append(options, pulumi.ResourceHooks(&pulumi.ResourceHookBinding{BeforeCreate: hooks, BeforeUpdate: hooks}))
	if err := ctx.RegisterComponentResourceV2(PlanToken, "plan", inputs, p, options...); err != nil {
		return nil, err
	}
	return p, ctx.RegisterResourceOutputs(p, pulumi.Map{})
}

// confInputs are the settings of each role's neo4j.conf, several values of one key as a list. They are inputs of the plan because a
// preview then shows setting by setting what changes; of the ConfigMap, which is another one for another content, it shows three lines.
func confInputs(p plan.Plan) (pulumi.Map, error) {
	inputs := pulumi.Map{}
	for _, role := range neo4j.Roles {
		if p.Size(role) == 0 {
			continue
		}
		lines, err := neo4j.Conf(p.Neo4j(), role)
		if err != nil {
			return nil, err
		}
		settings := map[string]any{}
		for _, line := range lines {
			switch earlier := settings[line.Key].(type) {
			case nil:
				settings[line.Key] = line.Value
			case string:
				settings[line.Key] = []any{earlier, line.Value}
			case []any:
				settings[line.Key] = append(earlier, line.Value)
			}
		}
		inputs[string(role)] = pulumi.ToMap(settings)
	}
	return inputs, nil
}

// check asks the guard, with the plan of the last update as the state has it.
func check(ctx *pulumi.Context, args *GuardArgs, h *pulumi.ResourceHookArgs) error {
	c := plan.Change{
		After: args.Plan, Stack: stackOf(ctx), Cluster: text(h.OldInputs, "cluster"),
		PasswordBefore: secretText(h.OldInputs, "password"), PasswordAfter: secretText(h.NewInputs, "password"),
	}
	if len(h.OldInputs) > 0 {
		before, err := recordOf(h.OldInputs)
		if err != nil {
			return err
		}
		c.Before = &before
	}
	if args.Look != nil {
		found, err := args.Look(ctx.Context())
		if err != nil {
			return err
		}
		c.Found = found
	}
	if err := plan.Check(c); err != nil {
		return err
	}
	for _, line := range slices.Concat(plan.Notes(c), applied(c, h.OldInputs, h.NewInputs), replaced(c, h.OldInputs, h.NewInputs)) {
		if err := ctx.Log.Info(line, nil); err != nil {
			return err
		}
	}
	return nil
}

// recordOf reads a plan as the state has it.
func recordOf(properties resource.PropertyMap) (plan.Record, error) {
	var r plan.Record
	plain := resource.PropertyMap{}
	for key, value := range properties {
		if !value.IsSecret() && !value.IsOutput() && !value.IsComputed() {
			plain[key] = value
		}
	}
	text, err := json.Marshal(plain.Mappable())
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil {
		return r, fmt.Errorf("the plan of the last update, as the state has it: %w", err)
	}
	return r, nil
}

// secretText reads a secret text, empty where there is none.
func secretText(properties resource.PropertyMap, key resource.PropertyKey) string {
	value := properties[key]
	for value.IsSecret() || value.IsOutput() {
		if value.IsSecret() {
			value = value.SecretValue().Element
			continue
		}
		value = value.OutputValue().Element
	}
	if !value.IsString() {
		return ""
	}
	return value.StringValue()
}

// asMap gives a record as a component's inputs.
func asMap(value any) (pulumi.Map, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, err
	}
	return pulumi.ToMap(fields), nil
}
