package neo4j

import (
	"fmt"
	"strings"
)

// Protocol is how the check speaks to a member.
type Protocol string

const (
	// Bolt is Bolt 3 or later, which the Go driver speaks.
	Bolt Protocol = "bolt"
	// HTTP is the transactional endpoint /db/data/transaction/commit: Bolt 1 and 2 (3.1 to 3.4) are too old for the driver.
	HTTP Protocol = "http"
)

// Family is a range of releases that share setting names, ports, procedures and image contract. What the program knows of a
// release stands in one row here and in no other place. Sources: the Neo4j operations manuals 3.1 and 3.5, the official
// images' contract, and real servers of 3.1.0-M13-beta3 and 3.5.0-beta03.
type Family struct {
	// Name is how people call the family, "3.5".
	Name string
	// from is the first release of the family, before the first release after it. Pre-releases of from count as members.
	from, before [2]int
	// Words are the family's own words for the roles.
	Words Words
	// Modes are the values of Keys.Mode.
	Modes map[Role]string
	// Keys are the setting names.
	Keys Keys
	// Ports are the ports of a member.
	Ports Ports
	// Protocol is how the check speaks to a member.
	Protocol Protocol
	// Availability is the path of the HTTP endpoint that answers 200 without credentials when a member of that role serves; the
	// readiness probe.
	Availability map[Role]string
	// Status is the path of the HTTP endpoint with the Raft group's voting members; empty where the family has none.
	Status string
	// RoutingScheme is the URI scheme of clients that follow the routing table.
	RoutingScheme string
	// RoleOnly says whether read replicas know nothing but their own role: dbms.cluster.overview is not there on those of
	// 3.1.0-M13-beta3. The cores' overviews still list them.
	RoleOnly bool
	// NeedsLicense says whether the Enterprise image refuses to start without NEO4J_ACCEPT_LICENSE_AGREEMENT.
	NeedsLicense bool
	// Entrypoint is the command line of the official image, needed where the start is wrapped.
	Entrypoint []string
	// Defaults are settings every member of the family gets below the user's own, in order.
	Defaults []Setting
	// JVM are the lines of dbms.jvm.additional. The image's own are lost when a configuration folder is mounted over them.
	JVM []string
}

// Words are a family's words for its roles.
type Words struct{ Primary, Primaries, Secondary, Secondaries string }

// Setting is one line of neo4j.conf.
type Setting struct{ Key, Value string }

// Keys are the names of the settings that the program itself writes; empty where the family has no such setting.
type Keys struct {
	Mode, DefaultListen, DefaultAdvertised                          string
	DiscoveryType, DiscoveryMembers                                 string
	FormationSize, RuntimeSize                                      string
	DiscoveryAdvertised, TransactionAdvertised, RaftAdvertised      string
	BoltAdvertised, HTTPAdvertised                                  string
	HeapInitial, HeapMax, PageCache, JVM, StatusAuth, LeaderTimeout string
}

// Ports are the ports of a member, zero where the family has none.
type Ports struct {
	Bolt, HTTP, HTTPS, Discovery, Transaction, Raft, Backup int
}

// coreWords are the words of the causal cluster, 3.1 to 4.4.
var coreWords = Words{"core", "cores", "read replica", "read replicas"}

// corePorts are the ports of the causal cluster, 3.1 to 4.4.
var corePorts = Ports{Bolt: 7687, HTTP: 7474, HTTPS: 7473, Discovery: 5000, Transaction: 6000, Raft: 7000, Backup: 6362}

var coreModes = map[Role]string{Primary: "CORE", Secondary: "READ_REPLICA"}

// jvm3 are the JVM lines of the neo4j.conf that the 3.x images ship (they run Java 8).
var jvm3 = []string{
	"-XX:+UseG1GC", "-XX:-OmitStackTraceInFastThrow", "-XX:+AlwaysPreTouch", "-XX:+UnlockExperimentalVMOptions",
	"-XX:+TrustFinalNonStaticFields", "-XX:+DisableExplicitGC", "-Djdk.tls.ephemeralDHKeySize=2048",
}

// HasOverview says whether a member of the role shows the whole cluster.
func (f Family) HasOverview(role Role) bool { return role == Primary || !f.RoleOnly }

// Families are all families this program knows, oldest first.
var Families = []Family{
	{
		Name: "3.1", from: [2]int{3, 1}, before: [2]int{3, 2},
		Words: coreWords, Modes: coreModes, Ports: corePorts, Protocol: HTTP, RoutingScheme: "bolt+routing", RoleOnly: true,
		Keys: Keys{
			Mode: "dbms.mode", DefaultListen: "dbms.connectors.default_listen_address", DefaultAdvertised: "dbms.connectors.default_advertised_address",
			DiscoveryMembers: "causal_clustering.initial_discovery_members", FormationSize: "causal_clustering.expected_core_cluster_size",
			DiscoveryAdvertised: "causal_clustering.discovery_advertised_address", TransactionAdvertised: "causal_clustering.transaction_advertised_address",
			RaftAdvertised: "causal_clustering.raft_advertised_address",
			BoltAdvertised: "dbms.connector.bolt.advertised_address", HTTPAdvertised: "dbms.connector.http.advertised_address",
			HeapInitial: "dbms.memory.heap.initial_size", HeapMax: "dbms.memory.heap.max_size", PageCache: "dbms.memory.pagecache.size", JVM: "dbms.jvm.additional",
			LeaderTimeout: "causal_clustering.leader_election_timeout",
		},
		// The status endpoints of 3.1 want credentials whatever is set (seen on 3.1.0-M13-beta3), and a probe has none. Its HTTP server
		// starts after the member has joined, so the front page says that much; what it cannot say, a lost quorum, the check does.
		Availability: map[Role]string{Primary: "/", Secondary: "/"},
		Entrypoint:   []string{"/docker-entrypoint.sh", "neo4j"},
		Defaults: []Setting{
			// 3.1 starts a connector only when its type is written out.
			{"dbms.connector.bolt.type", "BOLT"}, {"dbms.connector.bolt.enabled", "true"}, {"dbms.connector.bolt.listen_address", "0.0.0.0:7687"},
			{"dbms.connector.http.type", "HTTP"}, {"dbms.connector.http.enabled", "true"}, {"dbms.connector.http.listen_address", "0.0.0.0:7474"},
			{"dbms.connector.https.type", "HTTP"}, {"dbms.connector.https.enabled", "false"}, {"dbms.connector.https.encryption", "TLS"},
			{"causal_clustering.discovery_listen_address", "0.0.0.0:5000"}, {"causal_clustering.transaction_listen_address", "0.0.0.0:6000"},
			{"causal_clustering.raft_listen_address", "0.0.0.0:7000"},
			{"dbms.directories.logs", "/logs"}, {"dbms.udc.enabled", "false"},
		},
		JVM: jvm3,
	},
	{
		Name: "3.5", from: [2]int{3, 5}, before: [2]int{4, 0},
		Words: coreWords, Modes: coreModes, Ports: corePorts, Protocol: Bolt, RoutingScheme: "bolt+routing",
		Keys: Keys{
			Mode: "dbms.mode", DefaultListen: "dbms.connectors.default_listen_address", DefaultAdvertised: "dbms.connectors.default_advertised_address",
			DiscoveryType: "causal_clustering.discovery_type", DiscoveryMembers: "causal_clustering.initial_discovery_members",
			FormationSize: "causal_clustering.minimum_core_cluster_size_at_formation", RuntimeSize: "causal_clustering.minimum_core_cluster_size_at_runtime",
			DiscoveryAdvertised: "causal_clustering.discovery_advertised_address", TransactionAdvertised: "causal_clustering.transaction_advertised_address",
			RaftAdvertised: "causal_clustering.raft_advertised_address",
			BoltAdvertised: "dbms.connector.bolt.advertised_address", HTTPAdvertised: "dbms.connector.http.advertised_address",
			HeapInitial: "dbms.memory.heap.initial_size", HeapMax: "dbms.memory.heap.max_size", PageCache: "dbms.memory.pagecache.size", JVM: "dbms.jvm.additional",
			StatusAuth: "dbms.security.causal_clustering_status_auth_enabled", LeaderTimeout: "causal_clustering.leader_election_timeout",
		},
		Availability: map[Role]string{Primary: "/db/manage/server/core/available", Secondary: "/db/manage/server/read-replica/available"},
		Status:       "/db/manage/server/causalclustering/status",
		NeedsLicense: true,
		Entrypoint:   []string{"/sbin/tini", "-g", "--", "/docker-entrypoint.sh", "neo4j"},
		Defaults: []Setting{
			{"dbms.connector.bolt.enabled", "true"}, {"dbms.connector.http.enabled", "true"}, {"dbms.connector.https.enabled", "false"},
			{"dbms.directories.logs", "/logs"}, {"dbms.udc.enabled", "false"}, {"dbms.tx_log.rotation.retention_policy", "100M size"},
		},
		JVM: jvm3,
	},
}

// FamilyOf gives the family of a release, or an error that names the families this program knows.
func FamilyOf(r Release) (Family, error) {
	at := [2]int{r.Major, r.Minor}
	for _, f := range Families {
		if !less(at, f.from) && less(at, f.before) {
			return f, nil
		}
	}
	names := make([]string, len(Families))
	for i, f := range Families {
		names[i] = f.Name
	}
	return Family{}, fmt.Errorf("Neo4j %s is not a release this program knows: it knows the families %s", r, strings.Join(names, ", "))
}

func less(a, b [2]int) bool { return a[0] < b[0] || a[0] == b[0] && a[1] < b[1] }

// MaxPrimaries is the most primaries that Neo4j supports (operations manual 5, "default_primaries_count": at most 11; the same
// bound is kept for the releases before it, whose Raft groups gain nothing from more).
const MaxPrimaries = 11
