package cluster

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	policyv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/policy/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
)

// disruption declares how many members of a pool voluntary disruptions (drains) must leave: the quorum of the primaries; all
// but one of the secondaries. A standalone server has none: it could never be drained.
func (d *declaration) disruption(role neo4j.Role) error {
	if !d.spec.Clustered() {
		return nil
	}
	name := d.spec.Pool(role)
	budget := &policyv1.PodDisruptionBudgetSpecArgs{Selector: &metav1.LabelSelectorArgs{MatchLabels: selector(d.spec, role)}}
	if role == neo4j.Primary {
		budget.MinAvailable = pulumi.Int(neo4j.Quorum(d.spec.Primaries))
	} else {
		budget.MaxUnavailable = pulumi.Int(1)
	}
	_, err := policyv1.NewPodDisruptionBudget(d.ctx, name, &policyv1.PodDisruptionBudgetArgs{
		Metadata: meta(d.spec, name, role, nil),
		Spec:     budget,
	}, d.options()...)
	return err
}
