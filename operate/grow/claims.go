package grow

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/plan"
)

// manager is the field manager of what a growth writes.
const manager = "neo4j-growth"

// GrowsAtAStart says of a claim that its volume has grown and its file system has not for so long that it will not while the pod runs:
// its driver does it when the pod starts.
func GrowsAtAStart(c *corev1.PersistentVolumeClaim) bool {
	for _, condition := range c.Status.Conditions {
		if condition.Type == corev1.PersistentVolumeClaimFileSystemResizePending && condition.Status == corev1.ConditionTrue {
			return time.Since(condition.LastTransitionTime.Time) > online
		}
	}
	return false
}

// online is how long the kubelet may take to grow a file system that is mounted; it looks at least once in a minute and a half.
const online = 2 * time.Minute

// claim is a member's claim that is bound.
type claim struct {
	name, member string
	// request is what it asks for and capacity what it has, in bytes.
	request, capacity int64
	// pending says that the volume has grown and its file system has not; restart that it does at a start of the pod only.
	pending, restart bool
	// ready says whether the member serves.
	ready bool
	// problem is why it does not grow, empty for nothing.
	problem string
}

// wants says whether the claim has to ask for another size: for more, or for less where a larger one was given up.
func (c claim) wants(size int64) bool { return c.request != c.nearest(size) }

// nearest is the request that comes nearest to a size: at most what the API takes, and what the claim asks for already where that is what
// it has.
func (c claim) nearest(size int64) int64 {
	switch {
	case size > c.capacity:
		return size
	case c.request <= c.capacity:
		return c.request
	}
	return c.capacity + 1
}

// objects are the claims and pods on Kubernetes.
type objects struct {
	client    kubernetes.Interface
	namespace string
}

// claims gives the namespace's claims by name, with what a cluster's pods make of theirs. Labels tell nothing of claims: those that somebody
// else has made (storage.existingClaims) are the members' by their names alone.
func (k objects) claims(ctx context.Context, cluster string) (map[string]claim, error) {
	list, err := k.client.CoreV1().PersistentVolumeClaims(k.namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("claims in %s: %w", k.namespace, err)
	}
	of := metav1.ListOptions{LabelSelector: labels.Set(plan.Selector(cluster)).String()}
	pods, err := k.client.CoreV1().Pods(k.namespace).List(ctx, of)
	if err != nil {
		return nil, fmt.Errorf("pods: %w", err)
	}
	serving := map[string]bool{}
	for _, p := range pods.Items {
		for _, v := range p.Spec.Volumes {
			if v.PersistentVolumeClaim != nil && operate.Ready(&p) {
				serving[v.PersistentVolumeClaim.ClaimName] = true
			}
		}
	}
	found := map[string]claim{}
	for i := range list.Items {
		c := claimOf(&list.Items[i])
		c.ready = serving[c.name]
		found[c.name] = c
	}
	return found, nil
}

func claimOf(c *corev1.PersistentVolumeClaim) claim {
	state := claim{name: c.Name, request: c.Spec.Resources.Requests.Storage().Value(), restart: GrowsAtAStart(c)}
	if c.Status.Phase == corev1.ClaimBound {
		state.capacity = c.Status.Capacity.Storage().Value()
	}
	for _, condition := range c.Status.Conditions {
		if condition.Status != corev1.ConditionTrue {
			continue
		}
		switch condition.Type {
		case corev1.PersistentVolumeClaimFileSystemResizePending:
			state.pending = true
		case corev1.PersistentVolumeClaimControllerResizeError, corev1.PersistentVolumeClaimNodeResizeError:
			state.problem = fmt.Sprintf("%s: %s", condition.Type, condition.Message)
		}
	}
	switch status := c.Status.AllocatedResourceStatuses[corev1.ResourceStorage]; status {
	case corev1.PersistentVolumeClaimControllerResizeInfeasible, corev1.PersistentVolumeClaimNodeResizeInfeasible:
		if state.problem == "" {
			state.problem = string(status)
		}
	}
	return state
}

// ask has a claim ask for a size.
func (k objects) ask(ctx context.Context, name string, size int64) error {
	patch := fmt.Sprintf(`{"spec":{"resources":{"requests":{"storage":%q}}}}`, plan.Quantity(size))
	_, err := k.client.CoreV1().PersistentVolumeClaims(k.namespace).Patch(ctx, name, types.MergePatchType, []byte(patch), metav1.PatchOptions{FieldManager: manager})
	if err != nil {
		return fmt.Errorf("claim %s: %w", name, err)
	}
	return nil
}

// nudge has the kubelet look at a pod's volumes now. The time makes it a change for a second update, too, that goes on where one was killed.
func (k objects) nudge(ctx context.Context, pod string, size int64) error {
	value := plan.Quantity(size) + " " + time.Now().UTC().Format(time.RFC3339)
	return operate.Nudge(ctx, k.client, k.namespace, pod, plan.GrownTo, value, manager)
}
