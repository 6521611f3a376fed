package neo4j

// The plugins. Sources: the plugin table that every published official image carries (read image by image, 3.4.16 to 2026.06.0), the
// images' entry points, the operations manuals' "Plugins", and the manuals of Bloom and Graph Data Science.

// pluginKind is what is known of a plugin.
type pluginKind struct {
	// known are the releases whose official image takes the name. An entry point of 4.4.13 and later exits on any other.
	known []span
	// shipped is the first release whose Enterprise image holds the jar, communityShipped the first Community image; of other releases
	// the entry point downloads it at every start. Empty for never.
	shipped, communityShipped string
	// licenses are the settings that name the licence's file, by the release each began with, oldest first; none for plugins without
	// one. needed says whether the plugin does nothing without.
	licenses []since
	needed   bool
	// enterprise says that Community cannot run it, and bundledOnly that a Community image cannot fetch it before communityShipped.
	enterprise, bundledOnly bool
	// prefix is how the names of its procedures begin.
	prefix string
	// unsandboxed says that by its manual it does not work unless its procedures are unrestricted.
	unsandboxed bool
	// narrows says that the entry point would let nothing but this plugin's procedures load, where neo4j.conf has no list.
	narrows bool
	// settings are further lines of neo4j.conf that it needs.
	settings func(Keys) []Setting
}

// span is a range of releases from one on and before another; an empty before has no end.
type span struct{ from, before string }

// since is a name from a release on.
type since struct{ from, name string }

var pluginKinds = map[string]pluginKind{
	"apoc":      {known: []span{{"3.4.16", "3.5.0"}, {"3.5.11", ""}}, shipped: "5.1.0", communityShipped: "5.1.0", prefix: "apoc."},
	"apoc-core": {known: []span{{"3.5.30", "4.0.0"}, {"4.1.11", "4.2.0"}, {"4.2.10", "4.3.0"}, {"4.3.3", "5.0.0"}}, shipped: "3.5.30", communityShipped: "3.5.30", prefix: "apoc."},
	"apoc-extended": {
		known: []span{{"5.8.0", ""}}, prefix: "apoc.",
	},
	"bloom": {
		known: []span{{"3.5.27", "4.0.0"}, {"4.0.12", "4.1.0"}, {"4.1.7", "4.2.0"}, {"4.2.3", ""}}, shipped: "4.4.13", needed: true, enterprise: true,
		licenses: []since{{"3.0.0", "neo4j.bloom.license_file"}, {"5.0.0", "dbms.bloom.license_file"}}, prefix: "bloom.", unsandboxed: true,
		settings: func(k Keys) []Setting {
			return []Setting{{k.UnmanagedExtensions, "com.neo4j.bloom.server=/bloom"}, {k.HTTPAllowlist, "/,/browser.*,/bloom.*"}}
		},
	},
	"fleet-management": {
		known: []span{{"4.4.45", "5.0.0"}, {"5.26.11", "2025.01.0"}, {"2025.08.0", "2026.03.0"}}, shipped: "4.4.45", communityShipped: "4.4.45",
		prefix: "fleetManagement.", unsandboxed: true, narrows: true,
	},
	"genai": {known: []span{{"5.18.0", ""}}, shipped: "5.18.0", communityShipped: "5.23.0", bundledOnly: true, prefix: "genai."},
	"graph-algorithms": {
		known: []span{{"3.4.16", "3.5.0"}, {"3.5.11", "4.0.0"}}, prefix: "algo.", unsandboxed: true,
	},
	"graph-data-science": {
		known: []span{{"3.5.18", "4.0.0"}, {"4.0.4", ""}}, shipped: "4.4.13", licenses: []since{{"3.0.0", "gds.enterprise.license_file"}},
		prefix: "gds.", unsandboxed: true,
	},
	"graphql": {known: []span{{"3.4.16", "3.5.0"}, {"3.5.11", "5.24.0"}}, prefix: "graphql."},
	"n10s":    {known: []span{{"3.5.15", "4.0.0"}, {"4.0.1", "2025.05.0"}}, prefix: "n10s."},
	"streams": {known: []span{{"3.4.16", "3.5.0"}, {"3.5.11", "5.13.0"}}, prefix: "streams."},
}

// pluginNames are what people write in place of a plugin's name.
var pluginNames = map[string]string{
	"gds": "graph-data-science", "neosemantics": "n10s", "apocextended": "apoc-extended", "gen-ai": "genai", "fleetmanagement": "fleet-management",
}

// renamedVariable is the first release whose image reads NEO4J_PLUGINS. Those before read NEO4JLABS_PLUGINS, and would take
// NEO4J_PLUGINS for a setting.
const renamedVariable = "4.4.13"

// has says whether a release is in the range.
func (s span) has(r Release) bool {
	return r.Compare(MustRelease(s.from)) >= 0 && (s.before == "" || r.Compare(MustRelease(s.before)) < 0)
}

// licenseSetting is the setting of the licence's file; empty for plugins without one.
func (k pluginKind) licenseSetting(r Release) string {
	name := ""
	for _, l := range k.licenses {
		if r.Compare(MustRelease(l.from)) >= 0 {
			name = l.name
		}
	}
	return name
}

// ships says whether the image holds the jar, so that nothing is downloaded.
func (k pluginKind) ships(s Spec) bool {
	first := k.shipped
	if s.Edition == Community {
		first = k.communityShipped
	}
	return first != "" && s.Release.Compare(MustRelease(first)) >= 0
}
