package plan

import (
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"

	"neo4j-kubernetes/neo4j"
)

// Pool is the name of a role's StatefulSet.
func (p Plan) Pool(role neo4j.Role) string {
	switch role {
	case neo4j.Secondary:
		return p.Name + "-read"
	case neo4j.Analytics:
		return p.Name + "-analytics"
	default:
		return p.Name
	}
}

// Selector are the labels by which the objects of all members of a cluster are found; they never change.
func Selector(cluster string) map[string]string {
	return map[string]string{"app.kubernetes.io/name": "neo4j", "app.kubernetes.io/instance": cluster}
}

// PodLabelsOf are all labels of a role's pods: the stack's own and those of Labels, which win.
func (p Plan) PodLabelsOf(role neo4j.Role) map[string]string {
	labels := map[string]string{}
	maps.Copy(labels, p.PodLabels)
	maps.Copy(labels, p.Labels(role))
	return labels
}

// Labels are those that a member's pod always bears: those of Selector, its role's, and whose it is.
func (p Plan) Labels(role neo4j.Role) map[string]string {
	labels := Selector(p.Name)
	if role != "" {
		labels["app.kubernetes.io/component"] = string(role)
	}
	labels["app.kubernetes.io/part-of"], labels["app.kubernetes.io/managed-by"] = p.Name, "pulumi"
	return labels
}

// Claim is the name of the volume claim template: claims are datadir-<pool>-<ordinal>, as in the blog post.
const Claim = "datadir"

// ClaimOf is the name of the claim that a StatefulSet gives to a member.
func ClaimOf(m neo4j.Member) string { return Claim + "-" + m.Pool + "-" + strconv.Itoa(m.Ordinal) }

// VolumeOf is the name of a member's hostPath volume. Volumes are the whole Kubernetes cluster's, so their names carry the namespace.
func (p Plan) VolumeOf(m neo4j.Member) string { return p.Namespace + "-" + ClaimOf(m) }

// DiscoveryService is the name of the Service that the DNS and SRV resolvers ask: of primaries only, ready or not.
func (p Plan) DiscoveryService() string { return p.Name + "-discovery" }

// Headless is the name of the governing Service of both pools. It bears the cluster's name, so that members are
// <name>-<ordinal>.<name>.<namespace>.svc, as in the blog post.
func (p Plan) Headless() string { return p.Name }

// ClientService is the name of the Service of ready members. It must not be called neo4j: Kubernetes would set NEO4J_PORT
// and others in every pod of the namespace, which the image turns into settings.
func (p Plan) ClientService() string { return p.Name + "-client" }

// ClientHost is the fully qualified name of that Service. Every certificate of the members bears it.
func (p Plan) ClientHost() string { return p.inNamespace(p.ClientService()) }

// Initial is the name of a role's ConfigMap with what counts at a first start only.
func (p Plan) Initial(role neo4j.Role) string { return p.Pool(role) + "-initial" }

// Live is the name of a role's ConfigMap with what its running members take.
func (p Plan) Live(role neo4j.Role) string { return p.Pool(role) + "-live" }

// AuthSecret is the name of the Secret with the first password.
func (p Plan) AuthSecret() string {
	if p.ExistingSecret != "" {
		return p.ExistingSecret
	}
	return p.Name + "-auth"
}

// FirstMembers are the primaries that the discovery list names.
func (p Plan) FirstMembers() []neo4j.Member { return p.members(neo4j.Primary, p.Formation()) }

func (p Plan) members(role neo4j.Role, n int) []neo4j.Member {
	pool := p.Pool(role)
	members := make([]neo4j.Member, 0, n)
	for i := range n {
		pod := pool + "-" + strconv.Itoa(i)
		members = append(members, neo4j.Member{Name: pod, Pool: pool, Ordinal: i, Role: role, Host: p.Host(pod)})
	}
	return members
}

// Host gives the fully qualified name that a member of this pod name advertises. The K8S resolver finds members by Services of
// their own, and wants exactly those Services' names advertised; otherwise a member's name is the headless Service's to give.
func (p Plan) Host(pod string) string {
	if p.Discovery.Type == "K8S" {
		return p.inNamespace(pod)
	}
	return p.inNamespace(pod + "." + p.Headless())
}

// inNamespace is the fully qualified name of what a Service of the namespace gives.
func (p Plan) inNamespace(name string) string {
	return strings.Join([]string{name, p.Namespace, "svc", p.ClusterDomain}, ".")
}

// Topology is the expectation of the check: every member with its role and the address it advertises.
func (p Plan) Topology() neo4j.Topology {
	t := neo4j.Topology{
		Name: p.Name, Namespace: p.Namespace, Release: p.Release, Edition: p.Edition, Discovery: p.Discovery.Version, AuthSecret: p.AuthSecret(),
		TLS: p.BoltTLS() == neo4j.TLSRequired, HTTPOff: p.HTTPOff(), Encryption: p.Encryption(),
	}
	for _, role := range neo4j.Roles {
		t.Members = append(t.Members, p.members(role, p.Size(role))...)
	}
	return t
}

// BoltURI is what drivers inside the Kubernetes cluster dial. Those that know bolt+routing, the scheme of 3.x, take encryption as an
// option of its own.
func (p Plan) BoltURI(f neo4j.Family) string {
	scheme := "bolt"
	if p.Clustered() {
		scheme = f.RoutingScheme
	}
	return p.uri(f, scheme, p.inNamespace(p.ClientService()))
}

// uri is what drivers dial at a host, or at a host and a port: a member's own address has one, and colons are in every address of IPv6.
func (p Plan) uri(f neo4j.Family, scheme, host string) string {
	if p.BoltTLS() == neo4j.TLSRequired && scheme != "bolt+routing" {
		scheme += p.Certificates.scheme()
	}
	if _, _, err := net.SplitHostPort(host); err == nil {
		return scheme + "://" + host
	}
	return scheme + "://" + net.JoinHostPort(host, strconv.Itoa(f.Ports.Bolt))
}

// OutsideURI is what drivers outside the Kubernetes cluster dial, who come by the load balancer's address. A release without server-side
// routing would send them on to names that nobody resolves there, so they speak to one member.
func (p Plan) OutsideURI(f neo4j.Family, host string) string {
	scheme := "bolt"
	if p.ServesOutside(f) || p.Expose.Members.Type != "" {
		scheme = f.RoutingScheme
	}
	return p.uri(f, scheme, host)
}

// Sized is the same cluster with n members of a role.
func (p Plan) Sized(role neo4j.Role, n int) Plan {
	p.Spec = p.Spec.Sized(role, n)
	return p
}

// DiscoveryLabels mark the Services that the K8S resolver lists.
func (p Plan) DiscoveryLabels() map[string]string {
	return map[string]string{"app.kubernetes.io/instance": p.Name, "app.kubernetes.io/component": "discovery"}
}

// Neo4j is what is asked of Neo4j, with the names that the members have here.
func (p Plan) Neo4j() neo4j.Spec {
	s := p.Spec
	s.Places = neo4j.Places{Domain: p.ClusterDomain, Service: p.inNamespace(p.DiscoveryService())}
	for _, m := range p.FirstMembers() {
		s.Places.First = append(s.Places.First, m.Host)
	}
	s.Places.Outside = p.outsideDomain()
	labels := p.DiscoveryLabels()
	var selector []string
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		selector = append(selector, key+"="+labels[key])
	}
	s.Places.Selector = strings.Join(selector, ",")
	return s
}
