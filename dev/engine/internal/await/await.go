// Package await waits until a Kubernetes object is ready for what depends on it, or gone. Each kind has
// a judge, a pure function from what is seen of an object to a verdict; the waiting itself is watches.
package await

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
)

// Target is an object to wait for.
type Target struct {
	Dynamic dynamic.Interface
	Mapper  meta.RESTMapper
	// Object is as the API server last answered; older generations of it, still on their way through a
	// watch, are passed over.
	Object *unstructured.Unstructured
	// WaitFor is the program's own condition instead of the kind's, in the form of the annotation
	// pulumi.com/waitFor, or empty.
	WaitFor string
	// Say shows how far things are; Warn shows what seems wrong.
	Say, Warn func(string)
}

// Unready is the error of a wait that did not come to its good end.
type Unready struct {
	Object  *unstructured.Unstructured // as last seen; nil if it is gone
	Reasons []string                   // what is missing, a line each
	Cause   error
}

func (e *Unready) Error() string { return e.Cause.Error() }

func (e *Unready) Unwrap() error { return e.Cause }

// verdict is what a judge makes of an object.
type verdict struct {
	done bool
	// settle is a silence after which the object counts as done although it might still change; zero
	// where no silence would mean anything.
	settle   time.Duration
	progress string   // one line on how far it is
	missing  []string // what is missing, for the error of a wait that ends too early
	failed   error    // why it will never be ready
}

// view is what is seen: the object, nil when it is gone, and what else its judge asked for.
type view struct {
	object  *unstructured.Unstructured
	related [][]*unstructured.Unstructured
}

// warnInterval is how long a wait goes on before it says what seems to be in its way, and again after
// each further interval.
const warnInterval = 10 * time.Second

// Ready waits until the object is ready, ctx is done, or it cannot become ready any more. It returns the
// object as last seen, also beside an error.
func Ready(ctx context.Context, t Target) (*unstructured.Unstructured, error) {
	rule, err := ruleFor(t)
	if err != nil || rule.judge == nil {
		return t.Object, err
	}
	seen, err := wait(ctx, t, rule)
	if seen.object == nil {
		return t.Object, err
	}
	return seen.object, err
}

// ReadyNow judges the object as it is at this moment. Only kinds that can fall back from being ready are
// judged: a refresh should not complain of a claim that has not been bound yet.
func ReadyNow(ctx context.Context, t Target) error {
	rule, err := ruleFor(t)
	if err != nil || rule.judge == nil || !rule.lasting {
		return err
	}
	seen := view{object: t.Object, related: make([][]*unstructured.Unstructured, len(rule.related))}
	for i, source := range rule.related {
		list, err := source.client(t).List(ctx, source.options)
		if err != nil {
			return fmt.Errorf("%s of %s: %w", source.gvr.Resource, t.Object.GetName(), err)
		}
		for j := range list.Items {
			seen.related[i] = append(seen.related[i], &list.Items[j])
		}
	}
	v := rule.judge(seen)
	if v.done || v.settle > 0 {
		return nil
	}
	cause := v.failed
	if cause == nil {
		cause = fmt.Errorf("Resource '%s' was created but failed to initialize", t.Object.GetName())
	}
	return &Unready{Object: t.Object, Reasons: append(v.missing, podTroubles(seen)...), Cause: cause}
}

// Gone waits until the object no longer exists. Another object of the same name is not it.
func Gone(ctx context.Context, t Target) error {
	uid := t.Object.GetUID()
	gone := rule{judge: func(seen view) verdict {
		if seen.object == nil || (uid != "" && seen.object.GetUID() != uid) {
			return verdict{done: true}
		}
		v := verdict{progress: "Waiting for deletion", missing: []string{"waited for its deletion in vain"}}
		if finalizers := seen.object.GetFinalizers(); len(finalizers) > 0 {
			v.missing = append(v.missing, fmt.Sprintf("finalizers might be preventing deletion %v", finalizers))
		}
		return v
	}}
	_, err := wait(ctx, t, gone)
	var late *Unready
	if errors.As(err, &late) {
		// The engine shows no reasons beside the error of a deletion, so they go into it.
		late.Cause = fmt.Errorf("'%s' is still there: %s", t.Object.GetName(), strings.Join(late.Reasons, "; "))
	}
	return err
}

func wait(ctx context.Context, t Target, r rule) (view, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	changes, err := follow(ctx, t, r)
	if err != nil {
		return view{object: t.Object}, err
	}
	warn := time.NewTicker(warnInterval)
	defer warn.Stop()
	var settled <-chan time.Time
	seen := view{object: t.Object, related: make([][]*unstructured.Unstructured, len(r.related))}
	v := verdict{progress: "Waiting for the API server"}
	for {
		select {
		case <-ctx.Done():
			return seen, outOfTime(ctx, seen, v, t)
		case <-warn.C:
			for _, text := range podTroubles(seen) {
				t.Warn(text)
			}
			continue
		case <-settled:
			return seen, nil
		case now, ok := <-changes:
			if !ok {
				changes = nil // only ctx ends it, and says so itself
				continue
			}
			seen = now
		}
		if seen.object != nil && seen.object.GetGeneration() < t.Object.GetGeneration() {
			continue
		}
		v = r.judge(seen)
		settled = nil
		switch {
		case v.done:
			return seen, nil
		case v.failed != nil:
			return seen, &Unready{Object: seen.object, Reasons: append(v.missing, podTroubles(seen)...), Cause: v.failed}
		case v.settle > 0:
			settled = time.After(v.settle)
		}
		if v.progress != "" {
			t.Say(v.progress)
		}
	}
}

func outOfTime(ctx context.Context, seen view, v verdict, t Target) error {
	name := t.Object.GetName()
	cause := fmt.Errorf("Resource operation was cancelled for %q", name)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		cause = fmt.Errorf("'%s' timed out waiting to be Ready", name)
	}
	reasons := append(v.missing, podTroubles(seen)...)
	return &Unready{Object: seen.object, Reasons: append(reasons, recentEvents(t, seen)...), Cause: cause}
}
