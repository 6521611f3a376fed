package neo4j

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// What probes, ports, Services, mounts and the check rely on is refused in every family's names: accepted, it would cost a member its
// readiness, or its data.
func TestWhatThePodsRelyOnIsOwned(t *testing.T) {
	const ports, mounts = "leave it out: the pods' ports, probes, Services and the check rely on the default", "leave it out: the pods' volumes are mounted where the server looks by default, and what lies elsewhere is gone with the pod"
	for release, settings := range map[string]map[string]string{
		"3.1.9": {"dbms.connector.bolt.enabled": ports, "dbms.connector.http.type": ports, "dbms.connector.http.listen_address": ports, "dbms.directories.data": mounts, "causal_clustering.raft_listen_address": ports},
		"3.5.35": {
			"dbms.connector.bolt.enabled": ports, "dbms.connector.http.enabled": ports, "dbms.connector.bolt.listen_address": ports,
			"dbms.directories.data": mounts, "dbms.directories.tx_log": mounts, "dbms.directories.logs": "leave it out: logs are in /logs; mount a volume of cluster.volumes there to keep them",
			"causal_clustering.discovery_listen_address": ports, "causal_clustering.transaction_listen_address": ports,
		},
		"4.4.38": {
			"dbms.connector.http.enabled": ports, "dbms.connector.bolt.listen_address": ports, "dbms.directories.transaction.logs.root": mounts, "dbms.directories.neo4j_home": mounts,
			"dbms.directories.cluster_state": mounts, "dbms.routing.listen_address": ports, "dbms.directories.import": "leave it out: mount a volume of cluster.volumes at /import",
		},
		"5.26.30": {
			"server.bolt.enabled": ports, "server.http.enabled": ports, "server.http.listen_address": ports, "server.bolt.listen_address": ports,
			"server.cluster.listen_address": ports, "server.cluster.raft.listen_address": ports, "server.discovery.listen_address": ports, "server.routing.listen_address": ports,
			"server.directories.data": mounts, "server.directories.transaction.logs.root": mounts, "server.directories.neo4j_home": mounts, "server.directories.cluster_state": mounts,
			"server.directories.dumps.root": mounts, "server.directories.script.root": mounts, "server.directories.lib": mounts, "server.directories.run": mounts,
			"server.directories.plugins": "leave it out: mount a volume of cluster.volumes at /plugins", "server.directories.metrics": "leave it out: mount a volume of cluster.volumes at /metrics",
			"server.metrics.prometheus.enabled": "use cluster.metrics", "server.metrics.prometheus.endpoint": "use cluster.metrics",
		},
		"2026.08.1": {"server.http.enabled": ports, "server.directories.data": mounts, "server.directories.seeds": mounts, "server.directories.configuration": mounts},
	} {
		f := familyOf(t, release)
		for key, mend := range settings {
			assert.Equal(t, []SettingProblem{{key, "x", "is decided by the program", mend}}, CheckSettings(f, map[string]string{key: "x"}), "%s %s", release, key)
		}
		for _, free := range []string{"dbms.backup.address", "dbms.backup.listen_address", "server.backup.listen_address", "server.bolt.tls_level", "server.https.enabled", "server.bolt.thread_pool_max_size"} {
			assert.NotContains(t, f.Owned(), free, release)
		}
	}
}

func TestBoltTLS(t *testing.T) {
	f := familyOf(t, "5.26.30")
	s := spec("5.26.30", 3, 0)
	assert.Equal(t, TLSDisabled, s.BoltTLS())
	s.Settings = map[string]string{"server.bolt.tls_level": "required"}
	assert.Equal(t, TLSRequired, s.BoltTLS())
	assert.Equal(t, []SettingProblem{{"server.bolt.tls_level", "required", "has no policy to meet it",
		"use cluster.tls.bolt; or add dbms.ssl.policy.bolt.enabled: true and dbms.ssl.policy.bolt.base_directory, and mount the certificates there by cluster.volumes"}}, CheckTLS(f, s))
	s.Settings["dbms.ssl.policy.bolt.enabled"] = "true"
	assert.Empty(t, CheckTLS(f, s))
	s.Settings["server.bolt.tls_level"] = "OPTIONAL"
	assert.Equal(t, TLSOptional, s.BoltTLS())
	s.Settings["server.https.enabled"] = "true"
	assert.Equal(t, []SettingProblem{{"server.https.enabled", "true", "has no policy to meet it",
		"use cluster.tls.https; or add dbms.ssl.policy.https.enabled: true and dbms.ssl.policy.https.base_directory, and mount the certificates there by cluster.volumes"}}, CheckTLS(f, s))
	assert.NotContains(t, s.MemberPorts(f), Port{"https", 7473, ClientPort})
	s.Settings["dbms.ssl.policy.https.enabled"] = "true"
	assert.Empty(t, CheckTLS(f, s))
	assert.Contains(t, s.MemberPorts(f), Port{"https", 7473, ClientPort})
	s = spec("4.4.38", 3, 0)
	s.Settings = map[string]string{"dbms.connector.bolt.tls_level": "REQUIRED"}
	assert.Equal(t, TLSRequired, s.BoltTLS())

	f, s = familyOf(t, "3.5.35"), spec("3.5.35", 3, 0)
	s.Settings = map[string]string{"dbms.connector.https.enabled": "true"}
	assert.Equal(t, []SettingProblem{{"dbms.connector.https.enabled", "true", "has no policy to meet it",
		"use cluster.tls.https; or add https.ssl_policy: <name> and dbms.ssl.policy.<name>.base_directory, and mount the certificates there by cluster.volumes"}}, CheckTLS(f, s))
	s.Settings["https.ssl_policy"] = "clients"
	assert.Empty(t, CheckTLS(f, s))
	assert.Contains(t, familyOf(t, "3.1.9").Owned(), "dbms.connector.https.enabled", "3.1 knows no policies")
}

func TestParseBytes(t *testing.T) {
	for text, want := range map[string]int64{"8G": 8 << 30, "8g": 8 << 30, "512m": 512 << 20, "512MiB": 512 << 20, "1.5g": 3 << 29, "64k": 64 << 10, "1048576": 1 << 20, " 2g ": 2 << 30} {
		n, err := ParseBytes(text)
		assert.NoError(t, err, text)
		assert.Equal(t, want, n, text)
	}
	for _, text := range []string{"", "g", "8 gigs", "-1g", "1e3", "0x10", "9999999e", "1.0000001b", "8Gb/s"} {
		_, err := ParseBytes(text)
		assert.Error(t, err, text)
	}
}
