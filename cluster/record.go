package cluster

import (
	"encoding/json"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/plan"
)

// record declares the plan where it outlives the stack, beside the claims that a destroyed one leaves: the next plan must fit them. It
// comes after the pools, so that it tells of a plan that was applied.
func (d *declaration) record(pools []*Pool) error {
	text, err := json.MarshalIndent(d.plan.Record(), "", "  ")
	if err != nil {
		return err
	}
	after := make([]pulumi.Resource, len(pools))
	for i, p := range pools {
		after[i] = p.statefulSet
	}
	name := d.plan.RecordName()
	_, err = corev1.NewConfigMap(d.ctx, name, &corev1.ConfigMapArgs{
		Metadata: d.meta(name, "", nil), Data: pulumi.StringMap{plan.RecordKey: pulumi.String(text)},
	}, d.options(d.keepData(), pulumi.DependsOn(after))...)
	return err
}
