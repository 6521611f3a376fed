package scale

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

// objects is pods on Kubernetes.
type objects struct {
	client    kubernetes.Interface
	namespace string
}

func (k objects) replicas(ctx context.Context, pool string) (int, error) {
	scale, err := k.client.AppsV1().StatefulSets(k.namespace).GetScale(ctx, pool, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("stateful set %s: %w", pool, err)
	}
	return int(scale.Spec.Replicas), nil
}

func (k objects) resize(ctx context.Context, pool string, n int) error {
	sets := k.client.AppsV1().StatefulSets(k.namespace)
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

func (k objects) ending(ctx context.Context, pod string) (what string, within time.Duration, err error) {
	p, err := k.client.CoreV1().Pods(k.namespace).Get(ctx, pod, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return "", 0, nil
	case err != nil:
		return "", 0, fmt.Errorf("pod %s: %w", pod, err)
	case p.DeletionTimestamp == nil:
		return "its pod is still there", 0, nil
	}
	what, within = operate.PodEnds(ctx, k.client, p)
	return what, within, nil
}

func (k objects) identity(ctx context.Context, m neo4j.Member) (string, error) {
	claim, err := k.client.CoreV1().PersistentVolumeClaims(k.namespace).Get(ctx, plan.ClaimOf(m), metav1.GetOptions{})
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

func (k objects) note(ctx context.Context, m neo4j.Member, id string) error {
	patch := fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, plan.LeftAs, id)
	_, err := k.client.CoreV1().PersistentVolumeClaims(k.namespace).Patch(ctx, plan.ClaimOf(m), types.MergePatchType, []byte(patch),
		metav1.PatchOptions{FieldManager: manager})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("claim %s: %w", plan.ClaimOf(m), err)
	}
	return nil
}
