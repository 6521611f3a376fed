package operate

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
)

// Nudge has the kubelet look at a pod's volumes now, which by itself it does once in a minute or two: it looks at a pod that changes, and another
// value of an annotation is a change. A pod that is gone, or may not be written to, is no error: the kubelet looks by itself a little later. Any
// other error is the API's.
func Nudge(ctx context.Context, client kubernetes.Interface, namespace, pod, annotation, value, manager string) error {
	patch := fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, annotation, value)
	_, err := client.CoreV1().Pods(namespace).Patch(ctx, pod, types.MergePatchType, []byte(patch), metav1.PatchOptions{FieldManager: manager})
	if apierrors.IsNotFound(err) || apierrors.IsForbidden(err) {
		return nil
	}
	return err
}
