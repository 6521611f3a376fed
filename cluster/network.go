package cluster

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
)

// network declares who may dial a member, by port class: anyone the client ports, members of this cluster all others. A
// Kubernetes cluster without a policy controller, such as the local box, does not enforce it.
func (d *declaration) network() error {
	family, err := neo4j.FamilyOf(d.spec.Release)
	if err != nil {
		return err
	}
	members := networkingv1.NetworkPolicyPeerArray{&networkingv1.NetworkPolicyPeerArgs{
		PodSelector: &metav1.LabelSelectorArgs{MatchLabels: selector(d.spec, "")},
	}}
	_, err = networkingv1.NewNetworkPolicy(d.ctx, d.spec.Name, &networkingv1.NetworkPolicyArgs{
		Metadata: meta(d.spec, d.spec.Name, "", nil),
		Spec: &networkingv1.NetworkPolicySpecArgs{
			PodSelector: &metav1.LabelSelectorArgs{MatchLabels: selector(d.spec, "")},
			PolicyTypes: pulumi.StringArray{pulumi.String("Ingress")},
			Ingress: networkingv1.NetworkPolicyIngressRuleArray{
				&networkingv1.NetworkPolicyIngressRuleArgs{Ports: policyPorts(d.spec, family, neo4j.ClientPort)},
				&networkingv1.NetworkPolicyIngressRuleArgs{From: members, Ports: policyPorts(d.spec, family, neo4j.MemberPort)},
			},
		},
	}, d.options()...)
	return err
}

func policyPorts(s neo4j.Spec, f neo4j.Family, class neo4j.PortClass) networkingv1.NetworkPolicyPortArray {
	var allowed networkingv1.NetworkPolicyPortArray
	for _, p := range s.MemberPorts(f) {
		if p.Class == class {
			allowed = append(allowed, &networkingv1.NetworkPolicyPortArgs{Port: pulumi.Int(p.Number), Protocol: pulumi.String("TCP")})
		}
	}
	return allowed
}
