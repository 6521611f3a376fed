package policy

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"

	"neo4j-kubernetes/neo4j"
)

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
					pods := selected(budget, all)
					taken, known := takes(budget, pods)
					left := max(0, members-taken)
					switch {
					case !known || left >= least:
					case pods > members:
						report(budget, fmt.Sprintf("lets drains take %d of the %d pods that it selects, which may be %d of %d voting members, and their quorum is %d: "+
							"select the voting members alone, with minAvailable %d", taken, pods, members-left, members, neo4j.Quorum(members), least))
					default:
						report(budget, fmt.Sprintf("leaves %d of %d voting members, and the quorum is %d: set minAvailable to %d", left, members, neo4j.Quorum(members), least))
					}
				}
				if budgets == 0 {
					report(set, fmt.Sprintf("%d voting members have no PodDisruptionBudget: declare one with minAvailable %d", members, least))
				}
			}
		})
}

// covers says whether a resource is a budget that selects the pods of another one, in the same namespace. One whose selector is not known yet
// may.
func covers(budget, set policyx.AnalyzerResource) bool {
	if !isKind(budget, "PodDisruptionBudget") || text(in(budget, "metadata", "namespace")) != text(in(set, "metadata", "namespace")) {
		return false
	}
	if unknownIn(budget, "spec", "selector") {
		return true
	}
	return selector(in(budget, "spec", "selector")).Matches(labels.Set(texts(in(set, "spec", "template", "metadata", "labels"))))
}

// selector is a label selector as Kubernetes reads it: where there is none it takes nothing, and an empty one everything. One that Kubernetes
// refuses takes nothing.
func selector(value property.Value) labels.Selector {
	if !value.IsMap() {
		return labels.Nothing()
	}
	given := &metav1.LabelSelector{MatchLabels: texts(at(value, "matchLabels"))}
	for _, e := range list(at(value, "matchExpressions")) {
		requirement := metav1.LabelSelectorRequirement{Key: text(at(e, "key")), Operator: metav1.LabelSelectorOperator(text(at(e, "operator")))}
		for _, v := range list(at(e, "values")) {
			requirement.Values = append(requirement.Values, text(v))
		}
		given.MatchExpressions = append(given.MatchExpressions, requirement)
	}
	read, err := metav1.LabelSelectorAsSelector(given)
	if err != nil {
		return labels.Nothing()
	}
	return read
}

// selected is how many pods a budget selects, of all that the stack's StatefulSets and Deployments have: those that do not vote count with
// those that do, and the budget does not say who of them goes.
func selected(budget policyx.AnalyzerResource, all []policyx.AnalyzerResource) int {
	pods := 0
	for _, r := range all {
		if (isKind(r, "StatefulSet") || isKind(r, "Deployment")) && covers(budget, r) {
			pods += replicas(r)
		}
	}
	return pods
}

// replicas is how many pods a workload has, Kubernetes' one where it does not say.
func replicas(r policyx.AnalyzerResource) int {
	if given := in(r, "spec", "replicas"); given.IsNumber() {
		return int(given.AsNumber())
	}
	return 1
}

// takes is how many of so many pods a budget lets drains take, where that is known: Kubernetes rounds a share up either way, and a budget
// that says neither lets nobody go (disruption controller of 1.34, getExpectedPodCount and updatePdbStatus).
func takes(budget policyx.AnalyzerResource, pods int) (taken int, known bool) {
	if unknownIn(budget, "spec") {
		return 0, false
	}
	spec := in(budget, "spec")
	var err error
	switch {
	case !at(spec, "maxUnavailable").IsNull():
		taken, err = scaled(at(spec, "maxUnavailable"), pods)
	case !at(spec, "minAvailable").IsNull():
		taken, err = scaled(at(spec, "minAvailable"), pods)
		taken = pods - taken
	}
	return min(max(0, taken), pods), err == nil
}

// scaled is a number, or a share of so many.
func scaled(value property.Value, of int) (int, error) {
	given := intstr.FromString(text(value))
	if value.IsNumber() {
		given = intstr.FromInt32(int32(value.AsNumber()))
	}
	return intstr.GetScaledValueFromIntOrPercent(&given, of, true)
}
