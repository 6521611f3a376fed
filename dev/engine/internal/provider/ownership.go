package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// clientSideManager owns the fields of objects that were created, or are updated, without server-side
// apply.
const clientSideManager = "pulumi-kubernetes"

// former is true for the owners whose fields an update takes over, by the first part of their names: this
// provider's own before server-side apply, and kubectl's, which is how people make the objects that they
// then adopt. Fields set through a subresource, as by `kubectl scale`, stay their owner's.
func former(entry metav1.ManagedFieldsEntry) bool {
	if entry.Subresource != "" {
		return false
	}
	if entry.Operation == metav1.ManagedFieldsOperationApply {
		return strings.HasPrefix(entry.Manager, "kubectl")
	}
	for _, prefix := range []string{clientSideManager, "pulumi-resource-kubernetes", "kubectl", "before-first-apply"} {
		if strings.HasPrefix(entry.Manager, prefix) {
			return true
		}
	}
	return false
}

// takeFields gives the fields of former owners to manager, so that an apply that no longer names one of
// them removes it, and one that does is no conflict.
func takeFields(
	ctx context.Context, client dynamic.ResourceInterface, live *unstructured.Unstructured, manager string,
) (*unstructured.Unstructured, error) {
	name := live.GetName()
	err := retry.RetryOnConflict(retry.DefaultRetry, func() error {
		entries, err := taken(live, manager)
		if err != nil || entries == nil {
			return err
		}
		// The resource version makes the patch fail if the owners changed meanwhile.
		patch, err := json.Marshal([]map[string]any{
			{"op": "replace", "path": "/metadata/managedFields", "value": entries},
			{"op": "replace", "path": "/metadata/resourceVersion", "value": live.GetResourceVersion()},
		})
		if err != nil {
			return err
		}
		updated, err := client.Patch(ctx, name, types.JSONPatchType, patch, metav1.PatchOptions{})
		if err == nil {
			live = updated
			return nil
		}
		if fresh, getErr := client.Get(ctx, name, metav1.GetOptions{}); getErr == nil {
			live = fresh
		}
		return err
	})
	return live, err
}

// taken are live's field owners with those of former ones given to manager, or nothing if there is none.
func taken(live *unstructured.Unstructured, manager string) ([]metav1.ManagedFieldsEntry, error) {
	ours := metav1.ManagedFieldsEntry{
		Manager: manager, Operation: metav1.ManagedFieldsOperationApply,
		APIVersion: live.GetAPIVersion(), FieldsType: "FieldsV1",
	}
	fields, found := fieldpath.NewSet(), false
	var others []metav1.ManagedFieldsEntry
	for _, entry := range live.GetManagedFields() {
		own := entry.Manager == manager && entry.Operation == metav1.ManagedFieldsOperationApply
		if !own && !former(entry) {
			others = append(others, entry)
			continue
		}
		set, err := fieldsOf(entry)
		if err != nil {
			return nil, fmt.Errorf("managed fields of %s: %w", live.GetName(), err)
		}
		fields, found = fields.Union(set), found || !own
	}
	if !found {
		return nil, nil
	}
	text, err := fields.ToJSON()
	if err != nil {
		return nil, err
	}
	ours.FieldsV1 = &metav1.FieldsV1{Raw: text}
	return append(others, ours), nil
}

func fieldsOf(entry metav1.ManagedFieldsEntry) (*fieldpath.Set, error) {
	set := fieldpath.NewSet()
	if entry.FieldsV1 == nil {
		return set, nil
	}
	return set, set.FromJSON(bytes.NewReader(entry.FieldsV1.Raw))
}

// ownedByFormer is true when an update would take fields over first, which a preview cannot do.
func ownedByFormer(live *unstructured.Unstructured) bool {
	return slices.ContainsFunc(live.GetManagedFields(), former)
}

// relinquish drops a field manager that the object no longer goes by.
func relinquish(
	ctx context.Context, client dynamic.ResourceInterface, live *unstructured.Unstructured, manager string,
) error {
	bare := &unstructured.Unstructured{Object: map[string]any{}}
	bare.SetGroupVersionKind(live.GroupVersionKind())
	bare.SetName(live.GetName())
	bare.SetNamespace(live.GetNamespace())
	body, err := json.Marshal(bare.Object)
	if err != nil {
		return err
	}
	_, err = client.Patch(ctx, live.GetName(), types.ApplyPatchType, body, metav1.PatchOptions{FieldManager: manager})
	return err
}

// keepIgnored leaves the fields of ignoreChanges as they are in the cluster. A field that somebody else
// owns alone is left out of the apply, or we would claim it; one that we own is sent with its live value,
// or leaving it out would remove it.
func keepIgnored(inputs, live *unstructured.Unstructured, manager string, ignore []string) error {
	if len(ignore) == 0 {
		return nil
	}
	ours, theirs, err := owners(live, manager)
	if err != nil {
		return err
	}
	for _, text := range ignore {
		path, err := resource.ParsePropertyPath(text)
		if err != nil {
			return fmt.Errorf("ignoreChanges: %q: %w", text, err)
		}
		names := make([]string, 0, len(path))
		for _, element := range path {
			if name, ok := element.(string); ok {
				names = append(names, name)
			}
		}
		if len(names) != len(path) {
			continue // an item of a list has no owner under its position; the diff alone can ignore it
		}
		field := fieldpath.MakePathOrDie(toAny(names)...)
		if within(theirs, field) && !within(ours, field) {
			unstructured.RemoveNestedField(inputs.Object, names...)
			continue
		}
		value, found, err := unstructured.NestedFieldCopy(live.Object, names...)
		if err != nil {
			return fmt.Errorf("ignoreChanges: %q: %w", text, err)
		}
		if found {
			if err := unstructured.SetNestedField(inputs.Object, value, names...); err != nil {
				return fmt.Errorf("ignoreChanges: %q: %w", text, err)
			}
		}
	}
	return nil
}

// owners are the fields of an object that manager owns and those that others own.
func owners(live *unstructured.Unstructured, manager string) (ours, theirs *fieldpath.Set, err error) {
	ours, theirs = fieldpath.NewSet(), fieldpath.NewSet()
	for _, entry := range live.GetManagedFields() {
		set, err := fieldsOf(entry)
		if err != nil {
			return nil, nil, fmt.Errorf("managed fields of %s: %w", live.GetName(), err)
		}
		if entry.Manager == manager {
			ours = ours.Union(set)
		} else {
			theirs = theirs.Union(set)
		}
	}
	return ours, theirs, nil
}

// within is true when the set holds the field or anything below it.
func within(set *fieldpath.Set, field fieldpath.Path) bool {
	if set.Has(field) {
		return true
	}
	found := false
	set.Iterate(func(p fieldpath.Path) {
		if len(p) > len(field) && p[:len(field)].Equals(field) {
			found = true
		}
	})
	return found
}

func toAny(names []string) []any {
	list := make([]any, len(names))
	for i, name := range names {
		list[i] = name
	}
	return list
}
