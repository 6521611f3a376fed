package config

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"neo4j-kubernetes/plan"
)

const (
	labelMend = "write prefix/name, or a name of letters, digits, dashes, underscores and dots"
	valueMend = "write at most 63 letters, digits, dashes, underscores and dots"
)

// validatePlacement refuses what Kubernetes would refuse in the middle of an update, and what no node could ever fulfil.
func validatePlacement(s plan.Plan, problems *Problems) {
	p, at := s.Placement, "cluster.placement"
	for _, key := range slices.Sorted(maps.Keys(p.NodeSelector)) {
		checkLabel(at+".nodeSelector."+key, key, p.NodeSelector[key], problems)
	}
	for i, t := range p.Tolerations {
		checkToleration(fmt.Sprintf("%s.tolerations[%d]", at, i), t, problems)
	}
	if a := p.NodeAffinity; a != nil {
		if required := a.RequiredDuringSchedulingIgnoredDuringExecution; required != nil {
			below := at + ".nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
			if len(required.NodeSelectorTerms) == 0 {
				problems.add(below, nil, "is empty, which no node fulfils", "write a term, or leave it out")
			}
			for i, term := range required.NodeSelectorTerms {
				checkNodeTerm(fmt.Sprintf("%s[%d]", below, i), term, problems)
			}
		}
		for i, preferred := range a.PreferredDuringSchedulingIgnoredDuringExecution {
			below := fmt.Sprintf("%s.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[%d]", at, i)
			checkWeight(below, preferred.Weight, problems)
			checkNodeTerm(below+".preference", preferred.Preference, problems)
		}
	}
	if a := p.PodAffinity; a != nil {
		checkPodTerms(at+".podAffinity", a.RequiredDuringSchedulingIgnoredDuringExecution, a.PreferredDuringSchedulingIgnoredDuringExecution, problems)
	}
	if a := p.PodAntiAffinity; a != nil {
		checkPodTerms(at+".podAntiAffinity", a.RequiredDuringSchedulingIgnoredDuringExecution, a.PreferredDuringSchedulingIgnoredDuringExecution, problems)
	}
	for _, class := range []struct{ key, name, kind string }{{"priorityClass", p.PriorityClass, "PriorityClass"}, {"runtimeClass", p.RuntimeClass, "RuntimeClass"}} {
		if class.name != "" && !isObjectName(class.name) {
			problems.add(at+"."+class.key, class.name, "is not the name of a "+class.kind, "write one of: kubectl get "+strings.ToLower(class.kind))
		}
	}
	validateAgreement(s, problems)
}

func checkLabel(at, key, value string, problems *Problems) {
	if len(validation.IsQualifiedName(key)) > 0 {
		problems.add(at, value, "is under no name that a label may have", labelMend)
	}
	if len(validation.IsValidLabelValue(value)) > 0 {
		problems.add(at, value, "is no value that a label may have", valueMend)
	}
}

// checkToleration holds the rules of the API's own validation.
func checkToleration(at string, t corev1.Toleration, problems *Problems) {
	effects := []corev1.TaintEffect{"", corev1.TaintEffectNoSchedule, corev1.TaintEffectPreferNoSchedule, corev1.TaintEffectNoExecute}
	switch {
	case t.Key != "" && len(validation.IsQualifiedName(t.Key)) > 0:
		problems.add(at+".key", t.Key, "is no name of a taint", labelMend)
	case t.Operator != "" && t.Operator != corev1.TolerationOpEqual && t.Operator != corev1.TolerationOpExists:
		problems.add(at+".operator", t.Operator, "is not known", "write Equal or Exists")
	case t.Key == "" && t.Operator != corev1.TolerationOpExists:
		problems.add(at, t, "tolerates no taint, for it names none", "write a key; or operator: Exists alone, which tolerates all")
	case t.Operator == corev1.TolerationOpExists && t.Value != "":
		problems.add(at+".value", t.Value, "says nothing where the operator is Exists", "leave it out, or write operator: Equal")
	case len(validation.IsValidLabelValue(t.Value)) > 0:
		problems.add(at+".value", t.Value, "is no value that a taint may have", valueMend)
	case !slices.Contains(effects, t.Effect):
		problems.add(at+".effect", t.Effect, "is not known", "write NoSchedule, PreferNoSchedule or NoExecute, or leave it out for all")
	case t.TolerationSeconds != nil && t.Effect != corev1.TaintEffectNoExecute:
		problems.add(at+".tolerationSeconds", *t.TolerationSeconds, "is for the effect NoExecute only", "write effect: NoExecute, or leave it out")
	}
}

func checkNodeTerm(at string, term corev1.NodeSelectorTerm, problems *Problems) {
	if len(term.MatchExpressions)+len(term.MatchFields) == 0 {
		problems.add(at, term, "is empty, which no node fulfils", "write matchExpressions")
	}
	for i, r := range term.MatchExpressions {
		checkRequirement(fmt.Sprintf("%s.matchExpressions[%d]", at, i), r, problems)
	}
	for i, r := range term.MatchFields {
		if below := fmt.Sprintf("%s.matchFields[%d]", at, i); r.Key != "metadata.name" || len(r.Values) != 1 {
			problems.add(below, r, "is no field of nodes that can be asked for", "write key: metadata.name with one value, or use matchExpressions")
		} else if r.Operator != corev1.NodeSelectorOpIn && r.Operator != corev1.NodeSelectorOpNotIn {
			problems.add(below+".operator", r.Operator, "is no operator for fields of nodes", "write In or NotIn")
		}
	}
}

func checkRequirement(at string, r corev1.NodeSelectorRequirement, problems *Problems) {
	if len(validation.IsQualifiedName(r.Key)) > 0 {
		problems.add(at+".key", r.Key, "is under no name that a label may have", labelMend)
	}
	switch r.Operator {
	case corev1.NodeSelectorOpIn, corev1.NodeSelectorOpNotIn:
		if len(r.Values) == 0 {
			problems.add(at+".values", r.Values, "is needed by the operator "+string(r.Operator), "write a list of values")
		}
	case corev1.NodeSelectorOpExists, corev1.NodeSelectorOpDoesNotExist:
		if len(r.Values) > 0 {
			problems.add(at+".values", r.Values, "says nothing where the operator is "+string(r.Operator), "leave it out")
		}
	case corev1.NodeSelectorOpGt, corev1.NodeSelectorOpLt:
		if len(r.Values) != 1 || !isInteger(r.Values[0]) {
			problems.add(at+".values", r.Values, "is not what the operator "+string(r.Operator)+" compares with", "write one whole number")
		}
	default:
		problems.add(at+".operator", r.Operator, "is not known", "write In, NotIn, Exists, DoesNotExist, Gt or Lt")
	}
}

func isInteger(text string) bool { _, err := strconv.Atoi(text); return err == nil }

func checkWeight(at string, weight int32, problems *Problems) {
	if weight < 1 || weight > 100 {
		problems.add(at+".weight", weight, "is no weight", "write 1 to 100")
	}
}

func checkPodTerms(at string, required []corev1.PodAffinityTerm, preferred []corev1.WeightedPodAffinityTerm, problems *Problems) {
	for i, term := range required {
		checkPodTerm(fmt.Sprintf("%s.requiredDuringSchedulingIgnoredDuringExecution[%d]", at, i), term, problems)
	}
	for i, one := range preferred {
		below := fmt.Sprintf("%s.preferredDuringSchedulingIgnoredDuringExecution[%d]", at, i)
		checkWeight(below, one.Weight, problems)
		checkPodTerm(below+".podAffinityTerm", one.PodAffinityTerm, problems)
	}
}

func checkPodTerm(at string, term corev1.PodAffinityTerm, problems *Problems) {
	if len(validation.IsQualifiedName(term.TopologyKey)) > 0 {
		problems.add(at+".topologyKey", term.TopologyKey, "is no label of nodes", "write one such as "+plan.HostnameLabel+" or "+plan.ZoneLabel)
	}
	const reason, mend = "is no selector: ", "see: kubectl explain pod.spec.affinity.podAffinity"
	checkSelector(at+".labelSelector", term.LabelSelector, reason, mend, problems)
	checkSelector(at+".namespaceSelector", term.NamespaceSelector, reason, mend, problems)
}

// checkSelector refuses a selector that Kubernetes would, for a reason that ends with Kubernetes' own; one that is not there is none.
func checkSelector(at string, selector *metav1.LabelSelector, reason, mend string, problems *Problems) {
	if _, err := metav1.LabelSelectorAsSelector(selector); err != nil {
		problems.add(at, selector, reason+err.Error(), mend)
	}
}
