package neo4j

import (
	"maps"
	"slices"
)

// CheckEdition refuses, on Community, settings that only Enterprise has, sorted by key. From 5.0 on the server refuses to start with one
// (server.config.strict_validation.enabled); a server of 4.x goes on without it. Before, both editions knew all names.
func CheckEdition(f Family, e Edition, settings map[string]string) []SettingProblem {
	var problems []SettingProblem
	if e != Community {
		return nil
	}
	era := f.era()
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		if t, ok := knowledge().typeOf(era, key); !ok || !t.enterprise {
			continue
		}
		reason := "is a setting of Enterprise, and Community refuses to start with it"
		if era == 1 {
			reason = "is a setting of Enterprise, which Community does not have"
		}
		problems = append(problems, SettingProblem{key, settings[key], reason, "leave it out, or choose edition: enterprise"})
	}
	return problems
}
