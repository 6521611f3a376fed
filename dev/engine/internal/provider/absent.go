package provider

import (
	"context"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// absent are the namespaces that a preview found missing. The API server holds each question about an object in a missing
// namespace for 50 ms, in the hope that it is about to appear; a new stack has a dozen such objects, one behind the other.
type absent struct {
	mu    sync.Mutex
	names map[string]bool
}

func (a *absent) add(namespace string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.names == nil {
		a.names = map[string]bool{}
	}
	a.names[namespace] = true
}

func (a *absent) has(namespace string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return namespace != "" && a.names[namespace]
}

// noteIfAbsent looks whether a Namespace that a preview is about to create is there yet. That it cannot tell is no error: the
// objects in it are asked for one by one then.
func (p *Provider) noteIfAbsent(ctx context.Context, o *unstructured.Unstructured) {
	if kind := o.GroupVersionKind(); kind.Group != "" || kind.Kind != "Namespace" {
		return
	}
	client, err := p.cluster.client(o)
	if err != nil {
		return
	}
	if _, err := client.Get(ctx, o.GetName(), metav1.GetOptions{}); apierrors.IsNotFound(err) {
		p.absent.add(o.GetName())
	}
}
