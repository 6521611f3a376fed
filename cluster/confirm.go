package cluster

import (
	"context"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
)

// Check proves that a running cluster has the topology.
type Check func(context.Context, neo4j.Topology) error

// Confirm runs the check after every pool is up, at every update and never in a preview. The output is the expected topology as
// text, the same in both, so that an unchanged preview is empty. The caller must export it: the engine loses the error of an
// output that nobody exports.
func (c *Cluster) Confirm(ctx *pulumi.Context, check Check) pulumi.StringOutput {
	expected := c.topology
	if ctx.DryRun() || check == nil {
		return pulumi.String(expected.String()).ToStringOutput()
	}
	var ready []any
	for _, p := range c.pools {
		ready = append(ready, p.statefulSet.ID())
	}
	return pulumi.All(ready...).ApplyTWithContext(ctx.Context(), func(ctxt context.Context, _ []any) (string, error) {
		return expected.String(), check(ctxt, expected)
	}).(pulumi.StringOutput)
}
