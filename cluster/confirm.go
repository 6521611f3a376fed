package cluster

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/internals"

	"neo4j-kubernetes/neo4j"
)

// After is what happens to a running cluster when its objects are up to date: operations, and the check that proves the topology.
type After func(context.Context, neo4j.Topology) error

// Same says whether StatefulSets, by name and uid as the state has them, are those of the Kubernetes cluster that is reached.
type Same func(ctx context.Context, uids map[string]string) error

// Confirm does what comes after every pool is up, at every update and never in a preview. The output is the expected topology as
// text, the same in both, so that an unchanged preview is empty; proven says whether what comes after includes the check, and an output
// that no check stands behind says so. The caller must export it: the engine loses the error of an output that nobody exports.
//
// Before that it asks, in a preview too, whether the members are the state's own: where nothing changes, no object is written, and the engine
// does not see that a context leads to another Kubernetes cluster by now. Operations there would be on somebody else's members.
func (c *Cluster) Confirm(ctx *pulumi.Context, same Same, after After, proven bool) pulumi.StringOutput {
	expected := c.topology
	says := expected.String()
	if !proven {
		says = fmt.Sprintf("%s (not proven: verify.enabled is false)", says)
	}
	if after == nil {
		return pulumi.String(says).ToStringOutput()
	}
	own := pulumi.String(says).ToStringOutput().ApplyTWithContext(ctx.Context(), func(ctxt context.Context, says string) (string, error) {
		uids, err := c.uids(ctxt)
		if err != nil {
			return "", err
		}
		return says, same(ctxt, uids)
	}).(pulumi.StringOutput)
	if ctx.DryRun() {
		return own
	}
	return own.ApplyTWithContext(ctx.Context(), func(ctxt context.Context, _ string) (string, error) {
		return says, after(ctxt, expected)
	}).(pulumi.StringOutput)
}

// uids are those of the pools' StatefulSets, by name, as soon as all are up to date. In a preview some may not be known; an output made of
// them would not be known either, and the preview of no change would show one, so they are awaited beside it.
func (c *Cluster) uids(ctx context.Context) (map[string]string, error) {
	known := map[string]string{}
	for _, p := range c.pools {
		uid, err := internals.UnsafeAwaitOutput(ctx, p.statefulSet.Metadata.Uid())
		if err != nil {
			return nil, fmt.Errorf("statefulset %s: %w", p.name, err)
		}
		if text, ok := uid.Value.(*string); ok && text != nil {
			known[p.name] = *text
		}
	}
	return known, nil
}
