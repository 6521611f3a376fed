package neo4j

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Plugin is a plugin of a stack.
type Plugin struct {
	// Name is one of PluginNames.
	Name string
	// Bundled says that the image has the jar in its plugins folder already, so that nothing is fetched at start: air-gapped.
	Bundled bool
	// LicenseSecret and LicenseKey name the Secret of the namespace that holds the plugin's licence, and the key in it.
	LicenseSecret, LicenseKey string
}

// PluginNames are the names of all plugins, sorted.
func PluginNames() []string { return slices.Sorted(maps.Keys(pluginKinds)) }

// CheckPlugin says why a plugin cannot be had; empty when it can.
func CheckPlugin(s Spec, p Plugin) (reason, mend string) {
	kind, ok := pluginKinds[p.Name]
	known := slices.ContainsFunc(kind.known, func(k span) bool { return k.has(s.Release) })
	switch {
	case !ok && pluginNames[p.Name] != "":
		return "is no plugin's name", "did you mean " + pluginNames[p.Name] + "?"
	case !ok:
		return "is no plugin this program knows", "write one of " + strings.Join(PluginNames(), ", ") + ", or put its jar into your image and its settings into cluster.settings"
	case p.Name == "apoc-core" && !known && s.Release.Major >= 5:
		return "is called apoc since 5.0", "write apoc"
	case !known && !p.Bundled:
		return "is not what the image of " + s.Release.String() + " fetches", "it is known to " + kind.releases() + "; or put a jar for this release into your image and write bundled: true"
	case kind.enterprise && s.Edition == Community:
		return "is for Neo4j Enterprise", "leave it out, or use edition: enterprise"
	case kind.bundledOnly && s.Edition == Community && !p.Bundled && !kind.ships(s):
		return "is not in the Community image of " + s.Release.String(), "it is there from " + kind.communityShipped + " on"
	case kind.needed && p.LicenseSecret == "":
		return "does nothing without its licence", "name the Secret: {name: " + p.Name + ", licenseSecret: <secret>, licenseKey: <key>}"
	case len(kind.licenses) == 0 && p.LicenseSecret != "":
		return "takes no licence", "leave licenseSecret out"
	}
	return "", ""
}

// releases says which images know the plugin, "5.8.0 and later".
func (k pluginKind) releases() string {
	var texts []string
	for _, s := range k.known {
		if s.before == "" {
			texts = append(texts, s.from+" and later")
		} else {
			texts = append(texts, s.from+" to before "+s.before)
		}
	}
	return strings.Join(texts, ", ")
}

// LicensePath is the file of a plugin's licence in a member.
func (p Plugin) LicensePath() string { return "/licenses/" + p.LicenseFile() }

// LicenseFile is its name, the one the images look for.
func (p Plugin) LicenseFile() string { return p.Name + ".license" }

// Runs says whether a member of a role runs the plugins. Where there is an analytics pool, GDS and Bloom run there only: their load
// is what the pool keeps away from the others.
func (p Plugin) Runs(s Spec, role Role) bool {
	heavy := p.Name == gds || p.Name == "bloom"
	return !heavy || s.Analytics == 0 || role == Analytics
}

const gds = "graph-data-science"

// PluginsOf are the plugins of a role's members.
func (s Spec) PluginsOf(role Role) []Plugin {
	return slices.DeleteFunc(slices.Clone(s.Extras.Plugins), func(p Plugin) bool { return !p.Runs(s, role) })
}

// Fetched is what the image is asked to put in place at start: the variable's name and its value, a JSON list; both empty for nothing.
func (s Spec) Fetched(role Role) (variable, names string) {
	var quoted []string
	for _, p := range s.PluginsOf(role) {
		if !p.Bundled {
			quoted = append(quoted, fmt.Sprintf("%q", p.Name))
		}
	}
	if len(quoted) == 0 {
		return "", ""
	}
	variable = "NEO4J_PLUGINS"
	if s.Release.Compare(MustRelease(renamedVariable)) < 0 {
		variable = "NEO4JLABS_PLUGINS"
	}
	return variable, "[" + strings.Join(quoted, ",") + "]"
}

// pluginSettings are what the plugins of a role and the procedures' lists bring to neo4j.conf.
func pluginSettings(f Family, s Spec, role Role) []Setting {
	var settings []Setting
	allowed, free, narrowed := s.Extras.Procedures.Allowlist, s.Extras.Procedures.Unrestricted, false
	for _, p := range s.PluginsOf(role) {
		kind := pluginKinds[p.Name]
		narrowed = narrowed || kind.narrows && !p.Bundled
		if p.LicenseSecret != "" {
			settings = append(settings, Setting{kind.licenseSetting(s.Release), p.LicensePath()})
		}
		if kind.settings != nil {
			settings = append(settings, kind.settings(f.Keys)...)
		}
	}
	switch {
	case len(allowed) > 0:
		settings = append(settings, Setting{f.Keys.ProcedureAllowlist, strings.Join(allowed, ",")})
	case narrowed:
		settings = append(settings, Setting{f.Keys.ProcedureAllowlist, "*"})
	}
	// Nothing is ever unrestricted by itself: what reaches around the server's security is the stack's to name. Written even when
	// empty, for the official entry point lets all procedures of a plugin that it fetches do so, unless neo4j.conf has the line.
	if variable, _ := s.Fetched(role); len(free) > 0 || variable != "" {
		settings = append(settings, Setting{f.Keys.ProcedureUnrestricted, strings.Join(free, ",")})
	}
	if f.ApocInConf {
		for _, name := range slices.Sorted(maps.Keys(s.Extras.Apoc)) {
			settings = append(settings, Setting{name, s.Extras.Apoc[name]})
		}
	}
	return settings
}

// WarnPlugins names what a stack's plugins lack, or do that is worth a second look.
func WarnPlugins(f Family, s Spec) []string {
	var warnings []string
	allowed, free := s.procedures(f.Keys.ProcedureAllowlist, s.Extras.Procedures.Allowlist), s.procedures(f.Keys.ProcedureUnrestricted, s.Extras.Procedures.Unrestricted)
	for _, p := range s.Extras.Plugins {
		kind := pluginKinds[p.Name]
		if !p.Bundled && !kind.ships(s) {
			warnings = append(warnings, fmt.Sprintf("plugins: %s is downloaded at every start of a member; where the network is closed, put its jar into your image and write bundled: true", p.Name))
		}
		if kind.unsandboxed && f.Keys.ProcedureUnrestricted != "" && !covers(free, kind.prefix) {
			warnings = append(warnings, fmt.Sprintf("plugins: %s does not run restricted; its manual wants procedures.unrestricted: [%s*]", p.Name, kind.prefix))
		}
		if len(allowed) > 0 && !covers(allowed, kind.prefix) {
			warnings = append(warnings, fmt.Sprintf("plugins: procedures.allowlist has nothing of %s, none of its procedures (%s*) will be there", p.Name, kind.prefix))
		}
		if p.Name == gds && s.Clustered() && s.Analytics == 0 {
			warnings = append(warnings, "plugins: "+p.Name+" takes the whole of a machine, and its manual wants it on servers that never vote; "+gdsPlace(f))
		}
	}
	if slices.ContainsFunc(free, func(pattern string) bool { return strings.Trim(pattern, "*?.") == "" }) {
		warnings = append(warnings, "procedures.unrestricted: * lets every procedure of every plugin reach around the server's security")
	}
	return warnings
}

func gdsPlace(f Family) string {
	if f.Analytics {
		return "with cluster.analytics it runs there only"
	}
	return "in " + f.Range() + " give it a stack of its own, a standalone server"
}

// procedures is a list as neo4j.conf will have it: the stack's own setting wins.
func (s Spec) procedures(key string, list []string) []string {
	own, ok := s.Settings[key]
	if !ok || key == "" {
		return list
	}
	list = nil
	for _, pattern := range strings.Split(own, ",") {
		if pattern = strings.TrimSpace(pattern); pattern != "" {
			list = append(list, pattern)
		}
	}
	return list
}

// covers says whether a pattern of a list speaks of names that begin with prefix.
func covers(list []string, prefix string) bool {
	return slices.ContainsFunc(list, func(pattern string) bool {
		fixed := pattern
		if i := strings.IndexAny(pattern, "*?"); i >= 0 {
			fixed = pattern[:i]
			return strings.HasPrefix(fixed, prefix) || strings.HasPrefix(prefix, fixed)
		}
		return strings.HasPrefix(fixed, prefix)
	})
}
