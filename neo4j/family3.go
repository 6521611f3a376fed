package neo4j

import "slices"

// The causal cluster of 3.x. Sources: the operations manuals 3.1 to 3.5, the official images' contract, and real servers of
// 3.1.0-M13-beta3 and 3.5.0-beta03.

// coreWords are the words of the causal cluster, 3.1 to 4.4.
var coreWords = Words{"core", "cores", "read replica", "read replicas"}

// corePorts are the ports of the causal cluster, 3.1 to 3.4; Prometheus came with 3.5.
var corePorts = Ports{Bolt: 7687, HTTP: 7474, HTTPS: 7473, Discovery: 5000, Transaction: 6000, Raft: 7000, Backup: 6362}

var coreModes = map[Role]string{Primary: "CORE", Secondary: "READ_REPLICA"}

// single are the settings of a standalone server, 3.1 to 4.4.
var single = []Setting{{"dbms.mode", "SINGLE"}}

var (
	listOnly     = []string{"LIST"}
	allResolvers = []string{"LIST", "DNS", "SRV", "K8S"}
)

// jvm3 are the JVM lines of the neo4j.conf that the 3.x images ship (they run Java 8).
var jvm3 = []string{
	"-XX:+UseG1GC", "-XX:-OmitStackTraceInFastThrow", "-XX:+AlwaysPreTouch", "-XX:+UnlockExperimentalVMOptions",
	"-XX:+TrustFinalNonStaticFields", "-XX:+DisableExplicitGC", "-Djdk.tls.ephemeralDHKeySize=2048",
}

// keys31 are the setting names of 3.1 to 3.3.
var keys31 = Keys{
	Mode: "dbms.mode", DefaultListen: "dbms.connectors.default_listen_address", DefaultAdvertised: "dbms.connectors.default_advertised_address",
	DiscoveryMembers: "causal_clustering.initial_discovery_members", FormationSize: "causal_clustering.expected_core_cluster_size",
	DiscoveryAdvertised: "causal_clustering.discovery_advertised_address", TransactionAdvertised: "causal_clustering.transaction_advertised_address",
	RaftAdvertised: "causal_clustering.raft_advertised_address",
	BoltAdvertised: "dbms.connector.bolt.advertised_address", HTTPAdvertised: "dbms.connector.http.advertised_address",
	HeapInitial: "dbms.memory.heap.initial_size", HeapMax: "dbms.memory.heap.max_size", PageCache: "dbms.memory.pagecache.size", JVM: "dbms.jvm.additional",
	LeaderTimeout: "causal_clustering.leader_election_timeout", TopologyRefresh: "causal_clustering.cluster_topology_refresh",
	UnmanagedExtensions: "dbms.unmanaged_extension_classes",
}

// keys33 are those of 3.2 and 3.3, which brought the lists of procedures; keys34 those of 3.4, keys35 those of 3.5.
var keys33, keys34, keys35 = func() (Keys, Keys, Keys) {
	k33 := keys31
	k33.ProcedureAllowlist, k33.ProcedureUnrestricted = "dbms.security.procedures.whitelist", "dbms.security.procedures.unrestricted"
	k34 := k33
	k34.DiscoveryType = "causal_clustering.discovery_type"
	k34.FormationSize, k34.RuntimeSize = "causal_clustering.minimum_core_cluster_size_at_formation", "causal_clustering.minimum_core_cluster_size_at_runtime"
	k35 := k34
	k35.KubernetesSelector, k35.KubernetesPort = "causal_clustering.kubernetes.label_selector", "causal_clustering.kubernetes.service_port_name"
	k35.PreVoting = "causal_clustering.enable_pre_voting"
	k35.StatusAuth = "dbms.security.causal_clustering_status_auth_enabled"
	k35.PrometheusEnabled, k35.PrometheusEndpoint = "metrics.prometheus.enabled", "metrics.prometheus.endpoint"
	return k33, k34, k35
}()

// connectors3 switch on Bolt and HTTP and leave HTTPS off.
var connectors3 = []Setting{
	{"dbms.connector.bolt.enabled", "true"}, {"dbms.connector.http.enabled", "true"}, {"dbms.connector.https.enabled", "false"},
}

// files3 are the folders of the images. Without an import folder LOAD CSV reads any file that the server may.
var files3 = []Setting{{"dbms.directories.logs", "/logs"}, {"dbms.directories.import", "import"}}

// frontPage is the readiness of families whose status endpoints want credentials whatever is set (seen on 3.1.0-M13-beta3), and
// a probe has none. Their HTTP server starts after the member has joined, so the front page says that much; what it cannot
// say, a lost quorum, the check does.
var frontPage = map[Role]string{Primary: "/", Secondary: "/"}

// udcSource keeps the JVM lines whole: the entry points of 3.4.18, of 3.5.14 and later and of 4.0.0 put this flag and a comma before
// every JVM line of a neo4j.conf that does not have the line, which makes all of them one flag's value.
var udcSource = []string{"-Dunsupported.dbms.udc.source=docker"}

var families3 = []Family{
	{
		Name: "3.1", from: [2]int{3, 1}, before: [2]int{3, 2},
		Words: coreWords, Modes: coreModes, Standalone: single, Ports: corePorts, Keys: keys31, DiscoveryTypes: listOnly,
		Protocol: HTTP, Proof: ByOverview, RoutingScheme: "bolt+routing", RoleOnly: true, Availability: frontPage,
		Entrypoint: []string{"/docker-entrypoint.sh", "neo4j"},
		Defaults: slices.Concat([]Setting{
			// 3.1 starts a connector only when its type is written out.
			{"dbms.connector.bolt.type", "BOLT"}, {"dbms.connector.bolt.enabled", "true"}, {"dbms.connector.bolt.listen_address", "0.0.0.0:7687"},
			{"dbms.connector.http.type", "HTTP"}, {"dbms.connector.http.enabled", "true"}, {"dbms.connector.http.listen_address", "0.0.0.0:7474"},
			{"dbms.connector.https.type", "HTTP"}, {"dbms.connector.https.enabled", "false"}, {"dbms.connector.https.encryption", "TLS"},
			{"causal_clustering.discovery_listen_address", "0.0.0.0:5000"}, {"causal_clustering.transaction_listen_address", "0.0.0.0:6000"},
			{"causal_clustering.raft_listen_address", "0.0.0.0:7000"}, {"dbms.udc.enabled", "false"},
		}, files3),
		Overhead: 224, ApocInConf: true, JVM: jvm3,
	},
	{
		Name: "3.3", from: [2]int{3, 2}, before: [2]int{3, 4},
		Words: coreWords, Modes: coreModes, Standalone: single, Ports: corePorts, Keys: keys33, DiscoveryTypes: listOnly,
		Protocol: HTTP, Proof: ByOverview, RoutingScheme: "bolt+routing", RoleOnly: true, Availability: frontPage,
		Licenses:   []string{"yes"},
		Entrypoint: []string{"/docker-entrypoint.sh", "neo4j"},
		Defaults:   slices.Concat(connectors3, []Setting{{"dbms.udc.enabled", "false"}}, files3),
		Overhead:   224, ApocInConf: true, JVM: jvm3,
	},
	{
		Name: "3.4", from: [2]int{3, 4}, before: [2]int{3, 5},
		Words: coreWords, Modes: coreModes, Standalone: single, Ports: corePorts, Keys: keys34, DiscoveryTypes: []string{"LIST", "DNS", "SRV"},
		Protocol: HTTP, Proof: ByOverview, RoutingScheme: "bolt+routing", RoleOnly: true, Availability: frontPage,
		Licenses:   []string{"yes"},
		Entrypoint: []string{"/docker-entrypoint.sh", "neo4j"},
		Defaults:   slices.Concat(connectors3, []Setting{{"dbms.udc.enabled", "false"}}, files3),
		Overhead:   224, ApocInConf: true, JVM: jvm3, FixedJVM: udcSource,
	},
	{
		Name: "3.5", from: [2]int{3, 5}, before: [2]int{3, 6},
		Words: coreWords, Modes: coreModes, Standalone: single, Keys: keys35, DiscoveryTypes: allResolvers,
		Ports:    func() Ports { p := corePorts; p.Metrics = 2004; return p }(),
		Protocol: Bolt, Proof: ByOverview, RoutingScheme: "bolt+routing",
		Availability: map[Role]string{Primary: "/db/manage/server/core/available", Secondary: "/db/manage/server/read-replica/available"},
		Status:       "/db/manage/server/causalclustering/status",
		Leads:        "/db/manage/server/core/writable",
		Licenses:     []string{"yes"},
		// Up to 3.5.30 it is /sbin/tini, from 3.5.31 on /usr/bin/tini; the entry point is at its old name in all of them.
		Entrypoint: []string{"tini", "-g", "--", "/docker-entrypoint.sh", "neo4j"},
		Defaults: slices.Concat(connectors3, []Setting{
			{"dbms.udc.enabled", "false"}, {"dbms.tx_log.rotation.retention_policy", "100M size"},
		}, files3),
		Overhead: 224, ApocInConf: true, JVM: jvm3, FixedJVM: udcSource,
	},
}
