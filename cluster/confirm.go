package cluster

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
)

// After is what happens to a running cluster when its objects are up to date: operations, and the check that proves the topology.
type After func(context.Context, neo4j.Topology) error

// Confirm does what comes after every pool is up, at every update and never in a preview. The output is the expected topology as
// text, the same in both, so that an unchanged preview is empty; proven says whether what comes after includes the check, and an output
// that no check stands behind says so. The caller must export it: the engine loses the error of an output that nobody exports.
func (c *Cluster) Confirm(ctx *pulumi.Context, after After, proven bool) pulumi.StringOutput {
	expected := c.topology
	says := expected.String()
	if !proven {
		says = fmt.Sprintf("%s (not proven: verify.enabled is false)", says)
	}
	if ctx.DryRun() || after == nil {
		return pulumi.String(says).ToStringOutput()
	}
	var ready []any
	for _, p := range c.pools {
		ready = append(ready, p.statefulSet.ID())
	}
	return pulumi.All(ready...).ApplyTWithContext(ctx.Context(), func(ctxt context.Context, _ []any) (string, error) {
		return says, after(ctxt, expected)
	}).(pulumi.StringOutput)
}
