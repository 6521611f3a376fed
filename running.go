package main

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/cluster"
	"neo4j-kubernetes/config"
	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/scale"
	"neo4j-kubernetes/verify"
)

// running joins the declared cluster to the running one: the check, the scale-in and the password that is there already.
type running struct {
	ctx   *pulumi.Context
	stack config.Stack
}

func (r running) access() verify.Access {
	return verify.Access{Kubeconfig: r.stack.Kubernetes.Kubeconfig, Context: r.stack.Kubernetes.Context}
}

// firstPassword is the stack's own, or one that is made once and kept: that of a Secret which a destroyed stack left beside its
// claims, else a random one. A preview asks no cluster; the state keeps what the first update chose.
func (r running) firstPassword(given pulumi.StringPtrInput) (password pulumi.StringInput, keep bool, err error) {
	if given != nil {
		return given.ToStringPtrOutput().Elem(), false, nil
	}
	text := rand.Text()
	if !r.ctx.DryRun() && r.stack.Spec.ExistingSecret == "" {
		ctx, cancel := context.WithTimeout(r.ctx.Context(), 10*time.Second)
		defer cancel()
		if found, err := verify.Password(ctx, r.access(), r.stack.Spec.Topology()); err == nil {
			text = found
		}
	}
	return pulumi.ToSecret(pulumi.String(text)).(pulumi.StringOutput), true, nil
}

// vacant asks the cluster whose the place is. A preview that reaches none goes without, and soon: it is often run where there is none.
func (r running) vacant(ctx context.Context, stack string) error {
	limit := 30 * time.Second
	if r.ctx.DryRun() {
		limit = 3 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := scale.Vacant(ctx, r.access(), r.stack.Spec, stack)
	if taken := (*scale.Taken)(nil); r.ctx.DryRun() && !errors.As(err, &taken) {
		return nil
	}
	return err
}

func (r running) allowed(from, to neo4j.Topology) error { return scale.Allowed(from, to) }

func (r running) scaleIn(ctx context.Context, to neo4j.Spec) error {
	return scale.In(ctx, r.access(), to, scale.Options{
		Timeout: time.Duration(to.Timeouts.ScaleIn) * time.Second, Progress: r.log(), Warnings: warningWriter{r.ctx},
	})
}

func (r running) scaleOut(ctx context.Context, to neo4j.Spec) error {
	return scale.Out(ctx, r.access(), to)
}

// check is the proof at the end of an update; nil where the stack switched it off.
func (r running) check() cluster.Check {
	if !r.stack.Spec.Verify.Enabled {
		return nil
	}
	return func(ctx context.Context, t neo4j.Topology) error {
		report, err := verify.Cluster(ctx, r.access(), t, verify.Options{
			Timeout: time.Duration(r.stack.Spec.Timeouts.Verify) * time.Second, Canary: r.stack.Spec.Verify.Canary, Progress: r.log(),
		})
		if err != nil {
			return err
		}
		return r.ctx.Log.Info("\n"+report.Table(), nil)
	}
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
