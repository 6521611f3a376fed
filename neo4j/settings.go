package neo4j

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// SettingProblem is why a setting of the user is refused.
type SettingProblem struct{ Key, Value, Reason, Mend string }

var settingName = regexp.MustCompile(`^[a-z][A-Za-z0-9_]*(\.[A-Za-z0-9_-]+)+$`)

// CheckSettings refuses settings that cannot stand in neo4j.conf or that the program itself decides, all of them, sorted by key.
func CheckSettings(f Family, settings map[string]string) []SettingProblem {
	var problems []SettingProblem
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
		case strings.ContainsFunc(value, unicode.IsControl):
			problems = append(problems, SettingProblem{key, value, "has a line break or another control character, which would break its line", "write it on one line"})
		}
	}
	return problems
}

// Owned are the settings that only the program may write, by name, with what to use in their place.
func (f Family) Owned() map[string]string {
	const shape = "leave it out: it follows from primaries, secondaries and the members' names"
	mends := map[string]string{
		f.Keys.HeapInitial: "use cluster.memory.heap",
		f.Keys.HeapMax:     "use cluster.memory.heap",
		f.Keys.PageCache:   "use cluster.memory.pageCache",
		f.Keys.StatusAuth:  "leave it out: the pods' probes need the status endpoints without credentials",
	}
	owned := map[string]string{}
	keys := reflect.ValueOf(f.Keys)
	for i := range keys.NumField() {
		key := keys.Field(i).String()
		switch key {
		case "", f.Keys.JVM, f.Keys.LeaderTimeout:
			continue // the user's to set
		}
		owned[key] = shape
		if mend, ok := mends[key]; ok {
			owned[key] = mend
		}
	}
	return owned
}
