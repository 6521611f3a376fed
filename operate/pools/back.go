package pools

import (
	"bytes"
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// ScaledIn says whether it was a scale-in of this program, and nobody else, that last wrote how many members a pool is asked to have. The
// API keeps that for every field.
func (k Objects) ScaledIn(ctx context.Context, pool string) (bool, error) {
	set, err := k.Client.AppsV1().StatefulSets(k.Namespace).Get(ctx, pool, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("stateful set %s: %w", pool, err)
	}
	for _, entry := range set.ManagedFields {
		if entry.Manager == manager && entry.FieldsV1 != nil && bytes.Contains(entry.FieldsV1.Raw, []byte(`"f:replicas"`)) {
			return true, nil
		}
	}
	return false, nil
}

// Noted gives the server ids that are noted on members' claims, by the members' names, those of claims among them that wait for their
// pods to end.
func (k Objects) Noted(ctx context.Context, members []neo4j.Member) (map[string]string, error) {
	list, err := k.Client.CoreV1().PersistentVolumeClaims(k.Namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("claims in %s: %w", k.Namespace, err)
	}
	ids, noted := map[string]string{}, map[string]string{}
	for _, claim := range list.Items {
		ids[claim.Name] = claim.Annotations[plan.LeftAs]
	}
	for _, m := range members {
		if id := ids[plan.ClaimOf(m)]; id != "" {
			noted[m.Name] = id
		}
	}
	return noted, nil
}

// Clear takes the note from a member's claim.
func (k Objects) Clear(ctx context.Context, m neo4j.Member) error {
	return k.annotate(ctx, m, "null")
}

// Renew has a member start anew on an empty volume: its claim goes, if it is the one with the note, and its pod, without which the claim
// does not go. A pod that is another one by then uses another claim, and stays.
func (k Objects) Renew(ctx context.Context, m neo4j.Member, id string) error {
	pod, err := k.Client.CoreV1().Pods(k.Namespace).Get(ctx, m.Name, metav1.GetOptions{})
	there := err == nil
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("pod %s: %w", m.Name, err)
	}
	claims := k.Client.CoreV1().PersistentVolumeClaims(k.Namespace)
	claim, err := claims.Get(ctx, plan.ClaimOf(m), metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err) || err == nil && claim.Annotations[plan.LeftAs] != id:
		return nil
	case err != nil:
		return fmt.Errorf("claim %s: %w", plan.ClaimOf(m), err)
	}
	if claim.DeletionTimestamp == nil {
		if err := claims.Delete(ctx, claim.Name, only(claim.UID)); err != nil && !apierrors.IsNotFound(err) {
			return fmt.Errorf("claim %s: %w", claim.Name, err)
		}
	}
	if there && pod.DeletionTimestamp == nil {
		if err := k.Client.CoreV1().Pods(k.Namespace).Delete(ctx, pod.Name, only(pod.UID)); err != nil && !apierrors.IsNotFound(err) {
			return fmt.Errorf("pod %s: %w", pod.Name, err)
		}
	}
	return nil
}

// only has the API refuse to delete another object of the same name.
func only(uid types.UID) metav1.DeleteOptions {
	return metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &uid}}
}
