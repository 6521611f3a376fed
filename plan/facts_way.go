package plan

// wayFacts are those of the way in from outside. Where one says none it is not written.
var wayFacts = []Fact{
	{"expose.class", InPlace, func(p Plan) string { return orNone(p.Expose.Balancer.Class) }},
	{"expose.address", InPlace, func(p Plan) string { return orNone(p.Expose.Balancer.Address) }},
	{"expose.sourceRanges", InPlace, func(p Plan) string { return each(p.Expose.Balancer.SourceRanges, itself) }},
	{"expose.trafficPolicy", InPlace, func(p Plan) string { return orNone(p.Expose.Balancer.TrafficPolicy) }},
	{"expose.healthCheckPort", InPlace, func(p Plan) string { return number(p.Expose.Balancer.HealthCheckPort) }},
	{"expose.nodePorts.bolt", InPlace, func(p Plan) string { return number(p.Expose.NodePorts.Bolt) }},
	{"expose.nodePorts.http", InPlace, func(p Plan) string { return number(p.Expose.NodePorts.HTTP) }},
	{"expose.members.type", InPlace, func(p Plan) string { return orNone(p.Expose.Members.Type) }},
	{"expose.members.address", ByReplacement, func(p Plan) string { return orNone(p.Expose.Members.Address) }},
	{"expose.members.nodePort", ByReplacement, func(p Plan) string { return number(p.Expose.Members.NodePort) }},
	{"expose.members.annotations", InPlace, func(p Plan) string { return pairs(p.Expose.Members.Annotations) }},
}
