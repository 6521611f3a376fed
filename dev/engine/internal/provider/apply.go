package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
)

// write is one object to be created or updated.
type write struct {
	inputs       *unstructured.Unstructured
	fieldManager string
	preview      bool // have the API server try it without doing it
	status       func(string)
}

func (w write) dryRun() []string {
	if w.preview {
		return []string{metav1.DryRunAll}
	}
	return nil
}

// createRetries and createPause wait for what an object's creation needs and another's brings: its
// namespace, or its kind's definition. The pause doubles each time: 15 seconds in all.
const (
	createRetries = 5
	createPause   = 500 * time.Millisecond
)

// create makes the object. A preview does not wait for what is not there yet.
func (p *Provider) create(ctx context.Context, w write) (*unstructured.Unstructured, error) {
	pause := createPause
	for try := 1; ; try++ {
		live, err := p.createOnce(ctx, w)
		missing := apierrors.IsNotFound(err) || meta.IsNoMatchError(err)
		if err == nil || !missing || w.preview || try > createRetries {
			return live, err
		}
		w.status(fmt.Sprintf("Retry #%d; creation failed: %v", try, err))
		p.cluster.mapper.Reset()
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(pause):
		}
		pause *= 2
	}
}

func (p *Provider) createOnce(ctx context.Context, w write) (*unstructured.Unstructured, error) {
	client, err := p.cluster.client(w.inputs)
	if err != nil {
		return nil, err
	}
	if p.settings.serverSideApply && p.settings.upsert {
		return p.apply(ctx, w, nil)
	}
	// A plain create, so that an object that is already there is an error and not silently taken over.
	// The fields move to the object's own field manager at its first update.
	live, err := client.Create(ctx, w.inputs, metav1.CreateOptions{
		FieldManager: clientSideManager, DryRun: w.dryRun(), FieldValidation: metav1.FieldValidationStrict,
	})
	if apierrors.IsAlreadyExists(err) {
		return nil, existsError{err}
	}
	return live, err
}

// existsError tells what to do about an object that somebody else has made.
type existsError struct{ error }

func (e existsError) Unwrap() error { return e.error }

func (e existsError) Error() string {
	return e.error.Error() + "\n\nThe object is in the cluster, but not in this stack's state. If the resource was " +
		"renamed in the program, give it an alias; to take the object over, use `pulumi import`; " +
		"to take over every object that is already there, set upsertExistingObjects on the provider."
}

// update brings the object that is live to the inputs.
func (p *Provider) update(ctx context.Context, w write, name string, pruned object, ignore []string) (
	*unstructured.Unstructured, error,
) {
	client, err := p.cluster.client(w.inputs)
	if err != nil {
		return nil, err
	}
	live, err := client.Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	if !p.settings.serverSideApply {
		patch, err := json.Marshal(mergePatch(pruned, w.inputs.Object))
		if err != nil {
			return nil, fmt.Errorf("patch: %w", err)
		}
		return client.Patch(ctx, name, types.MergePatchType, patch,
			metav1.PatchOptions{FieldManager: w.fieldManager, DryRun: w.dryRun()})
	}
	if !w.preview {
		if live, err = takeFields(ctx, client, live, w.fieldManager); err != nil {
			return nil, fmt.Errorf("ownership of the fields: %w", err)
		}
	}
	if err := keepIgnored(w.inputs, live, w.fieldManager, ignore); err != nil {
		return nil, err
	}
	return p.apply(ctx, w, live)
}

// apply sends the inputs by server-side apply. live is the object as it is, nil where there may be none.
func (p *Provider) apply(ctx context.Context, w write, live *unstructured.Unstructured) (
	*unstructured.Unstructured, error,
) {
	client, err := p.cluster.client(w.inputs)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(w.inputs.Object)
	if err != nil {
		return nil, fmt.Errorf("object: %w", err)
	}
	force := p.settings.patchForce || annotated(w.inputs, patchForceAnnotation) ||
		(w.preview && (live == nil || ownedByFormer(live))) ||
		(live != nil && len(live.GetManagedFields()) == 0)
	result, err := client.Patch(ctx, w.inputs.GetName(), types.ApplyPatchType, body, metav1.PatchOptions{
		FieldManager: w.fieldManager, Force: &force, DryRun: w.dryRun(), FieldValidation: metav1.FieldValidationStrict,
	})
	return result, explainConflict(err, w.fieldManager)
}

// explainConflict adds to a conflict over fields who owns them and how to win them back.
func explainConflict(err error, manager string) error {
	if !apierrors.IsConflict(err) {
		return err
	}
	var owners []string
	var status apierrors.APIStatus
	if errors.As(err, &status) && status.Status().Details != nil {
		for _, cause := range status.Status().Details.Causes {
			if cause.Type == metav1.CauseTypeFieldManagerConflict {
				owners = append(owners, fmt.Sprintf("  %s: %s", cause.Field, cause.Message))
			}
		}
	}
	text := fmt.Sprintf("The resource managed by field manager %q had an apply conflict", manager)
	if len(owners) > 0 {
		text += ":\n" + strings.Join(owners, "\n")
	}
	return fmt.Errorf("server-side apply field conflict detected: %w\n%s\n"+
		"Somebody else set these fields last. To set them from this stack, annotate the resource with "+
		"%s: \"true\"; to leave them to their owner, drop them from the program or add them to ignoreChanges.",
		err, text, patchForceAnnotation)
}

// mergePatch is the RFC 7386 merge patch from before to after.
func mergePatch(before, after object) object {
	patch := object{}
	for key, now := range after {
		was, ok := before[key]
		if ok && equal(was, now) {
			continue
		}
		nowObject, isObject := now.(object)
		wasObject, wasObjectToo := was.(object)
		if isObject && wasObjectToo {
			if inner := mergePatch(wasObject, nowObject); len(inner) > 0 {
				patch[key] = inner
			}
			continue
		}
		patch[key] = now
	}
	for key := range before {
		if _, ok := after[key]; !ok {
			patch[key] = nil
		}
	}
	return patch
}
