package cluster

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	rbacv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/rbac/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
)

// discovery declares what the resolvers other than LIST ask: for DNS and SRV one Service of the primaries, for K8S a Service a
// member and the right to list them, for the members' account.
func (d *declaration) discovery(family neo4j.Family, account []pulumi.Resource) ([]pulumi.Resource, error) {
	if !d.plan.Clustered() {
		return nil, nil
	}
	switch d.plan.Discovery.Type {
	case "DNS", "SRV":
		service, err := d.peers(family, d.plan.DiscoveryService(), selector(d.plan, neo4j.Primary), nil)
		return []pulumi.Resource{service}, err
	case "K8S":
		return d.listed(family, account)
	default:
		return nil, nil
	}
}

// listed declares the Services that the K8S resolver lists, a primary each, and gives the right to list them. The other
// pools' members have Services too: their names are what they advertise.
func (d *declaration) listed(family neo4j.Family, account []pulumi.Resource) ([]pulumi.Resource, error) {
	needs, err := d.mayListServices(account)
	if err != nil {
		return nil, err
	}
	for _, m := range d.plan.Topology().Members {
		pod := selector(d.plan, m.Role)
		pod["statefulset.kubernetes.io/pod-name"] = pulumi.String(m.Name)
		var mark map[string]string
		if m.Role == neo4j.Primary {
			mark = d.plan.DiscoveryLabels()
		}
		service, err := d.peers(family, m.Name, pod, mark)
		if err != nil {
			return nil, fmt.Errorf("service %s: %w", m.Name, err)
		}
		needs = append(needs, service)
	}
	return needs, nil
}

// peers declares a headless Service by which members find each other before any is ready.
func (d *declaration) peers(family neo4j.Family, name string, selects pulumi.StringMap, mark map[string]string) (*corev1.Service, error) {
	var ports corev1.ServicePortArray
	for _, p := range d.plan.MemberPorts(family) {
		ports = append(ports, servicePort(p))
	}
	m := d.meta(name, "", notAwaited())
	all := labels(d.plan, "")
	for key, value := range mark {
		all[key] = pulumi.String(value)
	}
	m.Labels = all
	return corev1.NewService(d.ctx, name, &corev1.ServiceArgs{
		Metadata: m,
		Spec: &corev1.ServiceSpecArgs{
			ClusterIP: pulumi.String("None"), Selector: selects, PublishNotReadyAddresses: pulumi.Bool(true), Ports: ports,
			IpFamilyPolicy: d.familyPolicy(), IpFamilies: d.families(),
		},
	}, d.options()...)
}

// mayListServices gives the members' ServiceAccount the one right that the resolver needs.
func (d *declaration) mayListServices(account []pulumi.Resource) ([]pulumi.Resource, error) {
	role, err := rbacv1.NewRole(d.ctx, d.plan.Name, &rbacv1.RoleArgs{
		Metadata: d.meta(d.plan.Name, "", nil),
		Rules: rbacv1.PolicyRuleArray{&rbacv1.PolicyRuleArgs{
			ApiGroups: pulumi.StringArray{pulumi.String("")}, Resources: pulumi.StringArray{pulumi.String("services")},
			Verbs: pulumi.StringArray{pulumi.String("list")},
		}},
	}, d.options()...)
	if err != nil {
		return nil, fmt.Errorf("role: %w", err)
	}
	binding, err := rbacv1.NewRoleBinding(d.ctx, d.plan.Name, &rbacv1.RoleBindingArgs{
		Metadata: d.meta(d.plan.Name, "", nil),
		RoleRef: &rbacv1.RoleRefArgs{
			ApiGroup: pulumi.String("rbac.authorization.k8s.io"), Kind: pulumi.String("Role"), Name: pulumi.String(d.plan.Name),
		},
		Subjects: rbacv1.SubjectArray{&rbacv1.SubjectArgs{
			Kind: pulumi.String("ServiceAccount"), Name: pulumi.String(d.plan.Account()), Namespace: pulumi.String(d.plan.Namespace),
		}},
	}, d.options(pulumi.DependsOn(append(account, role)))...)
	if err != nil {
		return nil, fmt.Errorf("role binding: %w", err)
	}
	return []pulumi.Resource{role, binding}, nil
}
