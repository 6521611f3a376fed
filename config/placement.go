package config

import (
	corev1 "k8s.io/api/core/v1"

	"neo4j-kubernetes/plan"
)

// readPlacement says on which nodes members run.
func readPlacement(f *file, p platform) plan.Placement {
	const pod = "pod.spec."
	placement := plan.Placement{
		RequireSeparateNodes: f.boolean("separateNodes", p.separateNodes),
		NodeSelector:         f.texts("nodeSelector", nil),
		Tolerations:          typedList[corev1.Toleration](f, "tolerations", pod+"tolerations"),
		NodeAffinity:         typed[corev1.NodeAffinity](f, "nodeAffinity", pod+"affinity.nodeAffinity"),
		PodAffinity:          typed[corev1.PodAffinity](f, "podAffinity", pod+"affinity.podAffinity"),
		PodAntiAffinity:      typed[corev1.PodAntiAffinity](f, "podAntiAffinity", pod+"affinity.podAntiAffinity"),
		Zones:                plan.Spread(f.oneOf("zones", string(plan.PreferSpread), string(plan.PreferSpread), string(plan.RequireSpread), string(plan.NoSpread))),
		PriorityClass:        f.text("priorityClass", ""),
		RuntimeClass:         f.text("runtimeClass", ""),
	}
	f.end()
	return placement
}
