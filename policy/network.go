package policy

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"

	"neo4j-kubernetes/plan"
)

// sourceRanges wants a load balancer that the internet reaches to say whom it serves.
func sourceRanges() policyx.Policy {
	return rule("source-ranges", "An external load balancer says whom it serves.", policyx.EnforcementLevelMandatory,
		func(r policyx.AnalyzerResource, report report) {
			spec := in(r, "spec")
			if !isKind(r, "Service") || text(at(spec, "type")) != "LoadBalancer" ||
				unknownIn(r, "spec", "loadBalancerSourceRanges") || unknownIn(r, "metadata", "annotations") {
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
