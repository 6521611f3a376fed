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

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// outdated reads which members' pods are not of their pools' present revisions, as far as those are known, and what they are of instead. Who
// may not read pods is told of none.
func outdated(ctx context.Context, client kubernetes.Interface, p plan.Plan, sets map[string]*appsv1.StatefulSet, found *plan.Found) error {
	if len(sets) == 0 {
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
	unstarted := true
	for _, m := range p.Topology().Members {
		pod, there := of[m.Name]
		set := sets[m.Pool]
		switch {
		case set == nil || set.Spec.Replicas != nil && m.Ordinal >= int(*set.Spec.Replicas):
			continue
		case !there || pod.Labels[appsv1.StatefulSetRevisionLabel] == set.Status.UpdateRevision:
			unstarted = unstarted && there && !hasStarted(pod)
			continue
		}
		found.Outdated = append(found.Outdated, m.Name)
		if image := imageOf(pod.Spec); image != imageOf(set.Spec.Template.Spec) {
			found.Earlier[m.Name] = image
		}
		if err := speaks(ctx, client, p, pod, found); err != nil {
			return err
		}
	}
	found.Unstarted = unstarted && len(found.Earlier) > 0
	return nil
}

// hasStarted says whether the server of a pod has run, ever so short.
func hasStarted(pod corev1.Pod) bool {
	for _, s := range pod.Status.ContainerStatuses {
		if s.Name == plan.ServerContainer && (s.State.Running != nil || s.State.Terminated != nil || s.LastTerminationState.Terminated != nil || s.RestartCount > 0) {
			return true
		}
	}
	return false
}

func imageOf(spec corev1.PodSpec) string {
	for _, c := range spec.Containers {
		if c.Name == plan.ServerContainer {
			return c.Image
		}
	}
	return ""
}

// speaks reads the version of discovery in the neo4j.conf that a pod has mounted, where its release knows several.
func speaks(ctx context.Context, client kubernetes.Interface, p plan.Plan, pod corev1.Pod, found *plan.Found) error {
	family, err := neo4j.FamilyOf(p.Release)
	if err != nil || family.Keys.DiscoveryVersion == "" {
		return nil //nolint:nilerr // refused already
	}
	for _, volume := range pod.Spec.Volumes {
		if volume.Name != "conf" || volume.ConfigMap == nil {
			continue
		}
		conf, err := client.CoreV1().ConfigMaps(p.Namespace).Get(ctx, volume.ConfigMap.Name, metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err) || apierrors.IsForbidden(err):
			return nil
		case err != nil:
			return fmt.Errorf("configmap %s/%s: %w", p.Namespace, volume.ConfigMap.Name, err)
		}
		settings, err := neo4j.Parse(conf.Data["neo4j.conf"])
		if err != nil {
			return fmt.Errorf("configmap %s/%s: %w", p.Namespace, volume.ConfigMap.Name, err)
		}
		for _, s := range settings {
			if s.Key == family.Keys.DiscoveryVersion {
				found.Speaks[pod.Name] = s.Value
			}
		}
	}
	return nil
}
