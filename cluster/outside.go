package cluster

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// outside declares the Services of the members' own, by which clients outside the Kubernetes cluster dial each of them. They come before the
// members, whose addresses they are, and are not waited for: a member has clients dial its name, which somebody else's DNS knows.
func (d *declaration) outside(family neo4j.Family) ([]pulumi.Resource, error) {
	exposure := d.plan.Expose.Members
	if exposure.Type == "" {
		return nil, nil
	}
	var services []pulumi.Resource
	for _, m := range d.plan.Topology().Members {
		bolt := servicePort(neo4j.Port{Name: "bolt", Number: family.Ports.Bolt})
		if port := d.plan.OutsidePort(m); port != 0 {
			bolt.NodePort = pulumi.Int(port)
		}
		annotations := notAwaited()
		for key, value := range d.plan.OutsideAnnotations(m) {
			annotations[key] = pulumi.String(value)
		}
		pod := selector(d.plan, m.Role)
		pod["statefulset.kubernetes.io/pod-name"] = pulumi.String(m.Name)
		spec := &corev1.ServiceSpecArgs{
			Type: pulumi.String(exposure.Type), Selector: pod, Ports: corev1.ServicePortArray{bolt},
			IpFamilyPolicy: d.familyPolicy(), IpFamilies: d.families(),
		}
		d.balanced(spec, exposure.Type)
		name := plan.OutsideService(m)
		// Not protected: that of a member that leaves goes after it. A destroy of protected members ends before it comes to these.
		service, err := corev1.NewService(d.ctx, name, &corev1.ServiceArgs{Metadata: d.meta(name, m.Role, annotations), Spec: spec}, d.options()...)
		if err != nil {
			return nil, fmt.Errorf("service %s: %w", name, err)
		}
		services = append(services, service)
	}
	return services, nil
}

// balanced says how a Service of a type is served from outside; nothing for one that is not.
func (d *declaration) balanced(spec *corev1.ServiceSpecArgs, kind string) {
	b := d.plan.Expose.Balancer
	if b.TrafficPolicy != "" && kind != "ClusterIP" {
		spec.ExternalTrafficPolicy = pulumi.String(b.TrafficPolicy)
	}
	if kind != "LoadBalancer" {
		return
	}
	if b.Class != "" {
		spec.LoadBalancerClass = pulumi.String(b.Class)
	}
	if len(b.SourceRanges) > 0 {
		spec.LoadBalancerSourceRanges = pulumi.ToStringArray(b.SourceRanges)
	}
}
