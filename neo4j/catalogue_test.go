package neo4j

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func familyOf(t testing.TB, release string) Family {
	t.Helper()
	f, err := FamilyOf(MustRelease(release))
	require.NoError(t, err)
	return f
}

// Every name that a family's row writes is one that the release's jars or manual know, and every default fits its type.
func TestFamiliesWriteKnownSettings(t *testing.T) {
	for _, f := range Families {
		era := f.era()
		keys := reflect.ValueOf(f.Keys)
		for i := range keys.NumField() {
			if name := keys.Field(i).String(); name != "" && !strings.HasPrefix(name, "unsupported.") {
				_, known := knowledge().typeOf(era, name)
				assert.True(t, known, "%s: %s is %s", f.Name, keys.Type().Field(i).Name, name)
			}
		}
		for _, s := range append(append([]Setting{}, f.Defaults...), f.Standalone...) {
			kind, known := knowledge().typeOf(era, s.Key)
			assert.True(t, known, "%s writes %s", f.Name, s.Key)
			reason, _ := kind.refuse(s.Value)
			assert.Empty(t, reason, "%s writes %s=%s", f.Name, s.Key, s.Value)
		}
	}
}

func TestCatalogueIsInOrder(t *testing.T) {
	last := ""
	for line := range strings.Lines(catalogueText) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		require.Len(t, fields, 4, line)
		assert.LessOrEqual(t, last, fields[0], "sorted, so that a person finds a name")
		last = fields[0]
		assert.Contains(t, []string{"jar", "manual"}, fields[3], line)
		assert.Contains(t, []string{"boolean", "integer", "number", "duration", "bytes", "address", "list", "path", "text", "one of", "list of", "like"}, parseType(fields[2]).kind, line)
	}
	for e := 1; e < len(eras); e++ {
		for old, name := range knowledge().renamed[e] {
			for _, target := range strings.Split(name, ",") {
				if target == "" {
					continue
				}
				_, known := knowledge().typeOf(e, target)
				_, later, changed := knowledge().newName(len(eras)-1, target)
				assert.True(t, known || changed && later > e, "%s is renamed to %s, which %s does not know", old, target, eraName(e))
			}
		}
	}
}

func TestSettingsAreRecognised(t *testing.T) {
	for _, c := range []struct{ release, key, value, problem, warning string }{
		{"5.26.30", "db.tx_log.rotation.retention_policy", "2 days", "", ""},
		{"5.26.30", "dbms.memory.heap.max_size", "1g", "has another name since 5.0: use cluster.memory.heap", ""},
		{"5.26.30", "dbms.tx_log.rotation.retention_policy", "2 days", "has another name since 5.0: write db.tx_log.rotation.retention_policy", ""},
		{"2026.08.1", "dbms.tx_log.rotation.retention_policy", "2 days", "has another name since 5.0: write db.tx_log.rotation.retention_policy", ""},
		{"5.26.30", "metrics.filter", "*", "has another name since 5.0: write server.metrics.filter", ""},
		{"5.26.30", "causal_clustering.refuse_to_be_leader", "true", "is gone since 5.0: leave it out", ""},
		{"5.26.30", "causal_clustering.raft_log_rotation_size", "1m", "has another name since 5.0: write dbms.cluster.raft.log.rotation_size", ""},
		{"5.26.30", "dbms.active_database", "neo4j", "has another name since 4.0: write initial.dbms.default_database", ""},
		{"4.4.41", "dbms.active_database", "neo4j", "has another name since 4.0: write dbms.default_database", ""},
		{"2026.08.1", "server.discovery.advertised_address", "a:5000", "is gone since 2025.01: leave it out", ""},
		{"2026.08.1", "server.groups", "a", "has another name since 2025.01: write initial.server.tags", ""},
		{"4.4.41", "server.metrics.filter", "*", "is the name from 5.0 on, and this is 4.4: write metrics.filter", ""},
		{"3.5.35", "server.memory.heap.max_size", "1g", "is the name from 5.0 on, and this is 3.5: use cluster.memory.heap", ""},
		{"5.26.30", "db.tx_log.rotation.retention_polcy", "2 days", "is no setting of 5.26: did you mean db.tx_log.rotation.retention_policy? Then write db.tx_log.rotation.retention_policy", ""},
		{"5.26.30", "server.memory.heap.max_sise", "1g", "is no setting of 5.26: did you mean server.memory.heap.max_size? Then use cluster.memory.heap", ""},
		{"5.26.30", "db.checkpoint.throughput.limit", "1m", "", "db.checkpoint.throughput.limit is not known as a setting of 5.26, but of 2025.01"},
		{"5.26.30", "my.own.thing", "1", "", "my.own.thing is not known as a setting of 5.26; it is passed on"},
		{"5.26.30", "gds.enterprise.license_file", "/licenses/gds", "", ""},
		{"5.26.30", "dbms.ssl.policy.bolt.enabled", "yes", "is no boolean: write true or false", ""},
		{"5.26.30", "dbms.ssl.policy.mine.client_auth", "REQUIRE", "is a policy for nothing: 5.26 knows no mine: write dbms.ssl.policy. and one of bolt, https, cluster, backup, fabric", ""},
		{"3.5.35", "dbms.ssl.policy.mine.client_auth", "REQUIRE", "", ""},
		{"3.5.35", "bolt.ssl_policy", "mine", "", ""},
		{"4.4.41", "bolt.ssl_policy", "mine", "has another name since 4.0: write dbms.ssl.policy.bolt.enabled", ""},
		{"5.26.30", "dbms.security.oidc.okta.audience", "a", "", ""},
		{"5.26.30", "db.logs.query.enabled", "true", "is none of its values: write one of OFF, INFO, VERBOSE", ""},
		{"3.5.35", "dbms.logs.query.enabled", "true", "", ""},
		{"5.26.30", "db.logs.query.enabled", "verbose", "", ""},
		{"5.26.30", "db.transaction.timeout", "5 minutes", "is no duration: write a number with ms, s, m, h or d, such as 30s", ""},
		{"5.26.30", "db.transaction.timeout", "1h30m", "", ""},
		{"5.26.30", "db.transaction.timeout", "$(cat /timeout)", "is a command, and the server refuses to start with one: take the value from a Secret: {secret: <name>, key: <key>}", ""},
		{"5.26.30", "db.tx_log.rotation.size", "256 MiB", "", ""},
		{"5.26.30", "db.tx_log.rotation.size", "much", "is no size in bytes: write a number with k, m or g, such as 512m", ""},
		{"5.26.30", "server.threads.worker_count", "2.5", "is no whole number: write one from 1 to 44738", ""},
		{"5.26.30", "server.threads.worker_count", "0", "is out of range: write a number from 1 to 44738", ""},
		{"5.26.30", "server.bolt.thread_pool_max_size", "many", "is no whole number: write one", ""},
		{"5.26.30", "server.backup.listen_address", "0.0.0.0:74740", "is no address: write host:port, :port or host, the port from 0 to 65535", ""},
		{"5.26.30", "server.backup.listen_address", "[::]:6362", "", ""},
		{"5.26.30", "server.backup.listen_address", "::1", "", ""},
		{"3.5.35", "dbms.backup.address", "127.0.0.1:6362-6372", "", ""},
		{"3.5.35", "dbms.backup.address", "127.0.0.1:6362-", "is no address: write host:port, :port or host, the port from 0 to 65535", ""},
		{"3.5.35", "causal_clustering.connect-randomly-to-server-group", "east,west", "", ""},
		{"5.26.30", "causal_clustering.connect-randomly-to-server-group", "east", "has another name since 5.0: write server.cluster.catchup.connect_randomly_to_server_tags", ""},
	} {
		f := familyOf(t, c.release)
		settings := map[string]string{c.key: c.value}
		problems := CheckSettings(f, settings)
		if c.problem == "" {
			assert.Empty(t, problems, "%s: %s=%s", c.release, c.key, c.value)
		} else if assert.Len(t, problems, 1, "%s: %s=%s", c.release, c.key, c.value) {
			assert.Equal(t, c.problem, problems[0].Reason+": "+problems[0].Mend)
		}
		var want []string
		if c.warning != "" {
			want = []string{c.warning}
		}
		assert.Equal(t, want, WarnSettings(f, settings), "%s: %s=%s", c.release, c.key, c.value)
	}
}

func FuzzCheckSettings(f *testing.F) {
	f.Add("db.tx_log.rotation.size", "1m")
	f.Add("dbms.ssl.policy..", "")
	f.Add("a.b", "\x00")
	f.Fuzz(func(_ *testing.T, key, value string) {
		for _, family := range Families {
			review(family, map[string]string{key: value})
		}
	})
}

func BenchmarkCheckFiftySettings(b *testing.B) {
	f := familyOf(b, "5.26.30")
	settings := map[string]string{}
	for name, t := range knowledge().types[2] {
		if len(settings) < 50 && t.kind == "boolean" {
			settings[name] = "true"
		}
	}
	for b.Loop() {
		CheckSettings(f, settings)
	}
}
