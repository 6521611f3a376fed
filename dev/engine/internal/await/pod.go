package await

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// judgePod: the pod is ready, or ended well, as a pod that runs to an end does.
func judgePod(seen view) verdict {
	if seen.object == nil {
		return gone()
	}
	phase := text(seen.object, "status", "phase")
	ready, _, _ := condition(seen.object, "Ready")
	switch {
	case ready == "True", phase == string(corev1.PodSucceeded):
		return verdict{done: true}
	case phase == string(corev1.PodFailed) && text(seen.object, "spec", "restartPolicy") == "Never":
		return verdict{failed: fmt.Errorf("pod %s ended with an error", seen.object.GetName())}
	}
	return verdict{
		progress: fmt.Sprintf("Waiting for Pod %q to be ready", seen.object.GetName()),
		missing:  []string{fmt.Sprintf("Pod %q is not ready (%s)", seen.object.GetName(), phase)},
	}
}

// judgeJob: the job completed. A failed one stays failed.
func judgeJob(seen view) verdict {
	if seen.object == nil {
		return gone()
	}
	if done, _, _ := condition(seen.object, "Complete"); done == "True" {
		return verdict{done: true}
	}
	if failed, reason, message := condition(seen.object, "Failed"); failed == "True" {
		return verdict{failed: fmt.Errorf("job %s failed: [%s] %s", seen.object.GetName(), reason, message)}
	}
	return verdict{
		progress: fmt.Sprintf("Waiting for Job %q to succeed (Active: %d | Succeeded: %d | Failed: %d)",
			seen.object.GetName(), integer(seen.object, "status", "active"),
			integer(seen.object, "status", "succeeded"), integer(seen.object, "status", "failed")),
		missing: []string{fmt.Sprintf("Job %q has not completed", seen.object.GetName())},
	}
}

// podTroubles is a line per pod of the awaited object that is not ready, with what Kubernetes says of it.
func podTroubles(seen view) []string {
	var troubles []string
	if seen.object == nil {
		return nil
	}
	for _, list := range append(seen.related, []*unstructured.Unstructured{seen.object}) {
		for _, o := range list {
			if o.GetKind() != "Pod" || (o != seen.object && !ownedBy(o, seen.object)) {
				continue
			}
			if trouble := podTrouble(o); trouble != "" {
				troubles = append(troubles, trouble)
			}
		}
	}
	return troubles
}

func podTrouble(o *unstructured.Unstructured) string {
	var pod corev1.Pod
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &pod); err != nil {
		return ""
	}
	if pod.Status.Phase == corev1.PodSucceeded {
		return ""
	}
	var parts []string
	for _, kind := range []corev1.PodConditionType{corev1.PodScheduled, corev1.PodInitialized, corev1.PodReady} {
		for _, c := range pod.Status.Conditions {
			if c.Type == kind && c.Status != corev1.ConditionTrue && c.Message != "" {
				parts = append(parts, c.Message)
			}
		}
	}
	for _, c := range append(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses...) {
		parts = append(parts, containerTrouble(c)...)
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf("[Pod %s/%s]: %s", pod.Namespace, pod.Name, strings.Join(unique(parts), "; "))
}

func containerTrouble(c corev1.ContainerStatus) []string {
	if c.Ready {
		return nil
	}
	var parts []string
	if w := c.State.Waiting; w != nil && w.Reason != "ContainerCreating" && w.Reason != "PodInitializing" {
		parts = append(parts, strings.TrimSpace(fmt.Sprintf("container %q: [%s] %s", c.Name, w.Reason, w.Message)))
	}
	if e := c.State.Terminated; e != nil && e.ExitCode != 0 {
		parts = append(parts, fmt.Sprintf("container %q ended with exit code %d (%s)", c.Name, e.ExitCode, e.Reason))
	}
	if e := c.LastTerminationState.Terminated; e != nil {
		parts = append(parts, fmt.Sprintf("container %q ended at %s with exit code %d (%s)",
			c.Name, e.FinishedAt.UTC().Format("15:04:05"), e.ExitCode, e.Reason))
	}
	return parts
}

// unique drops repeats: a pod's conditions often say the same thing twice.
func unique(lines []string) []string {
	seen := map[string]bool{}
	var kept []string
	for _, line := range lines {
		if !seen[line] {
			seen[line] = true
			kept = append(kept, line)
		}
	}
	return kept
}
