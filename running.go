package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/cluster"
	"neo4j-kubernetes/config"
	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/operate/enable"
	"neo4j-kubernetes/operate/grow"
	"neo4j-kubernetes/operate/live"
	"neo4j-kubernetes/operate/roll"
	"neo4j-kubernetes/operate/scale"
	"neo4j-kubernetes/operate/upgrade"
	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/plan/place"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/verify"
)

// running joins the declared cluster to the running one: what is in the place, the password that is there already, the operations and
// the check.
type running struct {
	ctx   *pulumi.Context
	stack config.Stack
}

func (r running) access() reach.Access {
	return reach.Access{Kubeconfig: r.stack.Kubernetes.Kubeconfig, Context: r.stack.Kubernetes.Context}
}

// soon bounds a question to the Kubernetes API. A preview that reaches none goes without, and soon: it is often run where there is none.
func (r running) soon() (context.Context, context.CancelFunc) {
	limit := 30 * time.Second
	if r.ctx.DryRun() {
		limit = 3 * time.Second
	}
	return context.WithTimeout(r.ctx.Context(), limit)
}

// identity is which Kubernetes cluster this is; empty in a preview that reaches none.
func (r running) identity() (string, error) {
	ctx, cancel := r.soon()
	defer cancel()
	client, err := r.access().Client()
	if err == nil {
		var id string
		if id, err = place.Identity(ctx, client); err == nil {
			return id, nil
		}
	}
	if r.ctx.DryRun() {
		return "", nil
	}
	return "", fmt.Errorf("the Kubernetes cluster of context %q cannot be asked which one it is; nothing was touched: %w", r.stack.Kubernetes.Context, err)
}

// look reads what is in the place, nothing in a preview that reaches no cluster.
func (r running) look(context.Context) (*plan.Found, error) {
	ctx, cancel := r.soon()
	defer cancel()
	client, err := r.access().Client()
	if err == nil {
		var found plan.Found
		if found, err = place.Look(ctx, client, r.stack.Plan); err == nil {
			return &found, nil
		}
	}
	if r.ctx.DryRun() {
		return nil, nil
	}
	return nil, fmt.Errorf("what is in the place cannot be seen; nothing was touched: %w", err)
}

// firstPassword is the stack's own, or one that is made once and kept: that of a Secret which a destroyed stack left beside its
// claims, else a random one. A preview asks no cluster; the state keeps what the first update chose. Only the API's own word that there
// is no Secret counts as none: a random one written over it would be the end of the only password.
func (r running) firstPassword(given pulumi.StringPtrInput) (password pulumi.StringInput, keep bool, err error) {
	if given != nil {
		return given.ToStringPtrOutput().Elem(), false, nil
	}
	text := rand.Text()
	if !r.ctx.DryRun() && r.stack.Plan.ExistingSecret == "" {
		ctx, cancel := r.soon()
		defer cancel()
		found, there, err := reach.Password(ctx, r.access(), r.stack.Plan.Topology())
		if err != nil {
			return nil, false, fmt.Errorf("whether there is a password already cannot be seen; nothing was touched: %w", err)
		}
		if there {
			text = found
		}
	}
	return pulumi.ToSecret(pulumi.String(text)).(pulumi.StringOutput), true, nil
}

func (r running) scaleIn(ctx context.Context, to plan.Plan) error {
	return scale.In(ctx, r.access(), to, r.options(to.Timeouts.ScaleIn))
}

// settings are what running members of each role must have: the live ones that take says yes to.
func (r running) settings(take func(name string) bool) (map[neo4j.Role]map[string]string, error) {
	values := map[neo4j.Role]map[string]string{}
	for _, role := range neo4j.Roles {
		all, err := cluster.Live(r.stack.Plan, role)
		if err != nil {
			return nil, err
		}
		maps.DeleteFunc(all, func(name, _ string) bool { return !take(name) })
		values[role] = all
	}
	return values, nil
}

func every(string) bool { return true }

// takeLive has those who run take what is planned, before it is written for the next start. Who is down reads it then.
func (r running) takeLive(ctx context.Context, role neo4j.Role, gone []string) error {
	values, err := r.settings(every)
	if err != nil {
		return err
	}
	wanted := live.Settings{Values: values, Reset: map[neo4j.Role][]string{role: gone}, Unknown: r.stack.Plan.Elsewhere}
	return live.Apply(ctx, r.access(), r.stack.Plan.Topology(), wanted, live.Options{Options: r.options(r.stack.Plan.Timeouts.Verify), SkipDown: true})
}

// takeBack has members take writes again that an update which did not end told to hand over.
func (r running) takeBack(ctx context.Context, t neo4j.Topology) error {
	family, err := neo4j.FamilyOf(t.Release)
	if err != nil || family.Keys.ReadOnly == "" {
		return err
	}
	return r.prove(ctx, t, func(name string) bool { return name == family.Keys.ReadOnly })
}

// prove asks every member for the live settings, and has one that has another value take the planned one.
func (r running) prove(ctx context.Context, t neo4j.Topology, take func(name string) bool) error {
	values, err := r.settings(take)
	if err != nil {
		return err
	}
	return live.Apply(ctx, r.access(), t, live.Settings{Values: values, Unknown: r.stack.Plan.Elsewhere}, live.Options{Options: r.options(r.stack.Plan.Timeouts.Verify)})
}

func (r running) options(seconds int) operate.Options {
	return operate.Options{Timeout: time.Duration(seconds) * time.Second, Progress: r.log(), Warnings: warningWriter{r.ctx}}
}

// after has volumes grow and all members be up, takes up planned servers, replaces members of an earlier plan, upgrades the system database
// and has members take live settings, whether the check is on or not, and then proves the cluster.
func (r running) after(ctx context.Context, t neo4j.Topology) error {
	ready, verified := r.options(r.stack.Plan.Timeouts.Ready), r.options(r.stack.Plan.Timeouts.Verify)
	rolling := ready
	rolling.Waive = r.stack.Plan.Rolling.Waive
	// Volumes first of all, since a member may be down for want of space; again for members that have just come, and for volumes that grow
	// at a pod's start.
	grown := func() error { return grow.Volumes(ctx, r.access(), r.stack.Plan, ready) }
	for _, operation := range []func() error{
		grown,
		func() error { return roll.Start(ctx, r.access(), t, ready) },
		grown,
		func() error { return enable.Servers(ctx, r.access(), t, verified) },
		func() error { return r.takeBack(ctx, t) },
		func() error {
			return roll.Members(ctx, r.access(), t, roll.Options{Options: rolling, Agree: verified.Timeout})
		},
		grown,
		func() error { return upgrade.System(ctx, r.access(), t, verified) },
		func() error { return r.prove(ctx, t, every) },
	} {
		if err := operation(); err != nil {
			return err
		}
	}
	if !r.stack.Plan.Verify.Enabled {
		return r.ctx.Log.Warn("the roles were not proven: neo4j:cluster.verify.enabled is false", nil)
	}
	report, err := verify.Cluster(ctx, r.access(), t, verify.Options{Timeout: verified.Timeout, Canary: r.stack.Plan.Verify.Canary, Progress: r.log()})
	if err != nil {
		return err
	}
	return r.ctx.Log.Info("\n"+report.Table(), nil)
}

// log sends lines of progress to the engine, which shows them under the stack.
func (r running) log() logWriter { return logWriter{r.ctx} }

type logWriter struct{ ctx *pulumi.Context }

func (w logWriter) Write(line []byte) (int, error) {
	return len(line), w.ctx.Log.Info(string(line), nil)
}

// warningWriter is the same for warnings.
type warningWriter struct{ ctx *pulumi.Context }

func (w warningWriter) Write(line []byte) (int, error) {
	return len(line), w.ctx.Log.Warn(string(line), nil)
}
