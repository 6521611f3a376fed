package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"neo4j-kubernetes/neo4j"
)

// Network says who may dial the members beside the members themselves, by port class, in the type of a NetworkPolicy's peers as the stack
// wrote it.
type Network struct {
	// Clients may dial Bolt, HTTP and the ports that sidecars declare, Metrics Prometheus' port: whoever can where they are nil, and nobody
	// where they are there and none.
	Clients, Metrics []networkingv1.NetworkPolicyPeer
	// Backup may dial the port of backups, by which the store is handed out without a password: nobody where they are none.
	Backup []networkingv1.NetworkPolicyPeer
	// Enforced is the owner's word that the Kubernetes cluster has a controller that enforces NetworkPolicies: without one they are objects that
	// nobody heeds.
	Enforced bool
}

// Admission is a rule: who may dial which ports of a member.
type Admission struct {
	Ports []AdmittedPort
	// Anyone says that whoever can may dial them. Otherwise those of Peers may, and the cluster's own members.
	Anyone bool
	Peers  []networkingv1.NetworkPolicyPeer
}

// AdmittedPort is a port by number, with its protocol as Kubernetes writes it.
type AdmittedPort struct {
	Number   int
	Protocol string
}

// Admissions are the rules of the members' NetworkPolicy: what none of them names nobody may dial. The kubelet's probes and port-forwards
// need none, for they come from the pod's own node.
func (p Plan) Admissions(f neo4j.Family) []Admission {
	ports := map[neo4j.PortClass][]AdmittedPort{}
	for _, port := range p.MemberPorts(f) {
		ports[port.Class] = append(ports[port.Class], AdmittedPort{port.Number, string(corev1.ProtocolTCP)})
	}
	ports[neo4j.ClientPort] = append(ports[neo4j.ClientPort], p.sidecarPorts()...)
	all := []Admission{
		{ports[neo4j.ClientPort], p.Network.Clients == nil, p.Network.Clients},
		{ports[neo4j.MetricsPort], p.Network.Metrics == nil, p.Network.Metrics},
		{ports[neo4j.MemberPort], false, nil},
		{ports[neo4j.BackupPort], false, p.Network.Backup},
	}
	return slices.DeleteFunc(all, func(a Admission) bool { return len(a.Ports) == 0 }) // a rule without ports would be one for all of them
}

// Open says what stands open unless policies are enforced, empty where nothing does or the owner says that they are: the ports by which members
// copy their stores from each other, and by which backups are taken, ask for no password (operations manual, "Ports"), but for a certificate where
// they are encrypted so.
func (p Plan) Open(f neo4j.Family) string {
	if p.Network.Enforced {
		return ""
	}
	var ports, mends []string
	for _, of := range []struct {
		scope  neo4j.Scope
		port   int
		served bool
	}{{neo4j.ClusterScope, f.Ports.Transaction, p.Clustered()}, {neo4j.BackupScope, f.Ports.Backup, p.BackupOutside()}} {
		if e := p.TLS[of.scope]; of.served && (e.Demand != neo4j.TLSRequired || e.ClientAuth != neo4j.AuthRequire) {
			ports, mends = append(ports, strconv.Itoa(of.port)), append(mends, fmt.Sprintf("tls.%s.mode: required", of.scope))
		}
	}
	if len(ports) == 0 {
		return ""
	}
	return fmt.Sprintf("neo4j:cluster.network.enforced: nobody has said that NetworkPolicies are enforced here; where they are not, whoever reaches port %s of a member is given "+
		"the store without a password. Write true where a controller enforces them, or %s (docs/platforms.md)", strings.Join(ports, " or "), strings.Join(mends, " and "))
}

// sidecarPorts are what containers that go on beside the server declare.
func (p Plan) sidecarPorts() []AdmittedPort {
	beside := slices.Clone(p.Sidecars)
	for _, c := range p.InitContainers {
		if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			beside = append(beside, c)
		}
	}
	var ports []AdmittedPort
	for _, c := range beside {
		for _, port := range c.Ports {
			ports = append(ports, AdmittedPort{int(port.ContainerPort), string(cmp.Or(port.Protocol, corev1.ProtocolTCP))})
		}
	}
	return ports
}

// peersText is who may dial, where the class is open to whoever can unless the stack says otherwise.
func peersText(peers []networkingv1.NetworkPolicyPeer) string {
	if peers == nil {
		return "everybody"
	}
	return closedText(peers)
}

// closedText is the same of a class that is closed unless the stack says otherwise.
func closedText(peers []networkingv1.NetworkPolicyPeer) string {
	if len(peers) == 0 {
		return "members alone"
	}
	return each(peers, asJSON)
}
