package await

import (
	"context"
	"fmt"
	"sort"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
)

// source is a set of objects to watch beside the object itself.
type source struct {
	gvr       schema.GroupVersionResource
	namespace string // empty for kinds outside namespaces
	options   metav1.ListOptions
}

func (s source) client(t Target) dynamic.ResourceInterface {
	if s.namespace == "" {
		return t.Dynamic.Resource(s.gvr)
	}
	return t.Dynamic.Resource(s.gvr).Namespace(s.namespace)
}

// self is the object itself.
func self(t Target) (source, error) {
	mapping, err := t.Mapper.RESTMapping(t.Object.GroupVersionKind().GroupKind(), t.Object.GroupVersionKind().Version)
	if err != nil {
		return source{}, fmt.Errorf("kind of %s: %w", t.Object.GetName(), err)
	}
	return source{
		gvr: mapping.Resource, namespace: t.Object.GetNamespace(),
		options: metav1.ListOptions{FieldSelector: "metadata.name=" + t.Object.GetName()},
	}, nil
}

// state is what one source holds at a moment, by namespace and name.
type state struct {
	index int
	items map[string]*unstructured.Unstructured
}

// follow sends what is seen of the object and its related objects, first when all have been listed once,
// then at each change. It ends with ctx; a watch that ends is begun again.
func follow(ctx context.Context, t Target, r rule) (<-chan view, error) {
	object, err := self(t)
	if err != nil {
		return nil, err
	}
	sources := append([]source{object}, r.related...)
	states := make(chan state)
	for i, s := range sources {
		go watchForever(ctx, s.client(t), s.options, func(items map[string]*unstructured.Unstructured) {
			select {
			case states <- state{index: i, items: items}:
			case <-ctx.Done():
			}
		})
	}
	views := make(chan view)
	go func() {
		defer close(views)
		known := make([]map[string]*unstructured.Unstructured, len(sources))
		for {
			select {
			case <-ctx.Done():
				return
			case s := <-states:
				known[s.index] = s.items
			}
			if !complete(known) {
				continue
			}
			select {
			case views <- assemble(known):
			case <-ctx.Done():
				return
			}
		}
	}()
	return views, nil
}

func complete(known []map[string]*unstructured.Unstructured) bool {
	for _, items := range known {
		if items == nil {
			return false
		}
	}
	return true
}

func assemble(known []map[string]*unstructured.Unstructured) view {
	var seen view
	for _, object := range known[0] {
		seen.object = object
	}
	for _, items := range known[1:] {
		list := make([]*unstructured.Unstructured, 0, len(items))
		for _, item := range items {
			list = append(list, item)
		}
		sort.Slice(list, func(i, j int) bool { return list[i].GetName() < list[j].GetName() })
		seen.related = append(seen.related, list)
	}
	return seen
}

// listPause is the wait before listing again after the API server did not answer.
const listPause = time.Second

// watchForever lists, then watches from there on, and lists anew when the watch ends for whatever
// reason: a lost connection then costs a list and can never hide a change. emit gets its own copy of
// the map each time.
func watchForever(
	ctx context.Context, client dynamic.ResourceInterface, options metav1.ListOptions,
	emit func(map[string]*unstructured.Unstructured),
) {
	for ctx.Err() == nil {
		list, err := client.List(ctx, options)
		if apierrors.IsForbidden(err) {
			// The user may apply the object but not look at what is around it: judged without that.
			emit(map[string]*unstructured.Unstructured{})
			pause(ctx, warnInterval)
			continue
		}
		if err != nil {
			pause(ctx, listPause)
			continue
		}
		items := map[string]*unstructured.Unstructured{}
		for i := range list.Items {
			items[key(&list.Items[i])] = &list.Items[i]
		}
		emit(copyOf(items))

		from := options
		from.ResourceVersion = list.GetResourceVersion()
		watching, err := client.Watch(ctx, from)
		if err != nil {
			pause(ctx, listPause)
			continue
		}
		for event := range watching.ResultChan() {
			object, ok := event.Object.(*unstructured.Unstructured)
			if !ok || event.Type == watch.Error {
				break
			}
			if event.Type == watch.Deleted {
				delete(items, key(object))
			} else {
				items[key(object)] = object
			}
			emit(copyOf(items))
		}
		watching.Stop()
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func key(o *unstructured.Unstructured) string { return o.GetNamespace() + "/" + o.GetName() }

func copyOf(items map[string]*unstructured.Unstructured) map[string]*unstructured.Unstructured {
	c := make(map[string]*unstructured.Unstructured, len(items))
	for k, v := range items {
		c[k] = v
	}
	return c
}
