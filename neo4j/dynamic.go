package neo4j

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// dynamicText are the settings that a server takes while it runs, by their name: the first release of each era that does, and where that
// is from. "jar" was read from the classes of 3.4.10 and 3.5.0-beta03 Enterprise and of 4.0.0, 4.1.0, 4.2.1, 4.3.2, 4.4.0, 4.4.41, 5.1.0,
// 5.26.30 and 2026.08.1 Community; "manual" is from the lists of the operations manuals 4.0 to 5.0 ("Dynamic settings") and the labels of
// 4.4, 5 and 2026.08 ("Configuration settings"), which alone have the Enterprise settings of 4.x and later. Where both speak of a
// setting they agree. A * stands for a part that the user chooses.
//
//go:embed dynamic.txt
var dynamicText string

// dynamics are the releases from which settings are dynamic, by era and name.
var dynamics = sync.OnceValue(func() []map[string]Release {
	since := make([]map[string]Release, len(eras))
	for era := range eras {
		since[era] = map[string]Release{}
	}
	for line := range strings.Lines(dynamicText) {
		fields := strings.Split(line, "\t")
		for _, first := range strings.Fields(fields[1]) {
			if strings.Count(first, ".") == 1 {
				first += ".0"
			}
			r := MustRelease(first)
			since[eraOf(r)][fields[0]] = r
		}
	}
	return since
})

// isDynamic is what a server of the release itself says of a setting, as far as it is known.
func isDynamic(r Release, name string) bool {
	since := dynamics()[eraOf(r)]
	first, ok := since[name]
	if !ok {
		for pattern, from := range since {
			if strings.Contains(pattern, "*") && matches(pattern, name) {
				first, ok = from, true
			}
		}
	}
	r.Pre = "" // 3.5.0-beta03 is a 3.5
	return ok && r.Compare(first) >= 0
}

// notLive are dynamic settings that are left to the next start all the same.
var notLive = []string{
	// A group that was not in neo4j.conf at the start has no settings in the running server ("Setting … not found", seen on the classes of
	// 5.26.30), and one that was there stays.
	"dbms.security.oidc.*",
	// Taken up when certificates are read anew (dbms.security.reloadTLS), by whoever does that.
	"dbms.ssl.policy.*",
	// The three belong together, and the password must stand in no statement: servers log them, and show it to nobody.
	"dbms.security.key.name", "dbms.security.keystore.path", "dbms.security.keystore.password",
	"systemdb.secrets.key.name", "systemdb.secrets.keystore.path", "systemdb.secrets.keystore.password",
	// Shown with ports that nobody wrote: what runs cannot be held against what is planned.
	"fabric.routing.servers",
}

// Dynamic says whether a running server of a release and edition takes another value of a setting: by dbms.setConfigValue, which from 3.4 on
// Enterprise has and Community has not (operations manuals 3.5 to 2026.08, "Dynamic settings"). Where the sources do not say so it is not:
// a restart never does harm. Neither are settings that the program itself decides.
func Dynamic(r Release, e Edition, name string) bool {
	f, err := FamilyOf(r)
	if err != nil || e != Enterprise || !isDynamic(r, name) {
		return false
	}
	if _, owned := f.Owned()[name]; owned {
		return false
	}
	return !slices.ContainsFunc(notLive, func(pattern string) bool { return matches(pattern, name) })
}

// allowlists are what a stack restricts dbms.setConfigValue with, in all names.
var allowlists = []string{"dbms.dynamic.setting.whitelist", "dbms.dynamic.setting.allowlist", "server.dynamic.setting.allowlist"}

// Live says whether the running members take another value of a setting: it is Dynamic, and the stack's own list of what may be changed
// at run time has it (operations manual 4.4, dbms.dynamic.setting.allowlist, and 5, server.dynamic.setting.allowlist: names, * for any part).
func (s Spec) Live(name string) bool {
	if !Dynamic(s.Release, s.Edition, name) {
		return false
	}
	for _, key := range allowlists {
		list, restricted := s.Settings[key]
		if restricted && !slices.ContainsFunc(strings.Split(list, ","), func(glob string) bool { return globs(strings.TrimSpace(glob), name) }) {
			return false
		}
	}
	return true
}

// globs says whether a name is as a pattern says in which * is any text.
func globs(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	rest, ok := strings.CutPrefix(name, parts[0])
	if len(parts) == 1 || !ok {
		return ok && rest == ""
	}
	for _, part := range parts[1 : len(parts)-1] {
		_, after, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}

// SplitLive parts the lines that running members take from those that count at a start only.
func SplitLive(s Spec, lines []Line) (live, fixed []Line) {
	for _, line := range lines {
		if s.Live(line.Key) {
			live = append(live, line)
		} else {
			fixed = append(fixed, line)
		}
	}
	return live, fixed
}
