package config

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// The ports that nodes give to Services by default (Kubernetes, --service-node-port-range).
const firstNodePort, lastNodePort = 30000, 32767

// inBand is the advice that follows from KEP-3668: ports of the first band are given away by themselves only when no others are left.
const inBand = "best below 30086, for Kubernetes chooses from there on by itself"

// validateExposure refuses what Kubernetes would refuse in the middle of an update, and ways in that lead nowhere.
func validateExposure(stack *Stack, problems *Problems) {
	s := stack.Plan
	e, at := s.Expose, "cluster.expose"
	checkAnnotations(at+".annotations", e.Annotations, problems)
	checkAnnotations(at+".members.annotations", e.Members.Annotations, problems)
	validateBalancer(s, problems)
	validateNodePorts(s, problems)
	validateWeb(stack, problems)
	for path, way := range map[string]string{"ingress.host": e.Ingress.Host, "route.gateway": e.Route.Gateway} {
		if way != "" && s.HTTPOff() {
			problems.add(at+"."+path, way, "speaks HTTP to the members, and tls.https.mode: required leaves none", "write tls.https.mode: optional, or take one of the two away")
		}
	}
	if clients := s.Network.Clients; clients != nil && len(clients) == 0 && (e.Type != "ClusterIP" || e.Members.Type != "") {
		stack.Warnings = append(stack.Warnings, "neo4j:cluster.network.clients: [] lets the members alone dial: whoever comes by expose.type or expose.members is not let in")
	}
	if e.Members.Type == "" {
		return
	}
	validateMembers(s, problems)
	family, err := neo4j.FamilyOf(s.Release)
	if err == nil && !s.ServesOutside(family) {
		stack.Warnings = append(stack.Warnings, "neo4j:cluster.expose.members: "+family.Name+
			" gives every client the members' addresses outside, those inside the Kubernetes cluster too: they must be resolved and reached there as well")
	}
}

func checkAnnotations(at string, annotations map[string]string, problems *Problems) {
	for _, key := range slices.Sorted(maps.Keys(annotations)) {
		switch {
		case len(validation.IsQualifiedName(strings.ToLower(key))) > 0:
			problems.add(at+"."+key, annotations[key], "is under no name that an annotation may have", labelMend)
		case plan.ReservedAnnotation(key):
			problems.add(at+"."+key, annotations[key], "is set by the program, or by kubectl, to say whose the object is", "leave it out")
		}
	}
}

// What is said of keys that are for load balancers.
const (
	noBalancer   = "is for load balancers, and there is none"
	balancerMend = "write expose.type or expose.members.type: LoadBalancer, or leave it out"
)

// isBalanced says whether there is a load balancer, the client Service's or the members'.
func isBalanced(e plan.Exposure) bool {
	return e.Type == "LoadBalancer" || e.Members.Type == "LoadBalancer"
}

// validateBalancer holds what load balancers are asked for against the types of the Services.
func validateBalancer(s plan.Plan, problems *Problems) {
	e, b, at := s.Expose, s.Expose.Balancer, "cluster.expose."
	balanced := isBalanced(e)
	if b.Class != "" {
		switch {
		case len(validation.IsQualifiedName(b.Class)) > 0:
			problems.add(at+"class", b.Class, "is no name of a class of load balancers", labelMend)
		case !balanced:
			problems.add(at+"class", b.Class, noBalancer, balancerMend)
		}
	}
	if b.Address != "" {
		switch _, err := netip.ParseAddr(b.Address); {
		case e.Type == plan.ByNodePort && err != nil && !isObjectName(b.Address):
			problems.add(at+"address", b.Address, "is no address and no name of nodes", "write one by which clients reach them, such as 10.0.0.9")
		case e.Type == plan.ByNodePort:
		case err != nil:
			problems.add(at+"address", b.Address, "is no address", "write the address that you have reserved for the client Service, such as 10.0.0.9")
		case e.Type != "LoadBalancer":
			problems.add(at+"address", b.Address, "is the client Service's load balancer's, or its nodes', and it has neither", "write expose.type: LoadBalancer or NodePort, or leave it out")
		}
		if e.Annotations["service.beta.kubernetes.io/aws-load-balancer-type"] == "external" {
			problems.add(at+"address", b.Address, "is nothing that the AWS Load Balancer Controller reads",
				"write the annotation service.beta.kubernetes.io/aws-load-balancer-private-ipv4-addresses, or -eip-allocations for an external one")
		}
	}
	for i, text := range b.SourceRanges {
		checkBlock(fmt.Sprintf("%ssourceRanges[%d]", at, i), text, problems)
	}
	if len(b.SourceRanges) > 0 && !balanced {
		problems.add(at+"sourceRanges", b.SourceRanges, noBalancer, balancerMend+"; network.clients says who may dial at all")
	}
	if inside := e.Type == "ClusterIP" && (e.Members.Type == "" || e.Members.Type == "ClusterIP"); b.TrafficPolicy != "" && inside {
		problems.add(at+"trafficPolicy", b.TrafficPolicy, "is for load balancers and NodePorts, and there are none", balancerMend)
	}
	if b.HealthCheckPort != 0 {
		checkNodePort(at+"healthCheckPort", b.HealthCheckPort, problems)
		if e.Type != "LoadBalancer" || b.TrafficPolicy != "Local" {
			problems.add(at+"healthCheckPort", b.HealthCheckPort, "is asked only with type: LoadBalancer and trafficPolicy: Local", "write both, or leave it out")
		}
	}
}

func checkNodePort(at string, port int, problems *Problems) bool {
	if port < firstNodePort || port > lastNodePort {
		problems.add(at, port, "is no port that nodes give to Services", fmt.Sprintf("write one of %d to %d, %s", firstNodePort, lastNodePort, inBand))
		return false
	}
	return true
}

// validateNodePorts holds the ports of the nodes apart.
func validateNodePorts(s plan.Plan, problems *Problems) {
	e, owners := s.Expose, map[int]string{}
	take := func(path string, port int) {
		if other := owners[port]; other != "" {
			problems.add("cluster.expose."+path, port, "is "+other+"'s already", "write another")
			return
		}
		owners[port] = path
	}
	for _, of := range []struct {
		path string
		port int
	}{{"nodePorts.bolt", e.NodePorts.Bolt}, {"nodePorts.http", e.NodePorts.HTTP}} {
		switch {
		case of.port == 0:
		case of.path == "nodePorts.http" && e.HTTPInside:
			problems.add("cluster.expose."+of.path, of.port, "is no port of the client Service, for httpInside: true keeps HTTP inside", "leave one of the two out")
		case e.Type == "ClusterIP":
			problems.add("cluster.expose."+of.path, of.port, "is for NodePorts and load balancers, and the client Service is neither", "write expose.type: NodePort, or leave it out")
		case checkNodePort("cluster.expose."+of.path, of.port, problems):
			take(of.path, of.port)
		}
	}
	if port := e.Balancer.HealthCheckPort; port != 0 {
		take("healthCheckPort", port)
	}
	if e.Members.Type == plan.ByNodePort && e.Members.NodePort != 0 {
		for _, m := range s.Topology().Members {
			if port := s.OutsidePort(m); owners[port] != "" {
				problems.add("cluster.expose.members.nodePort", e.Members.NodePort, fmt.Sprintf("gives %s the port %d, which is %s's already", m.Name, port, owners[port]), "write another")
			}
		}
	}
}

// validateMembers holds the members' own Services against what pods and routing tables can say.
func validateMembers(s plan.Plan, problems *Problems) {
	m, at := s.Expose.Members, "cluster.expose.members."
	if !s.Clustered() {
		problems.add(at+"type", m.Type, "gives a server that stands alone a second way in", "leave it out: expose.type serves it, and a driver is not sent on")
	}
	validateMemberAddress(s, problems)
	byPort := m.Type == plan.ByNodePort
	switch {
	case byPort && m.NodePort == 0:
		problems.add(at+"nodePort", m.NodePort, "is needed: a member has clients dial it, and says so when it starts", "write a multiple of ten such as 30010: the first member has that port, and the next ones those behind it; "+inBand)
	case !byPort && m.NodePort != 0:
		problems.add(at+"nodePort", m.NodePort, "is for members.type: NodePort", "write that, or leave it out")
	case byPort:
		if last := m.NodePort + plan.PortsPerPool*len(neo4j.Roles) - 1; m.NodePort%plan.PortsPerPool != 0 || m.NodePort < firstNodePort || last > lastNodePort {
			problems.add(at+"nodePort", m.NodePort, "is no port from which thirty may be counted", fmt.Sprintf("write a multiple of ten from %d to %d, %s", firstNodePort, (lastNodePort+1)/10*10-30, inBand))
		}
		for _, role := range neo4j.Roles {
			if n := s.Size(role); n > plan.PortsPerPool {
				problems.add(at+"type", m.Type, fmt.Sprintf("gives at most %d members of a pool a port, and %s has %d", plan.PortsPerPool, s.Pool(role), n), "write LoadBalancer or ClusterIP, or fewer members")
			}
		}
	}
}

func validateMemberAddress(s plan.Plan, problems *Problems) {
	m, at := s.Expose.Members, "cluster.expose.members.address"
	named := strings.Contains(m.Address, plan.MemberPlace)
	longest := strings.ReplaceAll(m.Address, plan.MemberPlace, fmt.Sprintf("%s-%d", longestPool(s), neo4j.MaxPrimaries))
	_, err := netip.ParseAddr(m.Address)
	switch {
	case m.Address == "":
		problems.add(at, m.Address, "is needed: by it a routing table names the members", "write their names outside with "+plan.MemberPlace+" in them, such as "+plan.MemberPlace+".graph.example.org")
	case !named && m.Type != plan.ByNodePort:
		problems.add(at, m.Address, "is one for all members, whose ports are the same", "put "+plan.MemberPlace+" into it, such as "+plan.MemberPlace+".graph.example.org")
	case err == nil:
	case !isObjectName(longest):
		problems.add(at, m.Address, "is no name that members could have", "write a DNS name in lower case with "+plan.MemberPlace+" in it")
	case slices.ContainsFunc(strings.Split(longest, "."), func(part string) bool { return len(part) > 63 }):
		problems.add(at, m.Address, "makes a part of a name longer than 63 characters", "put a dot behind "+plan.MemberPlace)
	}
}
