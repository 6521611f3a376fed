package neo4j

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTheServersAreDynamicTheSame asks the configuration classes of real servers, as the box's images have them, which settings are dynamic:
// each of them says exactly what is known here, all settings of groups among them. Community's classes have no settings of Enterprise.
func TestTheServersAreDynamicTheSame(t *testing.T) {
	if testing.Short() {
		t.Skip("starts Java on real servers' classes: left out under -short")
	}
	for release, group := range map[string]string{
		"3.4.10": "dbms.connector.bolt.enabled=true", "3.5.0-beta03": "dbms.connector.bolt.enabled=true",
		"5.26.30": "dbms.ssl.policy.bolt.enabled=false", "2026.08.1": "dbms.ssl.policy.bolt.enabled=false",
	} {
		t.Run(release, func(t *testing.T) {
			t.Parallel()
			r, count := MustRelease(release), 0
			for _, line := range onClassesOf(t, release, "", "Dynamic.java", group) {
				name, said, ok := strings.Cut(line, "=")
				require.True(t, ok, line)
				if strings.HasPrefix(name, "internal.") || strings.HasPrefix(name, "unsupported.") {
					continue // passed on as it is, see foreign: never live
				}
				assert.Equal(t, said == "true", isDynamic(r, name), "%s, which the server calls dynamic=%s", name, said)
				if said == "true" {
					count++
				}
			}
			assert.Equal(t, map[string]int{"3.4.10": 10, "3.5.0-beta03": 15, "5.26.30": 35, "2026.08.1": 48}[release], count)
		})
	}
}

func TestDynamicSettingsAreInOrderAndInTheCatalogue(t *testing.T) {
	last := ""
	for line := range strings.Lines(dynamicText) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		require.Len(t, fields, 3, line)
		assert.LessOrEqual(t, last, fields[0], "sorted, so that a person finds a name")
		last = fields[0]
		assert.Contains(t, []string{"jar", "manual"}, fields[2], line)
	}
	for era, since := range dynamics() {
		for name, from := range since {
			_, known := knowledge().typeOf(era, strings.ReplaceAll(name, "*", "bolt"))
			assert.True(t, known, "%s of %s", name, from)
		}
	}
}

func TestDynamicByRelease(t *testing.T) {
	for _, c := range []struct {
		name     string
		yes, not []string
	}{
		{"dbms.logs.query.enabled", []string{"3.4.0", "3.5.0-beta03", "3.5.35", "4.0.0", "4.4.41"}, []string{"3.3.9", "5.26.30"}},
		{"dbms.logs.query.page_logging_enabled", []string{"3.5.35", "4.0.0"}, []string{"3.4.18"}},
		{"dbms.databases.read_only", []string{"4.3.0", "4.4.41"}, []string{"4.2.19", "5.26.30"}},
		{"server.databases.read_only", []string{"5.0.0", "5.26.30", "2026.08.1"}, []string{"4.4.41"}},
		{"server.memory.query_cache.per_db_cache_num_entries", []string{"5.10.0", "5.26.30", "2025.01.0"}, []string{"5.9.0"}},
		{"db.logs.query.obfuscate_errors", []string{"4.4.48", "5.26.21", "2026.01.3", "2026.08.1"}, []string{"4.4.41", "5.26.20", "2026.01.2", "2025.12.1"}},
		{"db.checkpoint.throughput.limit", []string{"2025.07.0", "2026.08.1"}, []string{"2025.06.2", "5.26.30"}},
		// what changes at a start only
		{"server.memory.pagecache.size", nil, []string{"5.26.30", "2026.08.1"}},
		{"causal_clustering.enable_pre_voting", nil, []string{"3.5.35", "4.4.41"}},
		{"internal.dbms.readonly.failover", nil, []string{"5.26.30"}},
		// dynamic to the server, and left to the next start
		{"dbms.security.oidc.okta.audience", nil, []string{"4.4.41", "5.26.30", "2026.08.1"}},
		{"dbms.security.oidc.okta.authorization.group_to_role_mapping", nil, []string{"5.26.30"}},
		{"dbms.ssl.policy.bolt.client_auth", nil, []string{"2026.08.1"}},
		{"dbms.security.keystore.password", nil, []string{"5.26.30"}},
		{"fabric.routing.servers", nil, []string{"4.4.41"}},
	} {
		for _, release := range c.yes {
			assert.True(t, Dynamic(MustRelease(release), Enterprise, c.name), "%s %s", release, c.name)
			assert.False(t, Dynamic(MustRelease(release), Community, c.name), "%s %s: Community has no dbms.setConfigValue", release, c.name)
		}
		for _, release := range c.not {
			assert.False(t, Dynamic(MustRelease(release), Enterprise, c.name), "%s %s", release, c.name)
		}
	}
}

// No setting that the program decides is taken live, in no family; what it writes and a stack may change is.
func TestOwnedSettingsAreNotDynamic(t *testing.T) {
	for _, f := range Families {
		for name := range f.Owned() {
			assert.False(t, Dynamic(f.First(), Enterprise, name), "%s %s", f.Name, name)
		}
		if f.Keys.ReadOnly != "" {
			assert.True(t, Dynamic(f.First(), Enterprise, f.Keys.ReadOnly), "%s: a leader hands over by it", f.Name)
		}
	}
	assert.True(t, Dynamic(MustRelease("5.26.30"), Enterprise, "dbms.routing.client_side.enforce_for_domains"))
}

func TestLinesAreSplitByTheStacksOwnList(t *testing.T) {
	s := spec("5.26.30", 3, 0)
	s.Settings = map[string]string{"db.logs.query.threshold": "1s", "db.transaction.timeout": "1m", "server.bolt.thread_pool_max_size": "10"}
	names := func() (found []string) {
		lines, err := Conf(s, Primary)
		require.NoError(t, err)
		live, fixed := SplitLive(s, lines)
		assert.Len(t, slices.Concat(live, fixed), len(lines))
		for _, line := range live {
			if line.Layer == FromUser {
				found = append(found, line.Key)
			}
		}
		return found
	}
	assert.Equal(t, []string{"db.logs.query.threshold", "db.transaction.timeout"}, names())
	for list, want := range map[string][]string{
		"*": {"db.logs.query.threshold", "db.transaction.timeout"}, "db.logs.*, dbms.*": {"db.logs.query.threshold"}, "db.transaction.timeout": {"db.transaction.timeout"},
		"db.*.timeout": {"db.transaction.timeout"}, "db.*.query.*": {"db.logs.query.threshold"}, "": nil, "db.logs": nil,
	} {
		s.Settings["server.dynamic.setting.allowlist"] = list
		assert.Equal(t, want, names(), list)
	}
	s.Edition = Community
	delete(s.Settings, "server.dynamic.setting.allowlist")
	assert.Empty(t, names())
}

// What servers show was seen on 3.5.0-beta03 and on the classes of 4.4.41, 5.26.30 and 2026.08.1.
func TestSameValue(t *testing.T) {
	for _, c := range []struct {
		release, name, value string
		same, other          []string
	}{
		{"3.5.35", "dbms.logs.query.threshold", "90s", []string{"90000ms", "90s", "90"}, []string{"90ms", "0ms", ""}},
		{"3.5.35", "dbms.tx_log.rotation.size", "2000k", []string{"2048000"}, []string{"2000000", "2048001"}},
		{"3.5.35", "dbms.logs.query.enabled", "TRUE", []string{"true"}, []string{"false"}},
		{"3.5.35", "dbms.checkpoint.iops.limit", "-1", []string{"-1"}, []string{"1", "300"}},
		{"3.5.35", "dbms.tx_log.rotation.retention_policy", "7 days", []string{"7 days"}, []string{"8 days"}},
		{"4.4.41", "dbms.logs.query.enabled", "info", []string{"INFO"}, []string{"OFF", "No Value"}},
		{"4.4.41", "dbms.transaction.timeout", "1500ms", []string{"1s500ms"}, []string{"1s", "1500s"}},
		{"4.4.41", "dbms.databases.read_only", "", []string{"", "No Value"}, []string{"foo"}},
		{"4.4.41", "causal_clustering.server_groups", "b, a", []string{"b,a"}, []string{"a,b", "b"}},
		{"5.26.30", "db.transaction.timeout", "90m", []string{"1h30m", "5400s"}, []string{"1h", "0s"}},
		{"5.26.30", "db.memory.transaction.max", "2000000", []string{"1.91MiB"}, []string{"1.92MiB", "1.90MiB", "0B"}},
		{"5.26.30", "db.memory.transaction.max", "512m", []string{"512.00MiB"}, []string{"511.00MiB", "512.00GiB"}},
		{"5.26.30", "db.tx_log.rotation.size", "1.5g", []string{"1.50GiB"}, []string{"1.51GiB", "lots"}},
		{"5.26.30", "server.databases.read_only", "foo, bar", []string{"bar,foo", "foo,bar"}, []string{"foo", ""}},
		{"5.26.30", "server.databases.read_only", "", []string{""}, []string{"foo"}},
		{"2026.08.1", "db.tx_log.rotation.retention_policy", "2 days 2G", []string{"2 days 2G"}, []string{"2 days"}},
		{"2026.08.1", "db.format", "block", []string{" block "}, []string{"Block"}},
		{"2026.08.1", "my.own", "a", []string{"a"}, []string{"A"}},
	} {
		for _, shown := range c.same {
			assert.True(t, SameValue(MustRelease(c.release), c.name, c.value, shown), "%s %s=%s is shown as %q", c.release, c.name, c.value, shown)
		}
		for _, shown := range c.other {
			assert.False(t, SameValue(MustRelease(c.release), c.name, c.value, shown), "%s %s=%s is not %q", c.release, c.name, c.value, shown)
		}
	}
}
