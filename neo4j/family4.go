package neo4j

import "slices"

// The causal cluster of 4.x: many databases, each with its own Raft group. Sources: the operations manuals 4.0 to 4.4 and the
// official images' contract. Enterprise 4.x is not published as jars, so these rows were not run on servers.

// keys40 are the setting names of 4.0 to 4.2.
var keys40 = func() Keys {
	k := keys35
	k.DefaultListen, k.DefaultAdvertised = "dbms.default_listen_address", "dbms.default_advertised_address"
	k.HTTPAllowlist = "dbms.security.http_auth_whitelist"
	k.KubernetesDomain = "causal_clustering.kubernetes.cluster_domain"
	return k
}()

// keys44 are those of 4.3 and 4.4, which route on the server side.
var keys44 = func() Keys {
	k := keys40
	k.RoutingAdvertised = "dbms.routing.advertised_address"
	k.ReadOnly = "dbms.databases.read_only"
	k.RoutingEnabled, k.DefaultRouter, k.ClientDomains = "dbms.routing.enabled", "dbms.routing.default_router", "dbms.routing.client_side.enforce_for_domains"
	k.ProcedureAllowlist, k.HTTPAllowlist = "dbms.security.procedures.allowlist", "dbms.security.http_auth_allowlist"
	return k
}()

var ports40 = Ports{Bolt: 7687, HTTP: 7474, HTTPS: 7473, Discovery: 5000, Transaction: 6000, Raft: 7000, Backup: 6362, Metrics: 2004}

// systemAvailable is the status endpoint of the system database, which every member hosts.
var systemAvailable = map[Role]string{
	Primary: "/db/system/cluster/available", Secondary: "/db/system/cluster/available", Analytics: "/db/system/cluster/available",
}

// jvm4 are the JVM lines of the neo4j.conf that the 4.x images ship (they run Java 11).
var jvm4 = []string{
	"-XX:+UseG1GC", "-XX:-OmitStackTraceInFastThrow", "-XX:+AlwaysPreTouch", "-XX:+UnlockExperimentalVMOptions",
	"-XX:+TrustFinalNonStaticFields", "-XX:+DisableExplicitGC", "-XX:MaxInlineLevel=15", "-XX:-UseBiasedLocking",
	"-Djdk.nio.maxCachedBufferSize=262144", "-Dio.netty.tryReflectionSetAccessible=true", "-Djdk.tls.ephemeralDHKeySize=2048",
	"-Djdk.tls.rejectClientInitiatedRenegotiation=true", "-XX:FlightRecorderOptions=stackdepth=256", "-XX:+UnlockDiagnosticVMOptions",
	"-XX:+DebugNonSafepoints", "-Dlog4j2.disable.jmx=true",
}

var defaults4 = slices.Concat(connectors3, []Setting{
	{"dbms.tx_log.rotation.retention_policy", "100M size"},
	// 4.x keeps transaction state outside the heap by default, up to 2 GiB: the memory plan has no room for that.
	{"dbms.tx_state.memory_allocation", "ON_HEAP"},
}, files3)

// tlsScopes are the policies of 4.0 and later.
var tlsScopes = []string{"bolt", "https", "cluster", "backup", "fabric"}

var families4 = []Family{
	{
		Name: "4.2", from: [2]int{4, 0}, before: [2]int{4, 3},
		Words: coreWords, Modes: coreModes, Standalone: single, Keys: keys40, Ports: ports40, DiscoveryTypes: allResolvers,
		Protocol: Bolt, Proof: ByDatabases, RoutingScheme: "neo4j", Availability: systemAvailable, Status: "/db/" + AnyDatabase + "/cluster/status",
		Licenses: []string{"yes"}, Defaults: defaults4, TLS: tlsScopes, Overhead: 224, JVM: jvm4, FixedJVM: udcSource,
	},
	{
		Name: "4.4", from: [2]int{4, 3}, before: [2]int{4, 5},
		Words: coreWords, Modes: coreModes, Standalone: single, Keys: keys44, DiscoveryTypes: allResolvers,
		Ports:    func() Ports { p := ports40; p.Routing = 7688; return p }(),
		Protocol: Bolt, Proof: ByDatabases, RoutingScheme: "neo4j", Availability: systemAvailable, Status: "/dbms/cluster/status",
		Licenses: []string{"yes"}, Defaults: defaults4, TLS: tlsScopes, Overhead: 224, JVM: jvm4,
	},
}
