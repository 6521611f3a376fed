package operate

import (
	"context"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// killed is how long after its grace period a pod may still be there: the kubelet ends by force what is left of it, and says so.
const killed = time.Minute

// PodEnds says of a pod that was deleted what it does, and how long that may take from the moment at which it was first seen: its own
// grace period. It is zero where the pod's node does not answer, for a pod there ends only when the node comes back; who may not read
// nodes does not get to know.
func PodEnds(ctx context.Context, client kubernetes.Interface, p *corev1.Pod) (what string, within time.Duration) {
	if p.Spec.NodeName == "" {
		return "its pod ends", killed // nothing of it runs
	}
	what = "its pod ends on node " + p.Spec.NodeName
	if p.DeletionGracePeriodSeconds != nil {
		within = time.Duration(*p.DeletionGracePeriodSeconds)*time.Second + killed
	}
	node, err := client.CoreV1().Nodes().Get(ctx, p.Spec.NodeName, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return what + ", which is gone", 0
	case err == nil && !answers(node):
		return what + ", which does not answer", 0
	}
	return what, within
}

// answers says whether a node's kubelet has reported within the time that Kubernetes gives it.
func answers(node *corev1.Node) bool {
	for _, c := range node.Status.Conditions {
		if c.Type == corev1.NodeReady {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}

// Ready says whether a pod serves: it is ready, and does not end.
func Ready(p *corev1.Pod) bool {
	return p.DeletionTimestamp == nil && slices.ContainsFunc(p.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
	})
}
