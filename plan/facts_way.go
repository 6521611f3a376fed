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
	{"expose.httpInside", InPlace, func(p Plan) string {
		if p.Expose.HTTPInside {
			return "true"
		}
		return none
	}},
	{"expose.ingress.host", InPlace, func(p Plan) string { return orNone(p.Expose.Ingress.Host) }},
	{"expose.ingress.class", InPlace, func(p Plan) string { return orNone(p.Expose.Ingress.Class) }},
	{"expose.ingress.tlsSecret", InPlace, func(p Plan) string { return orNone(p.Expose.Ingress.TLSSecret) }},
	{"expose.ingress.annotations", InPlace, func(p Plan) string { return pairs(p.Expose.Ingress.Annotations) }},
	{"expose.route.gateway", InPlace, func(p Plan) string { return orNone(p.Expose.Route.Gateway) }},
	{"expose.route.namespace", InPlace, func(p Plan) string { return orNone(p.Expose.Route.Namespace) }},
	{"expose.route.listener", InPlace, func(p Plan) string { return orNone(p.Expose.Route.Listener) }},
	{"expose.route.host", InPlace, func(p Plan) string { return orNone(p.Expose.Route.Host) }},
	{"expose.members.type", InPlace, func(p Plan) string { return orNone(p.Expose.Members.Type) }},
	{"expose.members.address", ByReplacement, func(p Plan) string { return orNone(p.Expose.Members.Address) }},
	{"expose.members.nodePort", ByReplacement, func(p Plan) string { return number(p.Expose.Members.NodePort) }},
	{"expose.members.annotations", InPlace, func(p Plan) string { return pairs(p.Expose.Members.Annotations) }},
}
