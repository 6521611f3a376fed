package cluster

import (
	"fmt"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apiextensions"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// web declares the ways in for HTTP. They lead to a Service by its name, and come before the members like their own Services: a
// destroy of protected members ends before it comes to these. Nobody waits for them: what serves them is not the program's.
func (d *declaration) web(family neo4j.Family) ([]pulumi.Resource, error) {
	var ways []pulumi.Resource
	if d.plan.Expose.HTTPInside {
		service, err := d.httpInside(family)
		if err != nil {
			return nil, fmt.Errorf("service for HTTP: %w", err)
		}
		ways = append(ways, service)
	}
	if d.plan.Expose.Ingress.Host != "" {
		ingress, err := d.ingress()
		if err != nil {
			return nil, fmt.Errorf("ingress: %w", err)
		}
		ways = append(ways, ingress)
	}
	if d.plan.Expose.Route.Gateway != "" {
		route, err := d.route(family)
		if err != nil {
			return nil, fmt.Errorf("route: %w", err)
		}
		ways = append(ways, route)
	}
	return ways, nil
}

// httpInside declares the Service of HTTP's own, which is of ready primaries as the client Service is.
func (d *declaration) httpInside(family neo4j.Family) (pulumi.Resource, error) {
	name := d.plan.HTTPService()
	return corev1.NewService(d.ctx, name, &corev1.ServiceArgs{
		Metadata: d.meta(name, "", notAwaited()),
		Spec: &corev1.ServiceSpecArgs{
			Type: pulumi.String("ClusterIP"), Selector: selector(d.plan, neo4j.Primary), Ports: servicePorts(d.plan.ServicePorts(family, name)),
			IpFamilyPolicy: d.familyPolicy(), IpFamilies: d.families(),
		},
	}, d.options()...)
}

func (d *declaration) ingress() (pulumi.Resource, error) {
	i, name := d.plan.Expose.Ingress, d.plan.WebName()
	annotations := notAwaited()
	for key, value := range i.Annotations {
		annotations[key] = pulumi.String(value)
	}
	spec := &networkingv1.IngressSpecArgs{Rules: networkingv1.IngressRuleArray{&networkingv1.IngressRuleArgs{
		Host: pulumi.String(i.Host),
		Http: &networkingv1.HTTPIngressRuleValueArgs{Paths: networkingv1.HTTPIngressPathArray{&networkingv1.HTTPIngressPathArgs{
			Path: pulumi.String("/"), PathType: pulumi.String("Prefix"),
			Backend: &networkingv1.IngressBackendArgs{Service: &networkingv1.IngressServiceBackendArgs{
				Name: pulumi.String(d.plan.HTTPService()), Port: &networkingv1.ServiceBackendPortArgs{Name: pulumi.String("http")},
			}},
		}}},
	}}}
	if i.Class != "" {
		spec.IngressClassName = pulumi.String(i.Class)
	}
	if i.TLSSecret != "" {
		spec.Tls = networkingv1.IngressTLSArray{&networkingv1.IngressTLSArgs{
			Hosts: pulumi.StringArray{pulumi.String(i.Host)}, SecretName: pulumi.String(i.TLSSecret),
		}}
	}
	return networkingv1.NewIngress(d.ctx, name, &networkingv1.IngressArgs{Metadata: d.meta(name, "", annotations), Spec: spec}, d.options()...)
}

// route is of a kind that Kubernetes itself does not have: its fields are those of Gateway API v1.
func (d *declaration) route(family neo4j.Family) (pulumi.Resource, error) {
	r, name := d.plan.Expose.Route, d.plan.WebName()
	parent := map[string]any{"name": r.Gateway}
	if r.Namespace != "" {
		parent["namespace"] = r.Namespace
	}
	if r.Listener != "" {
		parent["sectionName"] = r.Listener
	}
	return apiextensions.NewCustomResource(d.ctx, name+"-route", &apiextensions.CustomResourceArgs{
		ApiVersion: pulumi.String(plan.GatewayGroup + "/v1"), Kind: pulumi.String("HTTPRoute"), Metadata: d.meta(name, "", notAwaited()),
		OtherFields: kubernetes.UntypedArgs{"spec": map[string]any{
			"parentRefs": []any{parent}, "hostnames": []any{r.Host},
			"rules": []any{map[string]any{
				"matches":     []any{map[string]any{"path": map[string]any{"type": "PathPrefix", "value": "/"}}},
				"backendRefs": []any{map[string]any{"name": d.plan.HTTPService(), "port": family.Ports.HTTP}},
			}},
		}},
	}, d.options()...)
}
