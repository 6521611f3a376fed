// Package pools reads and changes what the operations need of the members' StatefulSets, pods and claims. A claim bears a note
// (plan.LeftAs) from the moment on at which its member was told to leave a cluster of 5.x or later: the server's id.
package pools

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/plan"
)

// manager is the field manager of what a scale-in writes.
const manager = "neo4j-scale-in"

// Objects are those of a namespace.
type Objects struct {
	Client    kubernetes.Interface
	Namespace string
}

// Replicas gives how many members a pool is asked to have; none where there is no such pool.
func (k Objects) Replicas(ctx context.Context, pool string) (int, error) {
	scale, err := k.Client.AppsV1().StatefulSets(k.Namespace).GetScale(ctx, pool, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("stateful set %s: %w", pool, err)
	}
	return int(scale.Spec.Replicas), nil
}

// Resize asks for another number.
func (k Objects) Resize(ctx context.Context, pool string, n int) error {
	sets := k.Client.AppsV1().StatefulSets(k.Namespace)
	for {
		scale, err := sets.GetScale(ctx, pool, metav1.GetOptions{})
		if err != nil {
			return fmt.Errorf("stateful set %s: %w", pool, err)
		}
		scale.Spec.Replicas = int32(n) //nolint:gosec // at most a few hundred
		_, err = sets.UpdateScale(ctx, pool, scale, metav1.UpdateOptions{FieldManager: manager})
		if err == nil || !apierrors.IsConflict(err) {
			return err
		}
		// Somebody else wrote at the same moment, such as the set's own controller.
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// Ending says what a member's pod does that is still there, and how long that may take; nothing once it is gone.
func (k Objects) Ending(ctx context.Context, pod string) (what string, within time.Duration, err error) {
	p, err := k.Client.CoreV1().Pods(k.Namespace).Get(ctx, pod, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return "", 0, nil
	case err != nil:
		return "", 0, fmt.Errorf("pod %s: %w", pod, err)
	case p.DeletionTimestamp == nil:
		return "its pod is still there", 0, nil
	}
	what, within = operate.PodEnds(ctx, k.Client, p)
	return what, within, nil
}

// Identity gives the server id that is noted on a member's claim, empty for none.
func (k Objects) Identity(ctx context.Context, m neo4j.Member) (string, error) {
	claim, err := k.Client.CoreV1().PersistentVolumeClaims(k.Namespace).Get(ctx, plan.ClaimOf(m), metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("claim %s: %w", plan.ClaimOf(m), err)
	case claim.DeletionTimestamp != nil:
		return "", nil // the next member of this name gets a new one
	}
	return claim.Annotations[plan.LeftAs], nil
}

// Note notes a server id on a member's claim.
func (k Objects) Note(ctx context.Context, m neo4j.Member, id string) error {
	return k.annotate(ctx, m, fmt.Sprintf("%q", id))
}

// annotate sets the note on a member's claim to a value in JSON.
func (k Objects) annotate(ctx context.Context, m neo4j.Member, value string) error {
	patch := fmt.Sprintf(`{"metadata":{"annotations":{%q:%s}}}`, plan.LeftAs, value)
	_, err := k.Client.CoreV1().PersistentVolumeClaims(k.Namespace).Patch(ctx, plan.ClaimOf(m), types.MergePatchType, []byte(patch),
		metav1.PatchOptions{FieldManager: manager})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("claim %s: %w", plan.ClaimOf(m), err)
	}
	return nil
}
