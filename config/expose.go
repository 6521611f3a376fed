package config

import (
	"maps"

	"neo4j-kubernetes/plan"
)

// readExposure says how clients outside the Kubernetes cluster come in. The platform's annotations are for load balancers, which is its own
// type where it has any.
func readExposure(f *file, name string, p platform) (plan.Exposure, []string) {
	e := plan.Exposure{Type: f.oneOf("type", p.exposeType, "ClusterIP", "NodePort", "LoadBalancer")}
	balanced := readScope(f, name, p)
	own := map[string]string{}
	if e.Type == "LoadBalancer" {
		own = balanced
	}
	if e.Type != p.exposeType && f.has("annotations") {
		own = p.exposeAnnotations // the stack then says what it takes of them
	}
	e.Annotations = f.texts("annotations", own)
	if e.Type != p.exposeType && !f.has("annotations") && !f.has("scope") {
		e.Annotations = nil // the platform's are for its own type
	}
	e.Balancer = plan.Balancer{
		Class: f.text("class", ""), Address: f.text("address", ""), SourceRanges: f.list("sourceRanges"), HealthCheckPort: f.integer("healthCheckPort", 0),
	}
	if f.has("trafficPolicy") {
		e.Balancer.TrafficPolicy = f.oneOf("trafficPolicy", "", "Cluster", "Local")
	}
	f.taken["trafficPolicy"] = true
	ports := f.sub("nodePorts")
	e.NodePorts = plan.NodePorts{Bolt: ports.integer("bolt", 0), HTTP: ports.integer("http", 0)}
	ports.end()
	e.HTTPInside = f.boolean("httpInside", false)
	e.Ingress, e.Route = readIngress(f.sub("ingress")), readRoute(f.sub("route"))
	e.Members = readMemberExposure(f.sub("members"), balanced)
	if f.has("scope") && !isBalanced(e) {
		f.refuse("scope", f.values["scope"], noBalancer, balancerMend)
	}
	warnings := checkRanges(f, e, p)
	f.end()
	return e, warnings
}

// readScope gives the annotations by which load balancers are made, inside the cloud's network or for the internet.
func readScope(f *file, name string, p platform) map[string]string {
	f.taken["scope"] = true
	if !f.has("scope") {
		return p.exposeAnnotations
	}
	if f.oneOf("scope", "internal", "internal", "external") == "external" {
		return p.externalAnnotations
	}
	if p.exposeAnnotations == nil {
		f.refuse("scope", "internal", "is by an annotation of the cloud's own, and "+name+" is of no cloud that is known here",
			"write it below expose.annotations, such as service.beta.kubernetes.io/azure-load-balancer-internal: 'true'")
	}
	return p.exposeAnnotations
}

// readMemberExposure says how each member is reached from outside by itself.
func readMemberExposure(f *file, balanced map[string]string) plan.MemberExposure {
	m := plan.MemberExposure{Type: f.oneOf("type", "none", "none", "ClusterIP", plan.ByNodePort, "LoadBalancer")}
	if m.Type == "none" {
		m.Type = ""
	}
	over := map[string]string{}
	if m.Type == "LoadBalancer" {
		over = maps.Clone(balanced)
	}
	m.Address, m.Annotations, m.NodePort = f.text("address", ""), f.texts("annotations", over), f.integer("nodePort", 0)
	for _, key := range []string{"address", "annotations", "nodePort"} {
		if m.Type == "" && f.has(key) {
			f.refuse(key, f.values[key], "is of the members' own Services, and there are none", "write expose.members.type: LoadBalancer, NodePort or ClusterIP")
		}
	}
	f.end()
	return m
}
