package neo4j

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Which image knows which plugin, as their own tables have it.
func TestPluginsByRelease(t *testing.T) {
	for plugin, want := range map[string]map[string]bool{
		"apoc":               {"3.4.15": false, "3.4.16": true, "3.5.10": false, "3.5.11": true, "4.0.0": true, "5.26.30": true, "2026.08.1": true},
		"apoc-core":          {"4.2.9": false, "4.2.10": true, "4.3.2": false, "4.4.0": true, "5.1.0": false},
		"apoc-extended":      {"4.4.38": false, "5.7.0": false, "5.8.0": true, "2026.08.1": true},
		"genai":              {"5.17.0": false, "5.18.0": true, "2025.01.0": true},
		"graph-data-science": {"3.5.17": false, "3.5.18": true, "4.0.3": false, "4.0.4": true, "2026.08.1": true},
		"bloom":              {"3.5.26": false, "4.1.6": false, "4.1.7": true, "4.2.2": false, "4.2.3": true, "2026.08.1": true},
		"n10s":               {"3.5.14": false, "5.26.30": true, "2025.04.0": true, "2025.05.0": false},
		"graphql":            {"5.23.0": true, "5.24.0": false},
		"streams":            {"5.12.0": true, "5.13.0": false},
		"fleet-management":   {"4.4.44": false, "4.4.45": true, "5.26.10": false, "5.26.11": true, "2025.07.0": false, "2025.08.0": true, "2026.03.0": false},
	} {
		for release, known := range want {
			s := spec(release, 3, 0)
			reason, _ := CheckPlugin(s, Plugin{Name: plugin, LicenseSecret: map[bool]string{true: "a"}[plugin == "bloom"]})
			assert.Equal(t, known, reason == "", "%s of %s: %s", plugin, release, reason)
		}
	}
}

// Images before 4.4.13 take NEO4J_PLUGINS for a setting, and fetch nothing.
func TestTheVariableOfThePluginsIsTheImages(t *testing.T) {
	for release, want := range map[string]string{
		"3.5.35": "NEO4JLABS_PLUGINS", "4.2.19": "NEO4JLABS_PLUGINS", "4.4.12": "NEO4JLABS_PLUGINS", "4.4.13": "NEO4J_PLUGINS", "5.1.0": "NEO4J_PLUGINS", "2026.08.1": "NEO4J_PLUGINS",
	} {
		s := spec(release, 3, 0)
		s.Extras.Plugins = []Plugin{{Name: "apoc"}, {Name: "n10s", Bundled: true}}
		variable, names := s.Fetched(Primary)
		assert.Equal(t, want, variable, release)
		assert.Equal(t, `["apoc"]`, names)
	}
	s := spec("5.26.30", 3, 0)
	s.Extras.Plugins = []Plugin{{Name: "apoc", Bundled: true}}
	variable, names := s.Fetched(Primary)
	assert.Empty(t, variable+names, "air-gapped")
}

// Bloom's settings have other names in every era.
func TestBloomInTheReleasesWords(t *testing.T) {
	for release, want := range map[string][]string{
		"3.5.35": {"neo4j.bloom.license_file=/licenses/bloom.license", "dbms.unmanaged_extension_classes=com.neo4j.bloom.server=/bloom"},
		"4.2.19": {"neo4j.bloom.license_file=/licenses/bloom.license", "dbms.unmanaged_extension_classes=com.neo4j.bloom.server=/bloom", "dbms.security.http_auth_whitelist=/,/browser.*,/bloom.*"},
		"4.4.38": {"neo4j.bloom.license_file=/licenses/bloom.license", "dbms.unmanaged_extension_classes=com.neo4j.bloom.server=/bloom", "dbms.security.http_auth_allowlist=/,/browser.*,/bloom.*"},
		"2026.08.1": {"dbms.bloom.license_file=/licenses/bloom.license", "server.unmanaged_extension_classes=com.neo4j.bloom.server=/bloom",
			"dbms.security.http_auth_allowlist=/,/browser.*,/bloom.*", "dbms.security.procedures.unrestricted="},
	} {
		s := spec(release, 3, 0)
		s.Extras.Plugins = []Plugin{{Name: "bloom", LicenseSecret: "bloom", LicenseKey: "license"}}
		lines := strings.Split(rendered(t, s, Primary), "\n")
		for _, line := range want {
			assert.Contains(t, lines, line, release)
		}
		count := 0
		for _, line := range lines {
			if strings.Contains(line, "bloom") {
				count++
			}
		}
		assert.Equal(t, min(count, len(want)), count, "%s: no other name of the same", release)
	}
}

// The entry point would narrow the allowlist to Fleet Management's own, and take every other plugin's procedures away.
func TestFleetManagementLeavesOtherProceduresAlone(t *testing.T) {
	s := spec("5.26.30", 3, 0)
	s.Extras.Plugins = []Plugin{{Name: "fleet-management"}, {Name: "apoc"}}
	assert.Contains(t, rendered(t, s, Primary), "\ndbms.security.procedures.allowlist=*\n")
	s.Extras.Procedures.Allowlist = []string{"fleetManagement.*"}
	assert.Contains(t, rendered(t, s, Primary), "\ndbms.security.procedures.allowlist=fleetManagement.*\n")
}

// APOC of 3.x reads neo4j.conf, later ones apoc.conf; and a value stays what it is in either.
func TestApocSettingsAreWhereApocReadsThem(t *testing.T) {
	for release, file := range map[string]string{"3.5.35": "neo4j.conf", "4.4.38": "apoc.conf", "5.26.30": "apoc.conf"} {
		s := spec(release, 3, 0)
		s.Extras.Apoc = map[string]string{"apoc.jdbc.a.url": `C:\data`}
		lines, err := Conf(s, Primary)
		require.NoError(t, err)
		for name, text := range s.ConfigFiles(lines) {
			settings, err := Parse(text)
			require.NoError(t, err)
			if name == file {
				assert.Contains(t, settings, Setting{"apoc.jdbc.a.url", `C:\data`}, release)
			} else {
				assert.NotContains(t, text, "apoc.", release)
			}
		}
		assert.Contains(t, s.ConfigFiles(lines), file)
	}
}

// The entry points of 3.4.18, of 3.5.14 and later and of 4.0.0 spoil every JVM line of a neo4j.conf without this one.
func TestTheEntryPointSpoilsNoJVMLine(t *testing.T) {
	const guard = "dbms.jvm.additional=-Dunsupported.dbms.udc.source=docker\n"
	for _, release := range []string{"3.4.18", "3.5.35", "4.0.0"} {
		s := spec(release, 3, 0)
		assert.Contains(t, rendered(t, s, Primary), guard, release)
		s.Extras.JVM = JVM{Arguments: []string{"-Da=b"}, Replace: true}
		conf := rendered(t, s, Primary)
		assert.Contains(t, conf, guard, "%s: replaced flags need it as well", release)
		assert.Equal(t, 2, strings.Count(conf, "dbms.jvm.additional="), release)
	}
}

// A heap beyond 31 GiB loses the short pointers; 4.x must not keep transactions outside the plan.
func TestMemoryOfLargeMachines(t *testing.T) {
	plan, err := familyOf(t, "5.26.30").PlanMemory(128<<30, Memory{})
	require.NoError(t, err)
	assert.Equal(t, int64(31<<30), plan.Heap)
	assert.Equal(t, int64(97<<30-384<<20), plan.PageCache)
	for _, release := range []string{"4.2.19", "4.4.38"} {
		assert.Contains(t, rendered(t, spec(release, 3, 0), Primary), "\ndbms.tx_state.memory_allocation=ON_HEAP\n", release)
	}
}
