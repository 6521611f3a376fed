package policy

import (
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"

	"neo4j-kubernetes/neo4j"
)

// internal are the annotations by which the clouds keep a load balancer inside, of today and of before (documentation of GKE, of the AWS
// Load Balancer Controller and of the in-tree controllers of AWS and Azure).
var internal = map[string]string{
	"networking.gke.io/load-balancer-type":                           "Internal",
	"cloud.google.com/load-balancer-type":                            "Internal",
	"service.beta.kubernetes.io/aws-load-balancer-scheme":            "internal",
	"service.beta.kubernetes.io/aws-load-balancer-internal":          "true",
	"service.beta.kubernetes.io/azure-load-balancer-internal":        "true",
	"service.beta.kubernetes.io/oci-load-balancer-internal":          "true",
	"service.beta.kubernetes.io/openstack-internal-load-balancer":    "true",
	"service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type": "private",
}

// rangesAnnotation is an older way to give source ranges, which Kubernetes still reads.
const rangesAnnotation = "service.beta.kubernetes.io/load-balancer-source-ranges"

// everywhere are the ranges that take everybody.
var everywhere = []string{"0.0.0.0/0", "::/0"}

// external says whether a resource is a load balancer that the internet reaches.
func external(r policyx.AnalyzerResource) bool {
	if !isKind(r, "Service") || text(in(r, "spec", "type")) != "LoadBalancer" {
		return false
	}
	for key, value := range texts(in(r, "metadata", "annotations")) {
		if want, known := internal[key]; known && strings.EqualFold(value, want) {
			return false
		}
	}
	return true
}

// sourceRanges wants a load balancer that the internet reaches to say whom it serves.
func sourceRanges() policyx.Policy {
	return rule("source-ranges", "An external load balancer says whom it serves.", policyx.EnforcementLevelMandatory,
		func(r policyx.AnalyzerResource, report report) {
			if !external(r) {
				return
			}
			if spec := in(r, "spec").AsMap(); spec.Get("loadBalancerSourceRanges").HasComputed() {
				return
			}
			var ranges []string
			for _, v := range list(in(r, "spec", "loadBalancerSourceRanges")) {
				ranges = append(ranges, text(v))
			}
			if given := texts(in(r, "metadata", "annotations"))[rangesAnnotation]; given != "" {
				ranges = append(ranges, strings.Split(given, ",")...)
			}
			if len(ranges) == 0 {
				report("the load balancer is external and serves everybody: give it source ranges, or keep it internal by its cloud's annotation")
			}
			for _, r := range ranges {
				if slices.Contains(everywhere, strings.TrimSpace(r)) {
					report("the load balancer is external and its source range " + strings.TrimSpace(r) + " is everybody: name the networks of its clients")
				}
			}
		})
}

// tlsOutside advises to encrypt what leaves the cluster. What a Secret mounts is not seen: it looks for the level of Bolt's encryption in
// the configurations of the stack.
func tlsOutside() policyx.Policy {
	return overStack("tls-outside", "Clients from outside the cluster are spoken to encrypted.", policyx.EnforcementLevelAdvisory,
		func(all []policyx.AnalyzerResource, report func(policyx.AnalyzerResource, string)) {
			if slices.ContainsFunc(all, encrypts) {
				return
			}
			for _, r := range all {
				kind := text(in(r, "spec", "type"))
				if !isKind(r, "Service") || kind != "LoadBalancer" && kind != "NodePort" || !servesBolt(r) {
					continue
				}
				report(r, "clients come by a "+kind+", and neo4j.conf has no level of Bolt's encryption: passwords and data cross the network in the clear")
			}
		})
}

// encrypts says whether a resource is a neo4j.conf that has Bolt encrypted, or takes it so.
func encrypts(r policyx.AnalyzerResource) bool {
	if !isKind(r, "ConfigMap") {
		return false
	}
	settings := map[string]string{}
	for _, line := range strings.Split(texts(in(r, "data"))["neo4j.conf"], "\n") {
		if key, value, ok := strings.Cut(line, "="); ok {
			settings[key] = value
		}
	}
	level := neo4j.Spec{Settings: settings}.BoltTLS()
	return level == neo4j.TLSRequired || level == neo4j.TLSOptional
}

func servesBolt(r policyx.AnalyzerResource) bool {
	for _, port := range list(in(r, "spec", "ports")) {
		if text(at(port, "name")) == "bolt" {
			return true
		}
	}
	return false
}
