package place

import (
	"context"
	"fmt"
	"maps"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"neo4j-kubernetes/plan"
)

// Same refuses StatefulSets, by name and uid as the state has them, that are not those which are there. Who may not read them is told nothing.
func Same(ctx context.Context, client kubernetes.Interface, namespace string, uids map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(uids)) {
		set, err := client.AppsV1().StatefulSets(namespace).Get(ctx, name, metav1.GetOptions{})
		there := "is not there"
		switch {
		case apierrors.IsForbidden(err):
			continue
		case err != nil && !apierrors.IsNotFound(err):
			return fmt.Errorf("statefulset %s/%s: %w", namespace, name, err)
		case err == nil && string(set.UID) == uids[name]:
			continue
		case err == nil:
			there = "is another one (" + string(set.UID) + ")"
		}
		return plan.Refusal{Path: "kubernetes", Value: fmt.Sprintf("statefulset %s/%s", namespace, name),
			Reason: fmt.Sprintf("the one that this stack has made (%s) %s, and no member is to be touched that is somebody else's", uids[name], there),
			Mend:   "if the context leads to another Kubernetes cluster by now, put cluster.kubernetes right; if the StatefulSet was deleted or made anew by hand, have the state take that in: pulumi refresh"}
	}
	return nil
}
