package await

import (
	"context"
	"fmt"
	"sort"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

const (
	eventsTimeout = 3 * time.Second
	eventsShown   = 5
)

// recentEvents are the last warnings that Kubernetes wrote about the object and what it owns. They
// explain a wait that ended badly; without them it is still an error, so failing to read them is none.
func recentEvents(t Target, seen view) []string {
	ctx, cancel := context.WithTimeout(context.Background(), eventsTimeout)
	defer cancel()
	gvr := schema.GroupVersionResource{Version: "v1", Resource: "events"}
	list, err := t.Dynamic.Resource(gvr).Namespace(t.Object.GetNamespace()).
		List(ctx, metav1.ListOptions{FieldSelector: "type=Warning"})
	if t.Object.GetNamespace() == "" || err != nil {
		return nil
	}
	about := map[string]bool{string(t.Object.GetUID()): true}
	for _, related := range seen.related {
		for _, o := range related {
			about[string(o.GetUID())] = true
		}
	}
	var events []corev1.Event
	for _, item := range list.Items {
		event, ok := asEvent(item)
		if ok && about[string(event.InvolvedObject.UID)] {
			events = append(events, event)
		}
	}
	sort.Slice(events, func(i, j int) bool { return events[j].LastTimestamp.Before(&events[i].LastTimestamp) })
	var lines []string
	for _, e := range events[:min(len(events), eventsShown)] {
		lines = append(lines, fmt.Sprintf("[%s %s] %s: %s",
			e.InvolvedObject.Kind, e.InvolvedObject.Name, e.Reason, e.Message))
	}
	return unique(lines)
}

func asEvent(item unstructured.Unstructured) (corev1.Event, bool) {
	var event corev1.Event
	err := runtime.DefaultUnstructuredConverter.FromUnstructured(item.Object, &event)
	return event, err == nil
}
