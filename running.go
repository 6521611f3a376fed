package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/cluster"
	"neo4j-kubernetes/config"
	"neo4j-kubernetes/operate/renew"
	"neo4j-kubernetes/operate/scale"
	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/plan/place"
	"neo4j-kubernetes/reach"
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
			r.renewed(ctx, &found)
			return &found, nil
		}
	}
	if r.ctx.DryRun() {
		return nil, nil
	}
	return nil, fmt.Errorf("what is in the place cannot be seen; nothing was touched: %w", err)
}

// same says whether StatefulSets that the state knows are those of the Kubernetes cluster that was asked for its identity; a preview that reached
// none does not try again.
func (r running) same(identity string) cluster.Same {
	return func(_ context.Context, uids map[string]string) error {
		if identity == "" && r.ctx.DryRun() {
			return nil
		}
		ctx, cancel := r.soon()
		defer cancel()
		client, err := r.access().Client()
		if err != nil {
			return err
		}
		return place.Same(ctx, client, r.stack.Plan.Namespace, uids)
	}
}

// renewed notes who serves an older certificate than is there by now. Where members cannot be asked, what is to come is said without.
func (r running) renewed(ctx context.Context, found *plan.Found) {
	if found.Reissued {
		for _, m := range r.stack.Plan.Topology().Members {
			if m.Ordinal < found.Sizes[m.Pool] {
				found.Renewed = append(found.Renewed, m.Name)
			}
		}
		return
	}
	late, err := renew.Outdated(ctx, r.access(), r.stack.Plan.Topology())
	if err != nil {
		return
	}
	for _, m := range late {
		found.Renewed = append(found.Renewed, m.Name)
	}
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
