package neo4j

import (
	"fmt"
	"slices"
	"strings"
)

// Plugin is a plugin of a stack.
type Plugin struct {
	// Name is a name of Plugins.
	Name string
	// Bundled says that the image has the jar in its plugins folder already, so that nothing is fetched at start: air-gapped.
	Bundled bool
	// LicenseSecret and LicenseKey name the Secret of the namespace that holds the plugin's licence, and the key in it.
	LicenseSecret, LicenseKey string
}

// pluginKind is what is known of a plugin (operations manual, "Docker: configure plugins"; GDS and Bloom manuals).
type pluginKind struct {
	// from is the first release whose image takes the name.
	from string
	// license is the setting that names the licence's file; empty for plugins without one. needed says whether it does nothing without.
	license string
	needed  bool
	// enterprise says that Community cannot run it.
	enterprise bool
	// settings are lines of neo4j.conf that it needs.
	settings []Setting
	// procedures are the patterns of what it adds.
	procedures string
}

var pluginKinds = map[string]pluginKind{
	"apoc":          {from: "3.5.0", procedures: "apoc.*"},
	"apoc-extended": {from: "5.0.0", procedures: "apoc.*"},
	"bloom": {
		from: "4.2.0", license: "dbms.bloom.license_file", needed: true, enterprise: true, procedures: "bloom.*",
		settings: []Setting{{"server.unmanaged_extension_classes", "com.neo4j.bloom.server=/bloom"}, {"dbms.security.http_auth_allowlist", "/,/browser.*,/bloom.*"}},
	},
	"genai":              {from: "5.17.0", procedures: "genai.*"},
	"graph-data-science": {from: "4.2.0", license: "gds.enterprise.license_file", procedures: "gds.*"},
	"graphql":            {from: "3.5.0", procedures: "graphql.*"},
	"n10s":               {from: "3.5.0", procedures: "n10s.*"},
	"streams":            {from: "3.5.0", procedures: "streams.*"},
}

// pluginNames are what people write in place of a plugin's name.
var pluginNames = map[string]string{"gds": "graph-data-science", "neosemantics": "n10s", "apoc-core": "apoc", "apocextended": "apoc-extended", "gen-ai": "genai"}

// PluginNames are the names of all plugins, sorted.
func PluginNames() []string {
	var names []string
	for name := range pluginKinds {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// CheckPlugin says why a plugin cannot be had; empty when it can.
func CheckPlugin(s Spec, p Plugin) (reason, mend string) {
	kind, ok := pluginKinds[p.Name]
	switch {
	case !ok && pluginNames[p.Name] != "":
		return "is no plugin's name", "did you mean " + pluginNames[p.Name] + "?"
	case !ok:
		return "is no plugin this program knows", "write one of " + strings.Join(PluginNames(), ", ") + ", or put its jar into your image and its settings into cluster.settings"
	case s.Release.Compare(MustRelease(kind.from)) < 0:
		return "is not for " + s.Release.String(), "it is there from " + kind.from + " on"
	case kind.enterprise && s.Edition == Community:
		return "is for Neo4j Enterprise", "leave it out, or use edition: enterprise"
	case kind.needed && p.LicenseSecret == "":
		return "does nothing without its licence", "name the Secret: {name: " + p.Name + ", licenseSecret: <secret>, licenseKey: <key>}"
	case kind.license == "" && p.LicenseSecret != "":
		return "takes no licence", "leave licenseSecret out"
	}
	return "", ""
}

// LicensePath is the file of a plugin's licence in a member.
func (p Plugin) LicensePath() string { return "/licenses/" + p.Name }

// Runs says whether a member of a role runs the plugins. Where there is an analytics pool, GDS and Bloom run there only: their load
// is what the pool keeps away from the others.
func (p Plugin) Runs(s Spec, role Role) bool {
	heavy := p.Name == "graph-data-science" || p.Name == "bloom"
	return !heavy || s.Analytics == 0 || role == Analytics
}

// PluginsOf are the plugins of a role's members.
func (s Spec) PluginsOf(role Role) []Plugin {
	return slices.DeleteFunc(slices.Clone(s.Extras.Plugins), func(p Plugin) bool { return !p.Runs(s, role) })
}

// Fetched are the names that the image is asked to fetch at start, as NEO4J_PLUGINS wants them; empty for none.
func (s Spec) Fetched(role Role) string {
	var names []string
	for _, p := range s.PluginsOf(role) {
		if !p.Bundled {
			names = append(names, fmt.Sprintf("%q", p.Name))
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "[" + strings.Join(names, ",") + "]"
}

// pluginSettings are what the plugins of a role and the procedures' lists bring to neo4j.conf.
func pluginSettings(f Family, s Spec, role Role) []Setting {
	var settings []Setting
	for _, p := range s.PluginsOf(role) {
		kind := pluginKinds[p.Name]
		if p.LicenseSecret != "" {
			settings = append(settings, Setting{kind.license, p.LicensePath()})
		}
		for _, setting := range kind.settings {
			if name, ok := f.called(setting.Key); ok {
				settings = append(settings, Setting{name, setting.Value})
			}
		}
	}
	if list := s.Extras.Procedures.Allowlist; len(list) > 0 {
		settings = append(settings, Setting{f.Keys.ProcedureAllowlist, strings.Join(list, ",")})
	}
	// Nothing is ever unrestricted by itself: what reaches around the server's security is the stack's to name. Written even when
	// empty, for the official entry point lets all procedures of a plugin that it fetches do so, unless neo4j.conf has the line.
	if list := s.Extras.Procedures.Unrestricted; len(list) > 0 || s.Fetched(role) != "" {
		settings = append(settings, Setting{f.Keys.ProcedureUnrestricted, strings.Join(list, ",")})
	}
	return settings
}

// called gives what the family calls a setting that 5.x calls by name.
func (f Family) called(name string) (string, bool) {
	era := eraOf(Release{Major: f.from[0]})
	if _, ok := knowledge().typeOf(era, name); ok {
		return name, true
	}
	old, _, ok := knowledge().oldName(era, name)
	return old, ok
}
