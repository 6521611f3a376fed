package await

import (
	"os"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

// rule is how to tell that objects of a kind are ready.
type rule struct {
	related []source
	judge   func(view) verdict
	// lasting is set where being ready can be lost again, so that a refresh has something to say.
	lasting bool
}

var (
	podsGVR           = schema.GroupVersionResource{Version: "v1", Resource: "pods"}
	endpointSlicesGVR = schema.GroupVersionResource{Group: "discovery.k8s.io", Version: "v1", Resource: "endpointslices"}
	storageClassesGVR = schema.GroupVersionResource{Group: "storage.k8s.io", Version: "v1", Resource: "storageclasses"}
)

// ruleFor chooses how to judge an object: the program's own condition, the rules of the kinds that need
// more than their conditions say, the conventions of status conditions (kstatus) for a few more, and
// nothing to wait for in everything else. PULUMI_K8S_AWAIT_ALL=true extends the conventions to all kinds.
func ruleFor(t Target) (rule, error) {
	if t.WaitFor != "" {
		return waitForRule(t.WaitFor)
	}
	namespace := t.Object.GetNamespace()
	switch t.Object.GroupVersionKind().GroupKind() {
	case schema.GroupKind{Group: "apps", Kind: "StatefulSet"}:
		return rule{judge: judgeStatefulSet, related: podsOf(t.Object), lasting: true}, nil
	case schema.GroupKind{Group: "apps", Kind: "Deployment"}:
		return rule{judge: judgeDeployment, related: podsOf(t.Object), lasting: true}, nil
	case schema.GroupKind{Group: "apps", Kind: "DaemonSet"}, schema.GroupKind{Group: "apps", Kind: "ReplicaSet"}:
		return rule{judge: judgeByConventions, related: podsOf(t.Object), lasting: true}, nil
	case schema.GroupKind{Kind: "Pod"}:
		return rule{judge: judgePod, lasting: true}, nil
	case schema.GroupKind{Group: "batch", Kind: "Job"}:
		return rule{judge: judgeJob, related: podsOf(t.Object), lasting: true}, nil
	case schema.GroupKind{Kind: "Service"}:
		slices := source{gvr: endpointSlicesGVR, namespace: namespace,
			options: metav1.ListOptions{LabelSelector: "kubernetes.io/service-name=" + t.Object.GetName()}}
		return rule{judge: judgeService, related: []source{slices}, lasting: true}, nil
	case schema.GroupKind{Kind: "PersistentVolumeClaim"}:
		return rule{judge: judgeClaim, related: []source{{gvr: storageClassesGVR}}}, nil
	case schema.GroupKind{Kind: "PersistentVolume"}:
		return rule{judge: judgeVolume}, nil
	case schema.GroupKind{Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition"}:
		return rule{judge: judgeByConventions}, nil
	}
	if os.Getenv("PULUMI_K8S_AWAIT_ALL") == "true" {
		return rule{judge: judgeByConventions}, nil
	}
	return rule{}, nil
}

// podsOf are the pods that an object's selector names. Judges look at their owners again: another
// object's selector may name the same ones.
func podsOf(o *unstructured.Unstructured) []source {
	raw, _, _ := unstructured.NestedMap(o.Object, "spec", "selector")
	var selector metav1.LabelSelector
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(raw, &selector); err != nil {
		return nil
	}
	return []source{{
		gvr: podsGVR, namespace: o.GetNamespace(),
		options: metav1.ListOptions{LabelSelector: metav1.FormatLabelSelector(&selector)},
	}}
}

// judgeByConventions reads the object's conditions by the rules of sigs.k8s.io/cli-utils kstatus.
func judgeByConventions(seen view) verdict {
	if seen.object == nil {
		return gone()
	}
	result, err := status.Compute(seen.object)
	if err != nil {
		return verdict{failed: err}
	}
	return verdict{
		done:     result.Status == status.CurrentStatus,
		progress: result.Message,
		missing:  []string{result.Message},
	}
}

// gone is the verdict on an object that somebody deleted meanwhile. It may come back: some controllers
// replace what they own.
func gone() verdict {
	return verdict{progress: "Waiting for the object, which was deleted", missing: []string{"the object was deleted"}}
}

func integer(o *unstructured.Unstructured, fields ...string) int64 {
	n, _, _ := unstructured.NestedInt64(o.Object, fields...)
	return n
}

func text(o *unstructured.Unstructured, fields ...string) string {
	s, _, _ := unstructured.NestedString(o.Object, fields...)
	return s
}

// desired is spec.replicas, 1 where it is not set.
func desired(o *unstructured.Unstructured) int64 {
	n, found, _ := unstructured.NestedInt64(o.Object, "spec", "replicas")
	if !found {
		return 1
	}
	return n
}

// observed is true when the kind's controller has seen the newest spec; until then the status speaks of
// an older one.
func observed(o *unstructured.Unstructured) bool {
	return integer(o, "status", "observedGeneration") >= o.GetGeneration()
}

// condition is the status and message of one of the object's conditions.
func condition(o *unstructured.Unstructured, kind string) (status, reason, message string) {
	list, _, _ := unstructured.NestedSlice(o.Object, "status", "conditions")
	for _, item := range list {
		c, ok := item.(map[string]any)
		if !ok || c["type"] != kind {
			continue
		}
		status, _ = c["status"].(string)
		reason, _ = c["reason"].(string)
		message, _ = c["message"].(string)
	}
	return status, reason, message
}
