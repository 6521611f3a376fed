package config

import (
	"fmt"
	"maps"
	"slices"

	"neo4j-kubernetes/neo4j"
)

func validatePlugins(stack *Stack, f neo4j.Family, problems *Problems) {
	s, seen := stack.Plan, map[string]bool{}
	for i, p := range s.Extras.Plugins {
		at := fmt.Sprintf("cluster.plugins[%d]", i)
		if reason, mend := neo4j.CheckPlugin(s.Spec, p); reason != "" {
			problems.add(at, p.Name, reason, mend)
		} else if seen[p.Name] {
			problems.add(at, p.Name, "is there twice", "leave one out")
		}
		seen[p.Name] = true
		if p.LicenseSecret != "" && !isObjectName(p.LicenseSecret) {
			problems.add(at+".licenseSecret", p.LicenseSecret, "is not the name of a Secret", "write the name of a Secret in the namespace")
		}
		if !secretKey.MatchString(p.LicenseKey) {
			problems.add(at+".licenseKey", p.LicenseKey, "is no key of a Secret", "use letters, digits, dashes, underscores and dots")
		}
	}
	lists := map[string][]string{"allowlist": s.Extras.Procedures.Allowlist, "unrestricted": s.Extras.Procedures.Unrestricted}
	for _, key := range slices.Sorted(maps.Keys(lists)) {
		if len(lists[key]) > 0 && f.Keys.ProcedureUnrestricted == "" {
			problems.add("cluster.procedures."+key, lists[key], "is not for "+s.Release.String(), "leave it out: the lists of procedures came with 3.2")
			continue
		}
		for i, pattern := range lists[key] {
			if !procedure.MatchString(pattern) {
				problems.add(fmt.Sprintf("cluster.procedures.%s[%d]", key, i), pattern, "is no pattern of procedures", "write names with * and ?, such as apoc.coll.*")
			}
		}
	}
	for _, warning := range neo4j.WarnPlugins(f, s.Spec) {
		stack.Warnings = append(stack.Warnings, "neo4j:cluster."+warning)
	}
}
