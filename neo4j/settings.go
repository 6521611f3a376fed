package neo4j

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// SettingProblem is why a setting of the user is refused.
type SettingProblem struct{ Key, Value, Reason, Mend string }

var settingName = regexp.MustCompile(`^[a-z][A-Za-z0-9_]*(\.[A-Za-z0-9_-]+)+$`)

// foreign are prefixes of settings that are not the server's own, or not documented: what they take is not known here.
var foreign = []string{"internal.", "unsupported.", "apoc.", "gds.", "n10s.", "genai.", "dbms.bloom.", "client.", "fabric.", "ha."}

// CheckSettings refuses settings that cannot stand in neo4j.conf, that the program itself decides, that the release calls by another
// name or does not have any more, that are a slip of a known name, or whose value is of a wrong type: all of them, sorted by key.
// What is merely unknown is in WarnSettings.
func CheckSettings(f Family, settings map[string]string) []SettingProblem {
	problems, _ := review(f, settings)
	return problems
}

// WarnSettings names settings that are not known for the release, and one that opens the database to everybody, sorted by key. The
// unknown are passed on: a plugin's, or newer than this program. The server refuses to start with one that it does not know either,
// unless its strict validation is off.
func WarnSettings(f Family, settings map[string]string) []string {
	_, warnings := review(f, settings)
	return warnings
}

func review(f Family, settings map[string]string) (problems []SettingProblem, warnings []string) {
	if len(settings) == 0 {
		return nil, nil
	}
	owned := f.Owned()
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		value := settings[key]
		switch mend, isOwned := owned[key]; {
		case !settingName.MatchString(key):
			problems = append(problems, SettingProblem{key, value, "is not the name of a setting", "write the full name, such as dbms.logs.query.enabled"})
		case isOwned:
			problems = append(problems, SettingProblem{key, value, "is decided by the program", mend})
		case !utf8.ValidString(value):
			problems = append(problems, SettingProblem{key, value, "is not valid UTF-8", "write it as text"})
		case strings.Contains(value, "$("):
			// A server expands it only when started with --expand-commands (4.2 and later), which the images do not do; before, the
			// text itself would be the value.
			problems = append(problems, SettingProblem{key, value, "is a command, and the server refuses to start with one", "take the value from a Secret: {secret: <name>, key: <key>}"})
		case strings.ContainsFunc(value, unicode.IsControl):
			problems = append(problems, SettingProblem{key, value, "has a line break or another control character, which would break its line", "write it on one line"})
		default:
			problem, warning := f.recognise(key, value, owned)
			if problem != nil {
				problems = append(problems, *problem)
			}
			if warning != "" {
				warnings = append(warnings, warning)
			}
			if key == "dbms.security.auth_enabled" && strings.EqualFold(value, "false") {
				warnings = append(warnings, key+"=false lets everybody who reaches a member do everything")
			}
		}
	}
	return problems, warnings
}

// recognise looks a setting up in the catalogue.
func (f Family) recognise(key, value string, owned map[string]string) (*SettingProblem, string) {
	known, era := knowledge(), f.era()
	if rest, ok := strings.CutPrefix(key, "dbms.ssl.policy."); ok && f.TLS != nil {
		if scope, _, _ := strings.Cut(rest, "."); !slices.Contains(f.TLS, scope) {
			return &SettingProblem{key, value, "is a policy for nothing: " + f.Name + " knows no " + scope, "write dbms.ssl.policy. and one of " + strings.Join(f.TLS, ", ")}, ""
		}
	}
	if t, ok := known.typeOf(era, key); ok {
		if reason, mend := t.refuse(value); reason != "" {
			return &SettingProblem{key, value, reason, mend}, ""
		}
		return nil, ""
	}
	write := func(name string) string {
		if mend, ok := owned[name]; ok {
			return mend
		}
		return "write " + strings.ReplaceAll(name, ",", " and ")
	}
	if name, since, changed := known.newName(era, key); changed {
		if name == "" {
			return &SettingProblem{key, value, "is gone since " + eraName(since), "leave it out"}, ""
		}
		return &SettingProblem{key, value, "has another name since " + eraName(since), write(name)}, ""
	}
	if name, since, ok := known.oldName(era, key); ok {
		return &SettingProblem{key, value, fmt.Sprintf("is the name from %s on, and this is %s", eraName(since), f.Name), write(name)}, ""
	}
	if strings.HasPrefix(key, "apoc.") && era >= eraOf(Release{Major: 5}) {
		return &SettingProblem{key, value, "is not read from neo4j.conf since 5.0, and the server refuses to start with it", "write it below cluster.apoc"}, ""
	}
	for _, prefix := range foreign {
		if strings.HasPrefix(key, prefix) {
			return nil, ""
		}
	}
	for other := range eras {
		if _, ok := known.typeOf(other, key); ok {
			return nil, fmt.Sprintf("%s is not known as a setting of %s, but of %s", key, f.Name, eraName(other))
		}
	}
	if name := known.nearest(era, key); name != "" {
		return &SettingProblem{key, value, "is no setting of " + f.Name, "did you mean " + name + "? Then " + write(name)}, ""
	}
	return nil, fmt.Sprintf("%s is not known as a setting of %s; it is passed on", key, f.Name)
}
