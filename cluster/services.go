package cluster

import (
	"net"
	"strconv"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// headless declares the governing Service of all pools, which gives every member its name.
func (d *declaration) headless() (*corev1.Service, error) {
	family, err := neo4j.FamilyOf(d.plan.Release)
	if err != nil {
		return nil, err
	}
	return corev1.NewService(d.ctx, d.plan.Headless(), &corev1.ServiceArgs{
		Metadata: d.meta(d.plan.Headless(), "", notAwaited()),
		Spec: &corev1.ServiceSpecArgs{
			ClusterIP: pulumi.String("None"),
			Selector:  selector(d.plan, ""),
			// Members look each other up before any is ready: a core answers its probe only after the cluster has formed, so
			// publishing ready addresses only would wait for itself.
			PublishNotReadyAddresses: pulumi.Bool(true),
			Ports:                    servicePorts(d.plan.MemberPorts(family)),
			IpFamilyPolicy:           d.familyPolicy(), IpFamilies: d.families(),
		},
	}, d.options()...)
}

// client declares the Service of ready primaries, which clients start from; routing tables lead them on to the secondaries. It
// comes after the pool: the provider waits for a Service's ready endpoints.
func (d *declaration) client(primaries *Pool) (*corev1.Service, error) {
	family, err := neo4j.FamilyOf(d.plan.Release)
	if err != nil {
		return nil, err
	}
	name := d.plan.ClientService()
	var ports corev1.ServicePortArray
	for _, p := range d.plan.ServicePorts(family, name) {
		port := servicePort(p)
		if number := d.plan.ClientNodePort(p.Name); number != 0 {
			port.NodePort = pulumi.Int(number)
		}
		ports = append(ports, port)
	}
	annotations := pulumi.ToStringMap(d.plan.Expose.Annotations)
	if d.plan.Expose.Type != "LoadBalancer" {
		annotations = notAwaited()
		for key, value := range d.plan.Expose.Annotations {
			annotations[key] = pulumi.String(value)
		}
	}
	spec := &corev1.ServiceSpecArgs{
		Type:           pulumi.String(d.plan.Expose.Type),
		Selector:       selector(d.plan, neo4j.Primary),
		Ports:          ports,
		IpFamilyPolicy: d.familyPolicy(), IpFamilies: d.families(),
	}
	d.balanced(spec, d.plan.Expose.Type)
	if address := d.plan.Expose.Balancer.Address; address != "" && d.plan.Expose.Type == "LoadBalancer" {
		spec.LoadBalancerIP = pulumi.String(address)
	}
	if port := d.plan.Expose.Balancer.HealthCheckPort; port != 0 {
		spec.HealthCheckNodePort = pulumi.Int(port)
	}
	// Protected with the members: a destroy without a preview ends at the first objects that are protected, and those that depend on the
	// members, as this does, come before the members.
	return corev1.NewService(d.ctx, name, &corev1.ServiceArgs{
		Metadata: d.meta(name, "", annotations),
		Spec:     spec,
	}, d.options(pulumi.DependsOn([]pulumi.Resource{primaries.statefulSet}), pulumi.Protect(d.plan.Protect))...)
}

// familyPolicy and families are of which IP families a Service is; nil for the Kubernetes cluster's default.
func (d *declaration) familyPolicy() pulumi.StringPtrInput {
	if d.plan.Addresses.Policy == "" {
		return nil
	}
	return pulumi.String(d.plan.Addresses.Policy)
}

func (d *declaration) families() pulumi.StringArrayInput {
	if len(d.plan.Addresses.Families) == 0 {
		return nil
	}
	return pulumi.ToStringArray(d.plan.Addresses.Families)
}

// outsideURI is what drivers outside the Kubernetes cluster dial: by the address that the load balancer got, by that of the nodes where the stack says
// it, or else by that of the first member's own Service. Nil where there is none of them.
func (d *declaration) outsideURI(family neo4j.Family, client *corev1.Service) pulumi.StringInput {
	switch address := d.plan.Expose.Balancer.Address; {
	case d.plan.Expose.Type == "LoadBalancer":
	case d.plan.Expose.Type == plan.ByNodePort && address != "":
		return client.Spec.ApplyT(func(spec corev1.ServiceSpec) string {
			return d.plan.OutsideURI(family, net.JoinHostPort(address, strconv.Itoa(boltPort(spec.Ports))))
		}).(pulumi.StringOutput)
	case d.plan.Expose.Members.Type != "":
		return pulumi.String(d.plan.OutsideURI(family, d.plan.OutsideAddress(d.plan.Topology().Members[0])))
	default:
		return nil
	}
	return client.Status.ApplyT(func(status *corev1.ServiceStatus) string {
		if status == nil || status.LoadBalancer == nil {
			return ""
		}
		for _, at := range status.LoadBalancer.Ingress {
			for _, host := range []*string{at.Hostname, at.Ip} {
				if host != nil && *host != "" {
					return d.plan.OutsideURI(family, *host)
				}
			}
		}
		return ""
	}).(pulumi.StringOutput)
}

// boltPort is the port of the nodes that leads to Bolt.
func boltPort(ports []corev1.ServicePort) int {
	for _, p := range ports {
		if p.Name != nil && *p.Name == "bolt" && p.NodePort != nil {
			return *p.NodePort
		}
	}
	return 0
}

// notAwaited has the provider not wait for a Service's endpoints, which it gives ten seconds to settle: the check proves more.
func notAwaited() pulumi.StringMap {
	return pulumi.StringMap{"pulumi.com/skipAwait": pulumi.String("true")}
}

func servicePorts(ports []neo4j.Port) corev1.ServicePortArray {
	var all corev1.ServicePortArray
	for _, p := range ports {
		all = append(all, servicePort(p))
	}
	return all
}

func servicePort(p neo4j.Port) *corev1.ServicePortArgs {
	return &corev1.ServicePortArgs{Name: pulumi.String(p.Name), Port: pulumi.Int(p.Number), TargetPort: pulumi.String(p.Name), Protocol: pulumi.String("TCP")}
}
