package conformance

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// unreadyAnnotation on a pod keeps the stand-in for the kubelet from making it ready.
const unreadyAnnotation = "conformance/unready"

// runPods plays the kubelet for one namespace until the test ends: every pod runs and is ready at once, but
// for those whose annotation says that their container crashes.
func runPods(t *testing.T, namespace string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			startPods(ctx, namespace)
			select {
			case <-ctx.Done():
			case <-time.After(100 * time.Millisecond):
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
}

func startPods(ctx context.Context, namespace string) {
	pods := cluster.client.CoreV1().Pods(namespace)
	list, err := pods.List(ctx, metav1.ListOptions{})
	if err != nil {
		return
	}
	for i, pod := range list.Items {
		status := running(pod, i)
		if pod.DeletionTimestamp != nil || pod.Status.Phase == status.Phase && len(pod.Status.ContainerStatuses) > 0 {
			continue
		}
		patch, err := json.Marshal(map[string]any{"status": status})
		if err == nil {
			_, _ = pods.Patch(ctx, pod.Name, types.MergePatchType, patch, metav1.PatchOptions{}, "status")
		}
	}
}

func running(pod corev1.Pod, index int) corev1.PodStatus {
	now := metav1.Now()
	ready, container := corev1.ConditionTrue, corev1.ContainerStatus{
		Name: pod.Spec.Containers[0].Name, Ready: true,
		State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: now}},
	}
	message := ""
	if pod.Annotations[unreadyAnnotation] != "" {
		ready, message = corev1.ConditionFalse, "containers with unready status: ["+container.Name+"]"
		container.Ready = false
		container.State = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{
			Reason: "CrashLoopBackOff", Message: "back-off restarting failed container"}}
		container.LastTerminationState = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
			ExitCode: 3, Reason: "Error", FinishedAt: now}}
	}
	address := "10.251.0." + string(rune('1'+index%9))
	return corev1.PodStatus{
		Phase: corev1.PodRunning, PodIP: address, PodIPs: []corev1.PodIP{{IP: address}}, StartTime: &now,
		Conditions: []corev1.PodCondition{
			{Type: corev1.PodScheduled, Status: corev1.ConditionTrue, LastTransitionTime: now},
			{Type: corev1.PodInitialized, Status: corev1.ConditionTrue, LastTransitionTime: now},
			{Type: corev1.ContainersReady, Status: ready, LastTransitionTime: now},
			{Type: corev1.PodReady, Status: ready, Message: message, LastTransitionTime: now},
		},
		ContainerStatuses: []corev1.ContainerStatus{container},
	}
}
