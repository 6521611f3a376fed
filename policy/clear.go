package policy

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"

	"neo4j-kubernetes/neo4j"
)

// tlsOutside advises to encrypt what leaves the Kubernetes cluster. What a Secret mounts is not seen: it looks for the level of Bolt's encryption
// in the configurations of the same Neo4j cluster, and for https among the ports. An HTTPRoute is not judged, for the Gateway's listener is what
// encrypts, and that is hardly ever of the same stack.
func tlsOutside() policyx.Policy {
	return overStack("tls-outside", "Clients from outside the cluster are spoken to encrypted.", policyx.EnforcementLevelAdvisory,
		func(all []policyx.AnalyzerResource, report func(policyx.AnalyzerResource, string)) {
			for _, r := range all {
				kind := text(in(r, "spec", "type"))
				switch {
				case isKind(r, "Ingress"):
					if leadsToNeo4j(r, all) && !ingressEncrypts(r) {
						report(r, "clients come by an Ingress that has no spec.tls, nor a certificate by its cloud's annotation: passwords and data cross the network in the clear")
					}
				case !isKind(r, "Service") || kind != "LoadBalancer" && kind != "NodePort":
				case serves(r, "bolt", 7687) && !encrypted(clusterOf(r), all):
					report(r, "clients come by a "+kind+", and neo4j.conf has no level of Bolt's encryption: passwords and data cross the network in the clear")
				case servesHTTP(r) && !serves(r, "https", 7473):
					report(r, "clients come by a "+kind+" to HTTP, and there is no https beside it: passwords and data cross the network in the clear")
				}
			}
		})
}

// clusterID is which Neo4j cluster an object is of.
type clusterID struct{ namespace, instance string }

// clusterOf reads it from what a Service selects, or from an object's own labels.
func clusterOf(r policyx.AnalyzerResource) clusterID {
	instance := cmp.Or(texts(in(r, "spec", "selector"))[labelInstance], texts(in(r, "metadata", "labels"))[labelInstance])
	return clusterID{text(in(r, "metadata", "namespace")), instance}
}

// encrypted says whether a cluster has a neo4j.conf, and each of them has Bolt encrypted, or takes it so.
func encrypted(of clusterID, all []policyx.AnalyzerResource) bool {
	known := false
	for _, r := range all {
		conf, there := texts(in(r, "data"))["neo4j.conf"]
		if !isKind(r, "ConfigMap") || !there || clusterOf(r) != of {
			continue
		}
		settings := map[string]string{}
		for _, line := range strings.Split(conf, "\n") {
			if key, value, ok := strings.Cut(line, "="); ok {
				settings[strings.TrimSpace(key)] = value
			}
		}
		if level := (neo4j.Spec{Settings: settings}).BoltTLS(); level != neo4j.TLSRequired && level != neo4j.TLSOptional {
			return false
		}
		known = true
	}
	return known
}

// serves says whether a Service has a port of a name, or of its number, under whatever name.
func serves(r policyx.AnalyzerResource, name string, number float64) bool {
	is := func(value property.Value) bool { return value.IsNumber() && value.AsNumber() == number }
	return slices.ContainsFunc(list(in(r, "spec", "ports")), func(port property.Value) bool {
		return text(at(port, "name")) == name || is(at(port, "port")) || is(at(port, "targetPort"))
	})
}

// servesHTTP says the same of Neo4j's HTTP: others have ports of that name, too.
func servesHTTP(r policyx.AnalyzerResource) bool {
	return serves(r, "", 7474) || texts(in(r, "spec", "selector"))[labelName] == neo4jName && serves(r, "http", 7474)
}

// leadsToNeo4j says whether an Ingress has a Service with Neo4j's HTTP behind it.
func leadsToNeo4j(ingress policyx.AnalyzerResource, all []policyx.AnalyzerResource) bool {
	backends := []property.Value{in(ingress, "spec", "defaultBackend")}
	for _, rule := range list(in(ingress, "spec", "rules")) {
		for _, path := range list(at(rule, "http", "paths")) {
			backends = append(backends, at(path, "backend"))
		}
	}
	return slices.ContainsFunc(all, func(r policyx.AnalyzerResource) bool {
		return isKind(r, "Service") && servesHTTP(r) && text(in(r, "metadata", "namespace")) == text(in(ingress, "metadata", "namespace")) &&
			slices.ContainsFunc(backends, func(b property.Value) bool {
				name := text(at(b, "service", "name"))
				return name != "" && name == text(in(r, "metadata", "name"))
			})
	})
}

// certificateAnnotations give an Ingress a certificate without spec.tls (documentation of the AWS Load Balancer Controller, of GKE Ingress and of
// Azure's Application Gateway).
var certificateAnnotations = []string{
	"alb.ingress.kubernetes.io/certificate-arn", "networking.gke.io/managed-certificates", "ingress.gcp.kubernetes.io/pre-shared-cert",
	"appgw.ingress.kubernetes.io/appgw-ssl-certificate",
}

// ingressEncrypts says whether an Ingress has a certificate, or may have one that is not known yet.
func ingressEncrypts(r policyx.AnalyzerResource) bool {
	if unknownIn(r, "spec", "tls") || unknownIn(r, "metadata", "annotations") || len(list(in(r, "spec", "tls"))) > 0 {
		return true
	}
	given := texts(in(r, "metadata", "annotations"))
	return slices.ContainsFunc(certificateAnnotations, func(key string) bool { return given[key] != "" })
}
