package policy

import (
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// sourceRanges wants a load balancer that the internet reaches to say whom it serves.
func sourceRanges() policyx.Policy {
	return rule("source-ranges", "An external load balancer says whom it serves.", policyx.EnforcementLevelMandatory,
		func(r policyx.AnalyzerResource, report report) {
			spec := in(r, "spec")
			if !isKind(r, "Service") || text(at(spec, "type")) != "LoadBalancer" ||
				unknown(property.New(r.Properties), "spec", "loadBalancerSourceRanges") || unknown(property.New(r.Properties), "metadata", "annotations") {
				return
			}
			var ranges []string
			for _, v := range list(at(spec, "loadBalancerSourceRanges")) {
				ranges = append(ranges, text(v))
			}
			for _, block := range plan.Everybody(text(at(spec, "loadBalancerClass")), texts(in(r, "metadata", "annotations")), ranges) {
				if block == "" {
					report("the load balancer is external and serves everybody: give it source ranges, or keep it internal by its cloud's annotation")
				} else {
					report("the load balancer is external and its source range " + block + " is everybody: name the networks of its clients")
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
