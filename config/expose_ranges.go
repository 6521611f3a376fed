package config

import "neo4j-kubernetes/plan"

// checkRanges wants load balancers that the internet reaches to say whom they serve, by the judgement of the policy pack. Of a cloud that is not
// known a balancer may be of the owner's own network, such as MetalLB's: that is worth a second look, and no more.
func checkRanges(f *file, e plan.Exposure, p platform) []string {
	known := p.exposeAnnotations != nil && plan.CloudsOwn(e.Balancer.Class)
	var warnings []string
	for _, of := range []struct {
		path, kind  string
		annotations map[string]string
	}{{"expose.type", e.Type, e.Annotations}, {"expose.members.type", e.Members.Type, e.Members.Annotations}} {
		if of.kind != "LoadBalancer" {
			continue
		}
		everybody := plan.Everybody(e.Balancer.Class, of.annotations, e.Balancer.SourceRanges)
		for _, block := range everybody {
			switch {
			case block == "" && f.text("scope", "") == "external":
				f.refuse("sourceRanges", block, "is needed by scope: external, whose load balancers the internet reaches",
					"write the networks of the clients, such as 203.0.113.0/24")
			case block == "" && known:
				f.refuse("sourceRanges", block, "is needed: nothing keeps the load balancer of "+of.path+" inside the cloud's network, and the internet reaches it",
					"write the networks of the clients, such as 203.0.113.0/24, or leave the annotations to the program")
			case known:
				f.refuse("sourceRanges", block, "is everybody, and the internet reaches the load balancer of "+of.path, "write the networks of the clients")
			case block == "":
				warnings = append(warnings, "neo4j:cluster.expose.sourceRanges: nothing known here keeps the load balancer of "+of.path+" inside a network: "+
					"without ranges it serves everybody who reaches it")
			default:
				warnings = append(warnings, "neo4j:cluster.expose.sourceRanges: "+block+" is everybody who reaches the load balancer of "+of.path)
			}
		}
		if len(everybody) > 0 {
			break // the ranges are those of all load balancers
		}
	}
	return warnings
}
