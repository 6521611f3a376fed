package place

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/kubernetes"

	"neo4j-kubernetes/plan"
)

// outdated reads which members' pods are not of their pools' revisions, as far as those are known. Who may not read pods is told of none.
func outdated(ctx context.Context, client kubernetes.Interface, p plan.Plan, revisions map[string]string, found *plan.Found) error {
	if len(revisions) == 0 {
		return nil
	}
	pods, err := client.CoreV1().Pods(p.Namespace).List(ctx, metav1.ListOptions{LabelSelector: labels.SelectorFromSet(plan.Selector(p.Name)).String()})
	switch {
	case apierrors.IsForbidden(err):
		return nil
	case err != nil:
		return fmt.Errorf("pods in %s: %w", p.Namespace, err)
	}
	of := map[string]corev1.Pod{}
	for _, pod := range pods.Items {
		of[pod.Name] = pod
	}
	for _, m := range p.Topology().Members {
		pod, there := of[m.Name]
		if there && revisions[m.Pool] != "" && pod.Labels[appsv1.StatefulSetRevisionLabel] != revisions[m.Pool] {
			found.Outdated = append(found.Outdated, m.Name)
		}
	}
	return nil
}
