package reach

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
)

// because says in what a pod differs from the template that its StatefulSet has by now, as far as people change it: ": image a -> b,
// neo4j.conf"; empty where it is something else. The server's container is the first one.
func because(pod corev1.Pod, now corev1.PodTemplateSpec) string {
	if len(pod.Spec.Containers) == 0 || len(now.Spec.Containers) == 0 {
		return ""
	}
	was, is := pod.Spec.Containers[0], now.Spec.Containers[0]
	var what []string
	if was.Image != is.Image {
		what = append(what, fmt.Sprintf("image %s -> %s", was.Image, is.Image))
	}
	if confOf(pod.Spec) != confOf(now.Spec) {
		what = append(what, "neo4j.conf")
	}
	if !equality.Semantic.DeepEqual(was.Resources, is.Resources) {
		what = append(what, "resources")
	}
	if !equality.Semantic.DeepEqual(was.Env, is.Env) {
		what = append(what, "environment")
	}
	for _, key := range slices.Sorted(maps.Keys(now.Annotations)) {
		if pod.Annotations[key] != now.Annotations[key] {
			what = append(what, key)
		}
	}
	if len(what) == 0 {
		return ""
	}
	return ": " + strings.Join(what, ", ")
}

// confOf is the ConfigMap of neo4j.conf, whose name follows from its content.
func confOf(spec corev1.PodSpec) string {
	for _, v := range spec.Volumes {
		if v.Name == "conf" && v.ConfigMap != nil {
			return v.ConfigMap.Name
		}
	}
	return ""
}
