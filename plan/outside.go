package plan

import (
	"cmp"
	"net"
	"slices"
	"strconv"
	"strings"

	"neo4j-kubernetes/neo4j"
)

// Balancer is how a cloud's controller makes load balancers (Kubernetes, "Service", "Type LoadBalancer").
type Balancer struct {
	// Class is the loadBalancerClass, empty for the Kubernetes cluster's own; Address the address that the client Service asks for.
	Class, Address string
	// SourceRanges are the blocks of addresses that may dial; none of them for everybody who reaches the balancer.
	SourceRanges []string
	// TrafficPolicy is Cluster or Local, which keeps the client's address and serves from nodes with members alone; empty for Kubernetes'
	// default. It holds for NodePorts, too.
	TrafficPolicy string
	// HealthCheckPort is the port of the nodes that says whether they have a member, with Local; zero where Kubernetes chooses it.
	HealthCheckPort int
}

// NodePorts are ports of the nodes, zero where Kubernetes chooses them.
type NodePorts struct{ Bolt, HTTP int }

// ClientNodePort is the port of the nodes for one of the client Service's by its name; zero where Kubernetes chooses it. Where HTTP is encrypted
// only, HTTPS has that of HTTP.
func (p Plan) ClientNodePort(name string) int {
	switch {
	case name == "bolt":
		return p.Expose.NodePorts.Bolt
	case name == "http" || name == "https" && p.HTTPOff():
		return p.Expose.NodePorts.HTTP
	}
	return 0
}

// outsideNames are the DNS names by which members are dialled from outside: a wildcard where one covers them, else each by itself.
func (p Plan) outsideNames() []string {
	hosts := p.outsideHosts()
	rest, ok := strings.CutPrefix(p.Expose.Members.Address, MemberPlace+".")
	if len(hosts) > 0 && ok && !strings.Contains(rest, MemberPlace) {
		return []string{"*." + rest}
	}
	return hosts
}

// outsideHosts are the DNS names by which members are dialled from outside, each once. An address by which they are dialled is none.
func (p Plan) outsideHosts() []string {
	address := p.Expose.Members.Address
	if p.Expose.Members.Type == "" || address == "" {
		return nil
	}
	var names []string
	for _, role := range neo4j.Roles {
		for _, m := range p.members(role, p.Size(role)) {
			name := strings.ReplaceAll(address, MemberPlace, m.Name)
			if net.ParseIP(name) == nil && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// ByNodePort is the type of Services that every node serves at a port.
const ByNodePort = "NodePort"

// MemberExposure is a Service a member, by whose address it has clients dial: a routing table then names what is reached from outside.
type MemberExposure struct {
	// Type is ClusterIP, NodePort or LoadBalancer; empty for no such Services.
	Type string
	// Address is the host of a member outside, with MemberPlace standing for its name.
	Address string
	// Annotations are those of each Service, with MemberPlace standing for the member's name.
	Annotations map[string]string
	// NodePort is the port of the first member of the first pool: a multiple of ten, for a pod knows its ordinal as a digit. Each pool has
	// the next ten.
	NodePort int
}

// MemberPlace stands for a member's name.
const MemberPlace = "{member}"

// PortsPerPool is how many members of a pool can have NodePorts of their own.
const PortsPerPool = 10

// OutsideService is the name of a member's own Service for clients outside. Not the member's name, which the K8S resolver's Services have.
func OutsideService(m neo4j.Member) string { return m.Name + "-outside" }

// OutsideAnnotations are those of a member's own Service.
func (p Plan) OutsideAnnotations(m neo4j.Member) map[string]string {
	texts := map[string]string{}
	for key, value := range p.Expose.Members.Annotations {
		texts[key] = strings.ReplaceAll(value, MemberPlace, m.Name)
	}
	return texts
}

// OutsidePort is the port of the nodes that leads to a member, zero where none was chosen.
func (p Plan) OutsidePort(m neo4j.Member) int {
	if p.Expose.Members.NodePort == 0 {
		return 0
	}
	return p.Expose.Members.NodePort + PortsPerPool*slices.Index(neo4j.Roles, m.Role) + m.Ordinal
}

// OutsideAddress is where a member has clients dial Bolt, host and port; empty where it has no Service of its own.
func (p Plan) OutsideAddress(m neo4j.Member) string {
	return p.AdvertisedBolt(m.Role, m.Name, strconv.Itoa(m.Ordinal))
}

// AdvertisedBolt is OutsideAddress of a pod whose name and ordinal are texts that its container or its shell expands: the template of the pods
// is one for the whole pool.
func (p Plan) AdvertisedBolt(role neo4j.Role, pod, ordinal string) string {
	e := p.Expose.Members
	family, err := neo4j.FamilyOf(p.Release)
	if e.Type == "" || e.Address == "" || err != nil {
		return ""
	}
	port := strconv.Itoa(family.Ports.Bolt)
	if e.Type == ByNodePort {
		port = strconv.Itoa(e.NodePort/PortsPerPool+slices.Index(neo4j.Roles, role)) + ordinal
	}
	return net.JoinHostPort(strings.ReplaceAll(e.Address, MemberPlace, pod), port)
}

// outsideDomain is the pattern of the hosts that members have outside, as the setting of client-side routing takes it.
func (p Plan) outsideDomain() string {
	if p.Expose.Members.Type == "" {
		return ""
	}
	return strings.ReplaceAll(p.Expose.Members.Address, MemberPlace, "*")
}

// balancers refuses what the API never changes on a Service that is and stays a load balancer (Kubernetes, validation of Services: its class,
// and the port of its health check).
func balancers(c Change) []Refusal {
	if c.Before == nil {
		return nil
	}
	after := c.After.Record()
	var refusals []Refusal
	for _, service := range []string{"expose.type", "expose.members.type"} {
		if c.Before.says(service) != "LoadBalancer" || after.says(service) != "LoadBalancer" {
			continue
		}
		mend := "write another " + service + " first and update, and write LoadBalancer with it then: the balancer is another one, with another address"
		local := c.Before.says("expose.trafficPolicy") == "Local" && after.says("expose.trafficPolicy") == "Local"
		for path, kept := range map[string]bool{"expose.class": true, "expose.healthCheckPort": local && service == "expose.type"} {
			was, is := c.Before.says(path), after.says(path)
			if kept && was != is && !slices.ContainsFunc(refusals, func(r Refusal) bool { return r.Path == path }) {
				refusals = append(refusals, Refusal{path, arrow(was, is), "a load balancer keeps it for ever", mend})
			}
		}
	}
	slices.SortFunc(refusals, func(a, b Refusal) int { return cmp.Compare(a.Path, b.Path) })
	return refusals
}
