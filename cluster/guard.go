package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/summary"
)

// PlanToken is the type token of the Plan component; see Token.
const PlanToken = "neo4j:kubernetes:Plan"

// Plan is the plan of the last update, kept in the state to compare the next one with. It is registered before everything else, the
// provider included, which wait for it: what the guard refuses has touched nothing. Its name is the same whatever the cluster's, so
// that another name is a change of this plan and not another plan.
type Plan struct {
	pulumi.ResourceState

	// told is the plan itself, once its change was told: who waits for it begins with a place that was looked at before.
	told pulumi.ResourceArrayOutput
}

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
	// Tell is told what the update does, once, before anything is touched; what is refused too.
	Tell func(summary.Summary) error
}

// guard is the guard of one run.
type guard struct {
	*GuardArgs
	conf map[neo4j.Role]map[string][]string
	pods map[neo4j.Role]string
	// told says that the change was looked at.
	told atomic.Bool
}

// Guard registers the plan. In an update and in a preview alike it refuses, by plan.Check, a change that would lose data, the quorum
// or a password, or take what is another's.
func Guard(ctx *pulumi.Context, args *GuardArgs) (*Plan, error) {
	g := &guard{GuardArgs: args}
	inputs, err := g.inputs()
	if err != nil {
		return nil, err
	}
	// Which Kubernetes cluster it is stands from the first update on, for another one is refused. So it makes no difference whether it was
	// asked, and an update keeps to the plan of a preview that asked none (pulumi up --plan compares this option, too).
	options := []pulumi.ResourceOption{pulumi.IgnoreChanges([]string{"cluster"})}
	if args.Cluster != "" {
		inputs["cluster"] = pulumi.String(args.Cluster)
	}
	hook, err := ctx.RegisterResourceHook("guard", func(h *pulumi.ResourceHookArgs) error {
		return g.check(ctx.Context(), stackOf(ctx), h)
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
	p.told = p.URN().ApplyT(func(pulumi.URN) ([]pulumi.Resource, error) {
		return []pulumi.Resource{p}, g.unchanged(ctx.Context(), stackOf(ctx), ctx.DryRun())
	}).(pulumi.ResourceArrayOutput)
	return p, ctx.RegisterResourceOutputs(p, pulumi.Map{})
}

// inputs are the record, and beside it what members are made of: a preview with --diff shows setting by setting what changes.
func (g *guard) inputs() (pulumi.Map, error) {
	inputs, err := asMap(g.Plan.Record())
	if err != nil {
		return nil, err
	}
	if g.conf, err = Conf(g.Plan); err != nil {
		return nil, err
	}
	if g.pods, err = Pods(g.Plan); err != nil {
		return nil, err
	}
	inputs["conf"], inputs["members"] = confInputs(g.conf), podInputs(g.pods)
	if g.Password != nil {
		inputs["password"] = pulumi.ToSecret(g.Password)
	}
	return inputs, nil
}

// check asks the guard, with the plan of the last update as the state has it, and tells the change.
func (g *guard) check(ctx context.Context, stack string, h *pulumi.ResourceHookArgs) error {
	g.told.Store(true)
	c := plan.Change{
		After: g.Plan, Stack: stack, Cluster: text(h.OldInputs, "cluster"),
		PasswordBefore: secretText(h.OldInputs, "password"), PasswordAfter: secretText(h.NewInputs, "password"),
	}
	if len(h.OldInputs) > 0 {
		before, err := recordOf(h.OldInputs)
		if err != nil {
			return err
		}
		c.Before = &before
	}
	if g.Look != nil {
		found, err := g.Look(ctx)
		if err != nil {
			return err
		}
		c.Found = found
	}
	refusals := plan.Refusals(c)
	// Refusals are said by the error; where they are to be kept besides, Tell does.
	return errors.Join(plan.Refused(refusals), g.Tell(summary.Of(summary.Change{
		Change: c, Conf: confBefore(h.OldInputs), PodsBefore: podsBefore(h.OldInputs), PodsAfter: g.pods, Refused: refusals,
	})))
}

// unchanged tells of a plan that is the last update's, for which the engine calls no hook: only the place can show anything then, and it may
// be another's by now. What cannot be seen of it is no reason to end an update that changes nothing.
func (g *guard) unchanged(ctx context.Context, stack string, preview bool) error {
	if g.told.Load() {
		return nil
	}
	record := g.Plan.Record()
	c := plan.Change{Before: &record, After: g.Plan, Stack: stack}
	if g.Look != nil && (g.Cluster != "" || !preview) { // a preview that has reached no cluster does not try again
		if found, err := g.Look(ctx); err == nil {
			c.Found = found
		}
	}
	refusals := plan.StillRefused(c)
	return errors.Join(plan.Refused(refusals), g.Tell(summary.Of(summary.Change{
		Change: c, Conf: g.conf, PodsBefore: g.pods, PodsAfter: g.pods, Refused: refusals,
	})))
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
