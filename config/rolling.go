package config

import (
	"slices"
	"strings"

	"neo4j-kubernetes/plan"
)

// readRolling says how members are replaced. A gate is waived by its name only: there is no word for all of them.
func readRolling(f *file) plan.Rolling {
	r := plan.Rolling{Waive: f.list("waive")}
	for _, name := range r.Waive {
		if slices.Contains(plan.Gates, name) {
			continue
		}
		mend := "the gates are " + strings.Join(plan.Gates, ", ")
		if near := nearest(name, plan.Gates); near != "" {
			mend += "; did you mean " + near + "?"
		}
		f.refuse("waive", name, "is no gate of a rolling change", mend)
	}
	f.end()
	return r
}

// warnRolling says that gates are waived, for that is meant for the change at hand.
func warnRolling(stack *Stack) {
	if names := stack.Plan.Rolling.Waive; len(names) > 0 {
		stack.Warnings = append(stack.Warnings, "neo4j:cluster.rolling.waive: members are stopped though these gates are shut: "+strings.Join(names, ", ")+
			"; take it out when the change is done")
	}
}
