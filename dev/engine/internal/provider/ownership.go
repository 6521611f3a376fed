package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/util/csaupgrade"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// clientSideManager owns the fields of objects that were created, or are updated, without server-side
// apply.
const clientSideManager = "pulumi-kubernetes"

// formerManagers are the owners whose fields an update takes over: those of this provider before
// server-side apply, and those of kubectl apply, which is how people adopt an object they made by hand.
var formerManagers = []string{
	clientSideManager, "pulumi-kubernetes.exe", "pulumi-resource-kubernetes", "kubectl", "kubectl-client-side-apply",
	"before-first-apply",
}

// takeFields gives the fields of formerManagers to manager, so that an apply that no longer names one of
// them removes it, and one that does is no conflict. Fields set through a subresource stay their owner's.
func takeFields(
	ctx context.Context, client dynamic.ResourceInterface, live *unstructured.Unstructured, manager string,
) (*unstructured.Unstructured, error) {
	name := live.GetName()
	err := retry.RetryOnConflict(retry.DefaultRetry, func() error {
		patch, err := csaupgrade.UpgradeManagedFieldsPatch(live, sets.New(formerManagers...), manager)
		if err != nil || len(patch) == 0 {
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

func ownedClientSide(live *unstructured.Unstructured) bool {
	return slices.ContainsFunc(live.GetManagedFields(), func(f metav1.ManagedFieldsEntry) bool {
		return f.Operation == metav1.ManagedFieldsOperationUpdate && f.Subresource == "" &&
			slices.Contains(formerManagers, f.Manager)
	})
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
		if entry.FieldsV1 == nil {
			continue
		}
		set := fieldpath.NewSet()
		if err := set.FromJSON(strings.NewReader(string(entry.FieldsV1.Raw))); err != nil {
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
