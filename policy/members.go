package policy

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"

	"neo4j-kubernetes/neo4j"
)

// oddPrimaries advises against an even number of voting members: it bears no more losses than the odd number below it.
func oddPrimaries() policyx.Policy {
	return rule("odd-primaries", "The number of voting members is odd.", policyx.EnforcementLevelAdvisory,
		func(r policyx.AnalyzerResource, report report) {
			if members, ok := votes(r); ok && members > 0 && members%2 == 0 {
				report(fmt.Sprintf("%d voting members bear the loss of %d, as many as %d do: set cluster.primaries to %d or %d",
					members, members-neo4j.Quorum(members), members-1, members-1, members+1))
			}
		})
}

// disruptionBudget wants drains of nodes to leave the quorum of voting members.
func disruptionBudget() policyx.Policy {
	return overStack("disruption-budget", "A drain of nodes leaves the quorum of voting members.", policyx.EnforcementLevelMandatory,
		func(all []policyx.AnalyzerResource, report func(policyx.AnalyzerResource, string)) {
			for _, set := range all {
				members, ok := votes(set)
				if !ok || members < 2 {
					continue
				}
				budgets, least := 0, neo4j.LeastLeft(members)
				for _, budget := range all {
					if !covers(budget, set) {
						continue
					}
					budgets++
					if left, known := leaves(budget, members); known && left < least {
						report(budget, fmt.Sprintf("leaves %d of %d voting members, and the quorum is %d: set minAvailable to %d", left, members, neo4j.Quorum(members), least))
					}
				}
				if budgets == 0 {
					report(set, fmt.Sprintf("%d voting members have no PodDisruptionBudget: declare one with minAvailable %d", members, least))
				}
			}
		})
}

// covers says whether a resource is a budget whose selector takes the pods of a StatefulSet, in the same namespace.
func covers(budget, set policyx.AnalyzerResource) bool {
	if !isKind(budget, "PodDisruptionBudget") || text(in(budget, "metadata", "namespace")) != text(in(set, "metadata", "namespace")) {
		return false
	}
	wanted := texts(in(budget, "spec", "selector", "matchLabels"))
	labels := texts(in(set, "spec", "template", "metadata", "labels"))
	for key, value := range wanted {
		if labels[key] != value {
			return false
		}
	}
	return len(wanted) > 0
}

// leaves is how many of the members a budget has drains leave, where it says so by a number.
func leaves(budget policyx.AnalyzerResource, members int) (left int, known bool) {
	if least := in(budget, "spec", "minAvailable"); least.IsNumber() {
		return int(least.AsNumber()), true
	}
	if most := in(budget, "spec", "maxUnavailable"); most.IsNumber() {
		return members - int(most.AsNumber()), true
	}
	return 0, false
}
