package reach

import (
	"testing"

	"github.com/stretchr/testify/assert"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Why a member is of an earlier plan is said in the words of what people change.
func TestWhyAPodIsOfAnEarlierPlan(t *testing.T) {
	template := func(edit func(*corev1.PodTemplateSpec)) corev1.PodTemplateSpec {
		one := corev1.PodTemplateSpec{
			ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{"neo4j-kubernetes/restart": "one"}},
			Spec: corev1.PodSpec{
				Containers: []corev1.Container{{
					Image: "neo4j:1", Env: []corev1.EnvVar{{Name: "A", Value: "b"}},
					Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{"memory": resource.MustParse("1Gi")}},
				}},
				Volumes: []corev1.Volume{{Name: "conf", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: "one"}}}}},
			},
		}
		edit(&one)
		return one
	}
	was := template(func(*corev1.PodTemplateSpec) {})
	pod := corev1.Pod{ObjectMeta: was.ObjectMeta, Spec: was.Spec}
	for want, edit := range map[string]func(*corev1.PodTemplateSpec){
		"": func(t *corev1.PodTemplateSpec) { t.Spec.PriorityClassName = "high" },
		": image neo4j:1 -> neo4j:2, neo4j.conf": func(t *corev1.PodTemplateSpec) {
			t.Spec.Containers[0].Image, t.Spec.Volumes[0].ConfigMap.Name = "neo4j:2", "two"
		},
		": resources": func(t *corev1.PodTemplateSpec) {
			t.Spec.Containers[0].Resources.Requests["memory"] = resource.MustParse("2Gi")
		},
		": environment":              func(t *corev1.PodTemplateSpec) { t.Spec.Containers[0].Env[0].Value = "c" },
		": neo4j-kubernetes/restart": func(t *corev1.PodTemplateSpec) { t.Annotations["neo4j-kubernetes/restart"] = "two" },
	} {
		assert.Equal(t, want, because(pod, template(edit)))
	}
}
