package cluster

import (
	"encoding/json"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/summary"
)

// record declares the plan where it outlives the stack, beside the claims that a destroyed one leaves: the next plan must fit them. It
// comes after the pools, so that it tells of a plan that was applied.
func (d *declaration) record(pools []*Pool) error {
	record := d.plan.Record()
	var err error
	if record.Pods, err = Pods(d.plan); err != nil {
		return err
	}
	settings, err := Conf(d.plan)
	if err != nil {
		return err
	}
	record.Settings = summary.Digest(settings)
	text, err := json.MarshalIndent(record, "", "  ")
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
