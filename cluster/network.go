package cluster

import (
	"fmt"

	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// network declares who may dial a member, by port class. A Kubernetes cluster without a policy controller does not enforce it.
func (d *declaration) network() (pulumi.Resource, error) {
	family, err := neo4j.FamilyOf(d.plan.Release)
	if err != nil {
		return nil, err
	}
	rules := networkingv1.NetworkPolicyIngressRuleArray{}
	for _, admission := range d.plan.Admissions(family) {
		rule, err := d.rule(admission)
		if err != nil {
			return nil, err
		}
		rules = append(rules, rule)
	}
	return networkingv1.NewNetworkPolicy(d.ctx, d.plan.Name, &networkingv1.NetworkPolicyArgs{
		Metadata: d.meta(d.plan.Name, "", nil),
		Spec: &networkingv1.NetworkPolicySpecArgs{
			PodSelector: &metav1.LabelSelectorArgs{MatchLabels: selector(d.plan, "")},
			PolicyTypes: pulumi.StringArray{pulumi.String("Ingress")},
			Ingress:     rules,
		},
	}, d.options()...)
}

// rule admits the cluster's own members beside the peers that an admission names.
func (d *declaration) rule(a plan.Admission) (*networkingv1.NetworkPolicyIngressRuleArgs, error) {
	var ports networkingv1.NetworkPolicyPortArray
	for _, p := range a.Ports {
		ports = append(ports, &networkingv1.NetworkPolicyPortArgs{Port: pulumi.Int(p.Number), Protocol: pulumi.String(p.Protocol)})
	}
	if a.Anyone {
		return &networkingv1.NetworkPolicyIngressRuleArgs{Ports: ports}, nil
	}
	from := networkingv1.NetworkPolicyPeerArray{&networkingv1.NetworkPolicyPeerArgs{
		PodSelector: &metav1.LabelSelectorArgs{MatchLabels: selector(d.plan, "")},
	}}
	for i, peer := range a.Peers {
		one, err := typed[networkingv1.NetworkPolicyPeerArgs](peer)
		if err != nil {
			return nil, fmt.Errorf("peer %d: %w", i, err)
		}
		from = append(from, one)
	}
	return &networkingv1.NetworkPolicyIngressRuleArgs{Ports: ports, From: from}, nil
}
