package config

import (
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"neo4j-kubernetes/plan"
)

// readOwnPod reads what a stack puts on its members' pods, and the containers that it puts into them.
func readOwnPod(f *file, p *plan.Plan) {
	p.PodLabels, p.PodAnnotations = f.texts("labels", nil), f.texts("annotations", nil)
	p.InitContainers = typedList[corev1.Container](f, "initContainers", "pod.spec.initContainers")
	p.Sidecars = typedList[corev1.Container](f, "sidecars", "pod.spec.containers")
	f.end()
}

// validateOwnPod refuses what is the program's or Kubernetes' own, and what the API would refuse in the middle of an update.
func validateOwnPod(stack *Stack, problems *Problems) {
	p := stack.Plan
	own := p.Labels("every")
	for _, key := range slices.Sorted(maps.Keys(p.PodLabels)) {
		at, value := "cluster.pod.labels."+key, p.PodLabels[key]
		checkLabel(at, key, value, problems)
		if _, taken := own[key]; taken || plan.ReservedName(key) || plan.ControllersLabel(key) {
			problems.add(at, value, "is set by the program, or by Kubernetes' StatefulSet controller", "leave it out, or use another name")
		}
	}
	for _, key := range slices.Sorted(maps.Keys(p.PodAnnotations)) {
		at, value := "cluster.pod.annotations."+key, p.PodAnnotations[key]
		switch {
		case len(validation.IsQualifiedName(strings.ToLower(key))) > 0:
			problems.add(at, value, "is under no name that an annotation may have", labelMend)
		case plan.ReservedName(key):
			problems.add(at, value, "is set by the program, or by kubectl", "leave it out; cluster.restart replaces the members")
		}
	}
	validateContainers(stack, problems)
}
