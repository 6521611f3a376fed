package reach

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"neo4j-kubernetes/neo4j"
)

// Outdated says, by a member's name, whose pod is not of its StatefulSet's present revision: it runs an earlier plan. A StatefulSet whose
// controller has not looked at its last change yet has all its members in the answer, for its status is of before. Where nobody is
// reached through Kubernetes, or one may not read StatefulSets and pods, it says nothing.
func (c *Members) Outdated(ctx context.Context) (map[string]string, error) {
	if c.kube == nil {
		return nil, nil
	}
	return outdated(ctx, c.kube.client, c.Topology)
}

func outdated(ctx context.Context, client kubernetes.Interface, t neo4j.Topology) (map[string]string, error) {
	sets, found := map[string]*appsv1.StatefulSet{}, map[string]string{}
	for _, m := range t.Members {
		set := sets[m.Pool]
		if set == nil {
			var err error
			set, err = client.AppsV1().StatefulSets(t.Namespace).Get(ctx, m.Pool, metav1.GetOptions{})
			switch {
			case apierrors.IsForbidden(err), apierrors.IsNotFound(err):
				return nil, nil
			case err != nil:
				return nil, fmt.Errorf("statefulset %s/%s: %w", t.Namespace, m.Pool, err)
			}
			sets[m.Pool] = set
		}
		if set.Status.ObservedGeneration < set.Generation {
			found[m.Name] = "an earlier one: the StatefulSet's last change is not taken up yet"
			continue
		}
		pod, err := client.CoreV1().Pods(t.Namespace).Get(ctx, m.Name, metav1.GetOptions{})
		switch {
		case apierrors.IsForbidden(err):
			return nil, nil
		case apierrors.IsNotFound(err):
			continue // a member that is not there says so by its silence
		case err != nil:
			return nil, fmt.Errorf("pod %s/%s: %w", t.Namespace, m.Name, err)
		}
		if revision := pod.Labels[appsv1.StatefulSetRevisionLabel]; revision != set.Status.UpdateRevision {
			found[m.Name] = fmt.Sprintf("%s, an earlier one than %s%s", revision, set.Status.UpdateRevision, because(*pod, set.Spec.Template))
		}
	}
	return found, nil
}
