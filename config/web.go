package config

import (
	"strings"

	"neo4j-kubernetes/plan"
)

// readIngress and readRoute say by what HTTP comes in beside the client Service.
func readIngress(f *file) plan.Ingress {
	i := plan.Ingress{Host: f.text("host", ""), Class: f.text("class", ""), TLSSecret: f.text("tlsSecret", ""), Annotations: f.texts("annotations", nil)}
	if len(f.values) > 0 && i.Host == "" {
		f.refuse("host", i.Host, "is needed: by it the controller knows what is for this cluster", "write the name by which clients come, such as graph.example.org")
	}
	f.end()
	return i
}

func readRoute(f *file) plan.Route {
	r := plan.Route{Gateway: f.text("gateway", ""), Namespace: f.text("namespace", ""), Listener: f.text("listener", ""), Host: f.text("host", "")}
	if len(f.values) > 0 && r.Gateway == "" {
		f.refuse("gateway", r.Gateway, "is needed: a route is a Gateway's", "write the name of one that is there: kubectl get gateways --all-namespaces")
	}
	if len(f.values) > 0 && r.Host == "" {
		f.refuse("host", r.Host, "is needed: by it the Gateway knows what is for this cluster", "write the name by which clients come, such as graph.example.org")
	}
	f.end()
	return r
}

// validateWeb refuses what Kubernetes would refuse in the middle of an update.
func validateWeb(stack *Stack, problems *Problems) {
	i, r, at := stack.Plan.Expose.Ingress, stack.Plan.Expose.Route, "cluster.expose."
	for _, of := range []struct{ path, host string }{{"ingress.host", i.Host}, {"route.host", r.Host}} {
		if of.host != "" && !isObjectName(strings.TrimPrefix(of.host, "*.")) {
			problems.add(at+of.path, of.host, "is no DNS name", "write one in lower case, such as graph.example.org")
		}
	}
	for _, of := range []struct{ path, name, kind string }{
		{"ingress.class", i.Class, "an IngressClass"}, {"ingress.tlsSecret", i.TLSSecret, "a Secret"},
		{"route.gateway", r.Gateway, "a Gateway"}, {"route.listener", r.Listener, "a listener"},
	} {
		if of.name != "" && !isObjectName(of.name) {
			problems.add(at+of.path, of.name, "is not the name of "+of.kind, "write it in lower case")
		}
	}
	if r.Namespace != "" && !isLabel(r.Namespace) {
		problems.add(at+"route.namespace", r.Namespace, "is not a DNS label", "write the Gateway's namespace, or leave it out for the cluster's own")
	}
	checkAnnotations(at+"ingress.annotations", i.Annotations, problems)
	if (i.Host != "" || r.Gateway != "") && stack.Plan.Network.Clients != nil {
		stack.Warnings = append(stack.Warnings, "neo4j:cluster.network.clients: the pods that serve expose.ingress or expose.route dial the members, and must be among them")
	}
}
