package cluster

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

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
	var uids []any
	for _, p := range c.pools {
		uids = append(uids, p.statefulSet.Metadata.Uid())
	}
	own := pulumi.All(uids...).ApplyTWithContext(ctx.Context(), func(ctxt context.Context, uids []any) (string, error) {
		err := same(ctxt, c.known(uids))
		if err != nil && ctx.DryRun() {
			err = ctx.Log.Error(err.Error(), nil) // nobody exports this output of a preview, see below
		}
		return says, err
	}).(pulumi.StringOutput)
	if ctx.DryRun() {
		return pulumi.String(says).ToStringOutput() // known, also where a uid is not
	}
	return own.ApplyTWithContext(ctx.Context(), func(ctxt context.Context, _ string) (string, error) {
		return says, after(ctxt, expected)
	}).(pulumi.StringOutput)
}

// known are the uids of the pools' StatefulSets that are known, by name.
func (c *Cluster) known(uids []any) map[string]string {
	known := map[string]string{}
	for i, p := range c.pools {
		if uid, ok := uids[i].(*string); ok && uid != nil {
			known[p.name] = *uid
		}
	}
	return known
}
