package neo4j

import "slices"

// The servers of 5.x and the calendar releases: every member is a server that databases are placed on, as a primary or as a
// secondary. Sources: the operations manuals 5 and 2025/2026 and the official images' contract. Community servers of 5.26.30
// and 2026.08.1 were run; Enterprise is not published as jars, so the clusters of these rows were not.

var serverWords = Words{"primary", "primaries", "secondary", "secondaries"}

var (
	systemModes = map[Role]string{Primary: "PRIMARY", Secondary: "SECONDARY", Analytics: "SECONDARY"}
	// A primary may host secondaries of other databases as well, so it is left unconstrained; the others never vote.
	constraints = map[Role]string{Primary: "NONE", Secondary: "SECONDARY", Analytics: "SECONDARY"}
)

// alone is a cluster of one: the gate of formation must not wait for others. Enterprise only, Community knows no such setting.
var alone = []Setting{{"dbms.cluster.minimum_initial_system_primaries_count", "1"}}

// keys5 are the setting names of 5.0 to 5.22, whose discovery has one version with a port of its own.
var keys5 = Keys{
	Mode: "server.cluster.system_database_mode", ModeConstraint: "initial.server.mode_constraint",
	DefaultListen: "server.default_listen_address", DefaultAdvertised: "server.default_advertised_address",
	DiscoveryType: "dbms.cluster.discovery.resolver_type", DiscoveryMembers: "dbms.cluster.discovery.endpoints",
	KubernetesDomain:   "dbms.kubernetes.cluster_domain",
	KubernetesSelector: "dbms.kubernetes.label_selector", KubernetesPort: "dbms.kubernetes.service_port_name",
	FormationSize:    "dbms.cluster.minimum_initial_system_primaries_count",
	DefaultPrimaries: "initial.dbms.default_primaries_count", DefaultSecondaries: "initial.dbms.default_secondaries_count",
	DiscoveryAdvertised: "server.discovery.advertised_address", TransactionAdvertised: "server.cluster.advertised_address",
	RaftAdvertised: "server.cluster.raft.advertised_address", RoutingAdvertised: "server.routing.advertised_address",
	BoltAdvertised: "server.bolt.advertised_address", HTTPAdvertised: "server.http.advertised_address",
	ReadOnly:       "server.databases.read_only",
	RoutingEnabled: "dbms.routing.enabled", DefaultRouter: "dbms.routing.default_router", ClientDomains: "dbms.routing.client_side.enforce_for_domains",
	HeapInitial: "server.memory.heap.initial_size", HeapMax: "server.memory.heap.max_size", PageCache: "server.memory.pagecache.size",
	JVM: "server.jvm.additional", StatusAuth: "dbms.security.cluster_status_auth_enabled",
	ProcedureAllowlist: "dbms.security.procedures.allowlist", ProcedureUnrestricted: "dbms.security.procedures.unrestricted",
	UnmanagedExtensions: "server.unmanaged_extension_classes", HTTPAllowlist: "dbms.security.http_auth_allowlist",
	PrometheusEnabled: "server.metrics.prometheus.enabled", PrometheusEndpoint: "server.metrics.prometheus.endpoint",
}

// keys526 are those of 5.23 to 5.26, which know both versions of discovery.
var keys526 = func() Keys {
	k := keys5
	k.DiscoveryVersion, k.ClusterEndpoints = "dbms.cluster.discovery.version", "dbms.cluster.discovery.v2.endpoints"
	k.KubernetesClusterPort = "dbms.kubernetes.discovery.v2.service_port_name"
	return k
}()

// keysCalendar are those of the calendar releases: the first version of discovery is gone, and its port with it.
var keysCalendar = func() Keys {
	k := keys5
	k.DiscoveryMembers, k.KubernetesPort, k.DiscoveryAdvertised = "", "", ""
	k.ClusterEndpoints, k.KubernetesClusterPort = "dbms.cluster.endpoints", "dbms.kubernetes.discovery.service_port_name"
	return k
}()

var (
	portsCalendar = Ports{Bolt: 7687, HTTP: 7474, HTTPS: 7473, Transaction: 6000, Raft: 7000, Routing: 7688, Backup: 6362, Metrics: 2004}
	ports5        = func() Ports { p := portsCalendar; p.Discovery = 5000; return p }()
)

// jvm5 are the JVM lines of the neo4j.conf that the images of 5.x ship (they run Java 17 or 21).
var jvm5 = []string{
	"-XX:+UseG1GC", "-XX:-OmitStackTraceInFastThrow", "-XX:+AlwaysPreTouch", "-XX:+UnlockExperimentalVMOptions",
	"-XX:+TrustFinalNonStaticFields", "-XX:+DisableExplicitGC", "-Djdk.nio.maxCachedBufferSize=1024",
	"-Dio.netty.tryReflectionSetAccessible=true", "-Dio.netty.leakDetection.level=DISABLED", "-Djdk.tls.ephemeralDHKeySize=2048",
	"-Djdk.tls.rejectClientInitiatedRenegotiation=true", "-XX:FlightRecorderOptions=stackdepth=256", "-XX:+UnlockDiagnosticVMOptions",
	"-XX:+DebugNonSafepoints", "--add-opens=java.base/java.nio=ALL-UNNAMED", "--add-opens=java.base/java.io=ALL-UNNAMED",
	"--add-opens=java.base/sun.nio.ch=ALL-UNNAMED", "-Dlog4j2.disable.jmx=true",
	// Or lines of a JSON log end after 16 KiB. Shipped from the later 5.x on; those before take it as well.
	"-Dlog4j.layout.jsonTemplate.maxStringLength=32768",
}

// jvmCalendar are those of the calendar releases (Java 21, then 25), whose vector index uses the incubating vector module.
var jvmCalendar = slices.Concat(jvm5, []string{"--enable-native-access=ALL-UNNAMED", "--add-modules=jdk.incubator.vector"})

// jvm2026 are those of 2026.x, whose Lucene would not use that module of a Java newer than it knows.
var jvm2026 = slices.Concat(jvmCalendar, []string{
	"--add-opens=java.base/java.util.concurrent=ALL-UNNAMED", "-Dorg.neo4j.shaded.lucene9.vectorization.upperJavaFeatureVersion=25",
})

var defaults5 = []Setting{
	{"server.bolt.enabled", "true"}, {"server.http.enabled", "true"}, {"server.https.enabled", "false"},
	{"server.directories.logs", "/logs"}, {"server.directories.import", "import"}, {"dbms.usage_report.enabled", "false"},
}

var families5 = []Family{
	{
		Name: "5", from: [2]int{5, 0}, before: [2]int{5, 23},
		Words: serverWords, Modes: systemModes, Constraints: constraints, Standalone: alone, Keys: keys5, Ports: ports5, DiscoveryTypes: allResolvers,
		Protocol: Bolt, Proof: ByServers, RoutingScheme: "neo4j", Availability: systemAvailable, Analytics: true, LoneReaders: true,
		Licenses: []string{"yes", "eval"}, Defaults: defaults5, TLS: tlsScopes, Overhead: 384, JVM: jvm5,
	},
	{
		Name: "5.26", from: [2]int{5, 23}, before: [2]int{5, 27},
		Words: serverWords, Modes: systemModes, Constraints: constraints, Standalone: alone, Keys: keys526, Ports: ports5, DiscoveryTypes: allResolvers,
		DiscoveryVersions: []string{"V1_ONLY", "V1_OVER_V2", "V2_OVER_V1", "V2_ONLY"},
		Protocol:          Bolt, Proof: ByServers, RoutingScheme: "neo4j", Availability: systemAvailable, Analytics: true, LoneReaders: true,
		Licenses: []string{"yes", "eval"}, Defaults: defaults5, TLS: tlsScopes, Overhead: 384, JVM: jvm5,
	},
}

var calendarFamilies = []Family{
	calendar("2025", [2]int{2025, 1}, [2]int{2025, 13}, jvmCalendar),
	calendar("2026", [2]int{2026, 1}, [2]int{2026, 13}, jvm2026),
}

func calendar(name string, from, before [2]int, jvm []string) Family {
	return Family{
		Name: name, from: from, before: before,
		Words: serverWords, Modes: systemModes, Constraints: constraints, Standalone: alone, Keys: keysCalendar, Ports: portsCalendar, DiscoveryTypes: allResolvers,
		Protocol: Bolt, Proof: ByServers, RoutingScheme: "neo4j", Availability: systemAvailable, Analytics: true, LoneReaders: true,
		Licenses: []string{"yes", "eval"}, Defaults: defaults5, TLS: tlsScopes, Overhead: 384, JVM: jvm,
	}
}
