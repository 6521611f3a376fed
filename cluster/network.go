package cluster

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// network declares who may dial a member, by port class: anyone the client ports, members of this cluster all others. A
// Kubernetes cluster without a policy controller, such as the local box, does not enforce it.
func (d *declaration) network() (pulumi.Resource, error) {
	family, err := neo4j.FamilyOf(d.plan.Release)
	if err != nil {
		return nil, err
	}
	members := networkingv1.NetworkPolicyPeerArray{&networkingv1.NetworkPolicyPeerArgs{
		PodSelector: &metav1.LabelSelectorArgs{MatchLabels: selector(d.plan, "")},
	}}
	return networkingv1.NewNetworkPolicy(d.ctx, d.plan.Name, &networkingv1.NetworkPolicyArgs{
		Metadata: d.meta(d.plan.Name, "", nil),
		Spec: &networkingv1.NetworkPolicySpecArgs{
			PodSelector: &metav1.LabelSelectorArgs{MatchLabels: selector(d.plan, "")},
			PolicyTypes: pulumi.StringArray{pulumi.String("Ingress")},
			Ingress: networkingv1.NetworkPolicyIngressRuleArray{
				&networkingv1.NetworkPolicyIngressRuleArgs{Ports: policyPorts(d.plan, family, neo4j.ClientPort)},
				&networkingv1.NetworkPolicyIngressRuleArgs{From: members, Ports: policyPorts(d.plan, family, neo4j.MemberPort)},
			},
		},
	}, d.options()...)
}

func policyPorts(s plan.Plan, f neo4j.Family, class neo4j.PortClass) networkingv1.NetworkPolicyPortArray {
	var allowed networkingv1.NetworkPolicyPortArray
	for _, p := range s.MemberPorts(f) {
		if p.Class == class {
			allowed = append(allowed, &networkingv1.NetworkPolicyPortArgs{Port: pulumi.Int(p.Number), Protocol: pulumi.String("TCP")})
		}
	}
	return allowed
}
