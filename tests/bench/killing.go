package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// killServer ends the server's process in a pod by SIGKILL, as the bare side ends its own: the nodes' processes are this machine's.
func killServer(ctx context.Context, client kubernetes.Interface, namespace, pod string) error {
	pid, err := serverIn(ctx, client, namespace, pod)
	if err != nil {
		return err
	}
	return syscall.Kill(pid, syscall.SIGKILL)
}

// serverIn finds the server's process of a pod.
func serverIn(ctx context.Context, client kubernetes.Interface, namespace, pod string) (int, error) {
	p, err := client.CoreV1().Pods(namespace).Get(ctx, pod, metav1.GetOptions{})
	if err != nil {
		return 0, err
	}
	if len(p.Status.ContainerStatuses) != 1 {
		return 0, fmt.Errorf("pod %s has %d containers", pod, len(p.Status.ContainerStatuses))
	}
	_, id, _ := strings.Cut(p.Status.ContainerStatuses[0].ContainerID, "://")
	pid, err := serverOf(id)
	if err != nil {
		return 0, fmt.Errorf("pod %s: %w", pod, err)
	}
	return pid, nil
}

// serverOf finds the JVM of a container by the control group that bears the container's id.
func serverOf(container string) (int, error) {
	processes, err := filepath.Glob("/proc/[0-9]*/comm")
	if err != nil {
		return 0, err
	}
	for _, comm := range processes {
		name, err := os.ReadFile(comm)
		if err != nil || string(bytes.TrimSpace(name)) != "java" {
			continue // another's, or gone
		}
		dir := filepath.Dir(comm)
		groups, err := os.ReadFile(filepath.Join(dir, "cgroup"))
		if err == nil && bytes.Contains(groups, []byte(container)) {
			return strconv.Atoi(filepath.Base(dir))
		}
	}
	return 0, fmt.Errorf("no server in container %s", container)
}

// deletePod deletes a pod by force, through the API itself: a kubectl's own start would count. The kubelet still sends SIGTERM and
// waits two seconds, in which the leader stops in good order without handing over.
func deletePod(ctx context.Context, client kubernetes.Interface, namespace, pod string) error {
	now := int64(0)
	return client.CoreV1().Pods(namespace).Delete(ctx, pod, metav1.DeleteOptions{GracePeriodSeconds: &now})
}
