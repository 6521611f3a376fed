package provider

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"neo4j-kubernetes/dev/engine/internal/await"
)

// ready waits until the object is what its kind calls ready, and returns it as last seen, also beside
// an error. inputs carry the program's wishes about the wait.
func (p *Provider) ready(
	urn string, inputs, live *unstructured.Unstructured, within time.Duration,
) (*unstructured.Unstructured, error) {
	if annotated(inputs, skipAwaitAnnotation) {
		return live, nil
	}
	ctx, cancel := context.WithTimeout(p.ctx, within)
	defer cancel()
	target := p.target(urn, live)
	target.WaitFor = inputs.GetAnnotations()[waitForAnnotation]
	last, err := await.Ready(ctx, target)
	p.log.Status(p.ctx, urn, "")
	if last == nil {
		last = live
	}
	return last, err
}

// readyNow is the same judgement without any wait.
func (p *Provider) readyNow(ctx context.Context, inputs, live *unstructured.Unstructured) error {
	if annotated(inputs, skipAwaitAnnotation) {
		return nil
	}
	return await.ReadyNow(ctx, p.target("", live))
}

// gone waits until the object no longer exists.
func (p *Provider) gone(urn string, live *unstructured.Unstructured, within time.Duration) error {
	ctx, cancel := context.WithTimeout(p.ctx, within)
	defer cancel()
	err := await.Gone(ctx, p.target(urn, live))
	p.log.Status(p.ctx, urn, "")
	return err
}

func (p *Provider) target(urn string, live *unstructured.Unstructured) await.Target {
	return await.Target{
		Dynamic: p.cluster.dynamic, Mapper: p.cluster.mapper, Object: live,
		Say:  func(text string) { p.log.Status(p.ctx, urn, text) },
		Warn: func(text string) { p.log.StatusWarn(p.ctx, urn, text) },
	}
}
