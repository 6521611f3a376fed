package neo4j

import (
	"net"
	"strings"
)

// PortClass says who dials a port.
type PortClass string

const (
	// ClientPort is for whoever uses the database.
	ClientPort PortClass = "client"
	// MetricsPort is for those who scrape.
	MetricsPort PortClass = "metrics"
	// BackupPort is for those who take backups: it hands out the store and asks for no password.
	BackupPort PortClass = "backup"
	// MemberPort is for the members of the same cluster only.
	MemberPort PortClass = "member"
)

// Port is a named port of a member.
type Port struct {
	Name   string
	Number int
	Class  PortClass
}

// The names of the ports that resolvers ask for by name.
const discoveryPort = "discovery"

// clusterPort is the name of the port of Family.Ports.Transaction: 5.x made it carry more than transactions.
func (f Family) clusterPort() string {
	if f.Proof == ByServers {
		return "cluster"
	}
	return "transaction"
}

// MemberPorts are the ports that the members of this cluster serve, clients' first.
func (s Spec) MemberPorts(f Family) []Port {
	ports := []Port{{"bolt", f.Ports.Bolt, ClientPort}}
	if !s.HTTPOff() {
		ports = append(ports, Port{"http", f.Ports.HTTP, ClientPort})
	}
	for _, file := range s.EncryptedFiles(f) {
		if file.Scope == HTTPSScope {
			ports = append(ports, Port{string(HTTPSScope), file.Port, ClientPort})
		}
	}
	if s.Metrics {
		ports = append(ports, Port{"metrics", f.Ports.Metrics, MetricsPort})
	}
	if s.Clustered() {
		for _, p := range []Port{
			{discoveryPort, s.discoveryPort(f), MemberPort}, {f.clusterPort(), f.Ports.Transaction, MemberPort},
			{"raft", f.Ports.Raft, MemberPort}, {"routing", f.Ports.Routing, MemberPort},
		} {
			if p.Number != 0 {
				ports = append(ports, p)
			}
		}
	}
	if s.Edition == Enterprise {
		ports = append(ports, Port{"backup", f.Ports.Backup, BackupPort})
	}
	return ports
}

// discoveryPort is the port of discovery's first version, zero where only the second is spoken: that one has no port of its own.
func (s Spec) discoveryPort(f Family) int {
	if s.discoversV1(f) {
		return f.Ports.Discovery
	}
	return 0
}

// The settings of all families that say where a server listens for those who take backups, and whether it does.
var (
	backupAddresses = []string{"dbms.backup.address", "dbms.backup.listen_address", "server.backup.listen_address"}
	backupSwitches  = []string{"dbms.backup.enabled", "server.backup.enabled"}
)

// BackupOutside says whether the members hand out backups beyond their own pods. By default they listen for themselves alone.
func (s Spec) BackupOutside() bool {
	if s.Edition != Enterprise {
		return false
	}
	for _, key := range backupSwitches {
		if strings.EqualFold(s.Settings[key], "false") {
			return false
		}
	}
	for _, key := range backupAddresses {
		if address := s.Settings[key]; address != "" && !isLoopback(address) {
			return true
		}
	}
	return false
}

// isLoopback says whether an address is one that nobody outside reaches. One without a host is every address to 3.x.
func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = strings.Trim(address, "[]")
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
