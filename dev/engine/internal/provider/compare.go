package provider

import (
	"reflect"
	"sort"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// changeKind is how a field differs.
type changeKind int

const (
	added changeKind = iota
	deleted
	updated
)

// proto is the engine's name for the kind.
func (k changeKind) proto(replaces bool) pulumirpc.PropertyDiff_Kind {
	switch {
	case k == added && replaces:
		return pulumirpc.PropertyDiff_ADD_REPLACE
	case k == added:
		return pulumirpc.PropertyDiff_ADD
	case k == deleted && replaces:
		return pulumirpc.PropertyDiff_DELETE_REPLACE
	case k == deleted:
		return pulumirpc.PropertyDiff_DELETE
	case replaces:
		return pulumirpc.PropertyDiff_UPDATE_REPLACE
	}
	return pulumirpc.PropertyDiff_UPDATE
}

// change is one field that differs: the smallest part of the object that does, so that a preview names
// the one changed value and not the list around it. value is the part that came, went or changed.
type change struct {
	path  resource.PropertyPath
	kind  changeKind
	value any
}

// compare lists how to get from before to after, sorted by path.
func compare(before, after object) []change {
	changes := compareObjects(nil, before, after)
	sort.Slice(changes, func(i, j int) bool { return changes[i].path.String() < changes[j].path.String() })
	return changes
}

func compareObjects(path resource.PropertyPath, before, after object) []change {
	var changes []change
	for key, now := range after {
		was, ok := before[key]
		at := step(path, key)
		if ok {
			changes = append(changes, compareValues(at, was, now)...)
		} else {
			changes = append(changes, change{path: at, kind: added, value: now})
		}
	}
	for key, was := range before {
		if _, ok := after[key]; !ok {
			changes = append(changes, change{path: step(path, key), kind: deleted, value: was})
		}
	}
	return changes
}

func compareValues(path resource.PropertyPath, was, now any) []change {
	switch n := now.(type) {
	case object:
		if w, ok := was.(object); ok {
			return compareObjects(path, w, n)
		}
	case []any:
		if w, ok := was.([]any); ok {
			return compareLists(path, w, n)
		}
	}
	// An unknown value may turn out to be the old one; a preview has to say that it may not.
	if equal(was, now) {
		return nil
	}
	return []change{{path: path, kind: updated, value: now}}
}

func compareLists(path resource.PropertyPath, before, after []any) []change {
	var changes []change
	for i := range max(len(before), len(after)) {
		at := step(path, i)
		switch {
		case i >= len(before):
			changes = append(changes, change{path: at, kind: added, value: after[i]})
		case i >= len(after):
			changes = append(changes, change{path: at, kind: deleted, value: before[i]})
		default:
			changes = append(changes, compareValues(at, before[i], after[i])...)
		}
	}
	return changes
}

// step copies, since sibling fields share the path above them.
func step(path resource.PropertyPath, next any) resource.PropertyPath {
	return append(append(make(resource.PropertyPath, 0, len(path)+1), path...), next)
}

func equal(a, b any) bool {
	if x, ok := asFloat(a); ok {
		if y, ok := asFloat(b); ok {
			return x == y
		}
	}
	if _, ok := b.(unknown); ok {
		return false
	}
	return reflect.DeepEqual(a, b)
}

func asFloat(v any) (float64, bool) {
	switch n := v.(type) {
	case int64:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}
