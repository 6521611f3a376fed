package cluster

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	policyv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/policy/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
)

// disruption declares how many members of a pool voluntary disruptions (drains) must leave: the quorum of the primaries; all
// but one of the secondaries. One may always go, or no node could ever be drained: a standalone server has no budget for that reason,
// and two primaries, whose quorum is both, have one that lets one go.
func (d *declaration) disruption(role neo4j.Role) ([]pulumi.Resource, error) {
	if !d.plan.Clustered() {
		return nil, nil
	}
	name := d.plan.Pool(role)
	budget := &policyv1.PodDisruptionBudgetSpecArgs{Selector: &metav1.LabelSelectorArgs{MatchLabels: selector(d.plan, role)}}
	if role == neo4j.Primary {
		budget.MinAvailable = pulumi.Int(neo4j.LeastLeft(d.plan.Primaries))
	} else {
		budget.MaxUnavailable = pulumi.Int(1)
	}
	b, err := policyv1.NewPodDisruptionBudget(d.ctx, name, &policyv1.PodDisruptionBudgetArgs{
		Metadata: d.meta(name, role, nil),
		Spec:     budget,
	}, d.options()...)
	return []pulumi.Resource{b}, err
}
