package neo4j

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func spec(release string, primaries, secondaries int) Spec {
	return Spec{
		Release: MustRelease(release), Edition: Enterprise,
		Discovery: Discovery{Type: "LIST"}, Primaries: primaries, Secondaries: secondaries, Memory: Memory{Heap: 256 << 20, PageCache: 32 << 20},
		Places: Places{Service: "neo4j-discovery.graph.svc.cluster.local", First: []string{
			"neo4j-0.neo4j.graph.svc.cluster.local", "neo4j-1.neo4j.graph.svc.cluster.local", "neo4j-2.neo4j.graph.svc.cluster.local",
		}[:min(3, primaries)]},
	}
}

func rendered(t *testing.T, s Spec, role Role) string {
	t.Helper()
	lines, err := Conf(s, role)
	require.NoError(t, err)
	return Render(lines)
}

func TestConfIsTheSameForEverySizeOfThePool(t *testing.T) {
	for _, release := range []string{"3.1.0-M13-beta3", "3.5.0-beta03"} {
		for _, role := range []Role{Primary, Secondary} {
			three := rendered(t, spec(release, 3, 0), role)
			for _, n := range []int{4, 5, 11} {
				assert.Equal(t, three, rendered(t, spec(release, n, 2), role), "%s %s grown to %d", release, role, n)
			}
		}
	}
}

func TestConfNamesTheFirstMembersInFull(t *testing.T) {
	conf := rendered(t, spec("3.5.0-beta03", 5, 1), Secondary)
	assert.Contains(t, conf, "\ndbms.mode=READ_REPLICA\n")
	assert.Contains(t, conf, "\ncausal_clustering.initial_discovery_members=neo4j-0.neo4j.graph.svc.cluster.local:5000,"+
		"neo4j-1.neo4j.graph.svc.cluster.local:5000,neo4j-2.neo4j.graph.svc.cluster.local:5000\n")
	assert.NotContains(t, conf, "minimum_core_cluster_size", "a read replica takes no part in the formation")
}

func TestConfOf31SpeaksIts31Names(t *testing.T) {
	conf := rendered(t, spec("3.1.0-M13-beta3", 3, 0), Primary)
	assert.Contains(t, conf, "\ncausal_clustering.expected_core_cluster_size=3\n")
	assert.Contains(t, conf, "\ndbms.connector.bolt.type=BOLT\n")
	for _, later := range []string{"discovery_type", "minimum_core_cluster_size"} {
		assert.NotContains(t, conf, later, "3.1 does not know it")
	}
}

func TestOneServerStandsAlone(t *testing.T) {
	conf := rendered(t, spec("3.5.0-beta03", 1, 0), Primary)
	assert.Contains(t, conf, "\ndbms.mode=SINGLE\n")
	assert.NotContains(t, conf, "causal_clustering.")
}

func TestUserSettingsOverrideDefaultsAndNeverTheTopology(t *testing.T) {
	s := spec("3.5.0-beta03", 3, 0)
	s.Settings = map[string]string{"dbms.tx_log.rotation.retention_policy": "1G size", "dbms.jvm.additional": "-Da=b -Dc=d"}
	conf := rendered(t, s, Primary)
	assert.Contains(t, conf, "\ndbms.tx_log.rotation.retention_policy=1G size\n")
	assert.Equal(t, 1, strings.Count(conf, "retention_policy"))
	assert.True(t, strings.HasSuffix(conf, "dbms.jvm.additional=-Da=b\ndbms.jvm.additional=-Dc=d\n"), conf)

	s.Settings = map[string]string{"dbms.mode": "SINGLE"}
	_, err := Conf(s, Primary)
	assert.EqualError(t, err, "cluster.settings.dbms.mode: is decided by the program")
}

func TestEverySettingOfTheProgramIsOwned(t *testing.T) {
	for _, f := range Families {
		owned := f.Owned()
		s := spec("3.5.0-beta03", 3, 0)
		s.Metrics = true
		for _, set := range append(topologySettings(f, s, Primary), MemberSettings(f, s, "a.b", "")...) {
			if set.Key != "" {
				assert.Contains(t, owned, set.Key, f.Name)
			}
		}
		assert.NotContains(t, owned, f.Keys.JVM)
	}
}

func TestMemberSettingsReachTheImageAsEnvironment(t *testing.T) {
	f, err := FamilyOf(MustRelease("3.5.35"))
	require.NoError(t, err)
	settings := MemberSettings(f, spec("3.5.35", 3, 0), "neo4j-0.neo4j", "")
	assert.Contains(t, settings, Setting{"causal_clustering.raft_advertised_address", "neo4j-0.neo4j:7000"})
	assert.Equal(t, "NEO4J_causal__clustering_raft__advertised__address", EnvName("causal_clustering.raft_advertised_address"))
}

// TestRenderParse: whatever values the user gives, a value never leaves its line and reads back as it was.
func TestRenderParse(t *testing.T) {
	f, err := FamilyOf(MustRelease("3.5.35"))
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		s := spec("3.5.35", 3, 0)
		s.Settings = rapid.MapOf(rapid.StringMatching(`user\.[a-z_]{1,8}`), rapid.String()).Draw(t, "settings")
		lines, err := Conf(s, Primary)
		if len(CheckSettings(f, s.Settings)) > 0 {
			require.Error(t, err)
			return
		}
		require.NoError(t, err)
		checkRoundTrip(t, lines)
	})
}

func FuzzRenderParse(f *testing.F) {
	for _, v := range []string{"", " ", `C:\neo4j`, `\`, "a=b", "# no comment", "true\ndbms.mode=SINGLE", "\u2028", "ü"} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, value string) {
		s := spec("3.5.35", 3, 0)
		s.Settings = map[string]string{"user.value": value}
		if lines, err := Conf(s, Primary); err == nil {
			checkRoundTrip(t, lines)
		}
	})
}

func checkRoundTrip(t require.TestingT, lines []Line) {
	settings := make([]Setting, len(lines))
	for i, l := range lines {
		settings[i] = l.Setting
	}
	text := Render(lines)
	parsed, err := Parse(text)
	require.NoError(t, err)
	require.Equal(t, settings, parsed)
	for _, c := range text {
		require.LessOrEqual(t, c, rune(unicode.MaxASCII), "Neo4j reads the file as ISO 8859-1")
	}
}
