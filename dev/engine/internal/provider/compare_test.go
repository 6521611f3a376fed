package provider

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
)

func TestCompareNamesTheSmallestPart(t *testing.T) {
	before := object{
		"same": int64(1), "gone": "x",
		"map":  object{"a": "1", "b": "2"},
		"list": []any{object{"name": "c", "image": "old"}, object{"name": "d"}},
	}
	after := object{
		"same": float64(1), "new": true,
		"map":  object{"a": "1", "b": "3"},
		"list": []any{object{"name": "c", "image": unknown{Element: resource.NewStringProperty("")}}},
	}
	got := map[string]changeKind{}
	for _, c := range compare(before, after) {
		got[c.path.String()] = c.kind
	}
	require.Equal(t, map[string]changeKind{
		"gone": deleted, "new": added, "map.b": updated, "list[0].image": updated, "list[1]": deleted,
	}, got)
}

func TestCompareOfTheSameIsEmpty(t *testing.T) {
	o := object{"a": []any{object{"b": int64(1)}, nil, "x"}, "c": object{}}
	require.Empty(t, compare(o, cloneObject(o)))
}

func TestKeysWithDotsAreQuotedInPaths(t *testing.T) {
	changes := compare(object{"metadata": object{}}, object{"metadata": object{"labels": object{}}})
	require.Equal(t, "metadata.labels", changes[0].path.String())
	changes = compare(
		object{"metadata": object{"labels": object{}}},
		object{"metadata": object{"labels": object{"app.kubernetes.io/name": "n"}}})
	require.Equal(t, `metadata.labels["app.kubernetes.io/name"]`, changes[0].path.String())
}

func TestFixedFields(t *testing.T) {
	statefulSet := func(spec object) object {
		return object{"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": object{"name": "w"}, "spec": spec}
	}
	configMap := func(name, value string, more object) object {
		o := object{"apiVersion": "v1", "kind": "ConfigMap", "metadata": object{"name": name}, "data": object{"k": value}}
		for key, v := range more {
			o[key] = v
		}
		return o
	}
	claims := func(size string) object {
		return object{"volumeClaimTemplates": []any{object{"spec": object{"storage": size}}}}
	}
	for _, test := range []struct {
		name          string
		before, after object
		mutable       bool
		replaces      []string
	}{
		{"replicas", statefulSet(object{"replicas": int64(3)}), statefulSet(object{"replicas": int64(5)}), false, nil},
		{"claims", statefulSet(claims("1Gi")), statefulSet(claims("2Gi")), false,
			[]string{"spec.volumeClaimTemplates[0].spec.storage"}},
		{"a part that holds a fixed field", object{"apiVersion": "apps/v1", "kind": "StatefulSet"},
			statefulSet(object{"serviceName": "w"}), false, []string{"metadata", "spec"}},
		{"data", configMap("a", "1", nil), configMap("a", "2", nil), false, []string{"data.k"}},
		{"mutable data", configMap("a", "1", nil), configMap("a", "2", nil), true, nil},
		{"immutable data", configMap("a", "1", object{"immutable": true}), configMap("a", "2", object{"immutable": true}),
			true, []string{"data.k"}},
		{"name", configMap("a", "1", nil), configMap("b", "1", nil), true, []string{"metadata.name"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := &Provider{settings: settings{configMapMutable: test.mutable}}
			require.Equal(t, test.replaces, p.replaces(compare(test.before, test.after), test.after, test.before))
		})
	}
}

func TestIgnoredChanges(t *testing.T) {
	changes := compare(
		object{"spec": object{"replicas": int64(1), "template": object{"a": "1"}}},
		object{"spec": object{"replicas": int64(2), "template": object{"a": "2"}}})
	kept, err := withoutIgnored(changes, []string{"spec.replicas"})
	require.NoError(t, err)
	require.Len(t, kept, 1)
	kept, err = withoutIgnored(changes, []string{"spec"})
	require.NoError(t, err)
	require.Empty(t, kept)
	_, err = withoutIgnored(changes, []string{"spec["})
	require.Error(t, err)
}

func TestMergePatch(t *testing.T) {
	require.Equal(t,
		object{"gone": nil, "new": "x", "map": object{"b": int64(2)}, "list": []any{"b"}},
		mergePatch(
			object{"gone": true, "same": "s", "map": object{"a": "1", "b": int64(1)}, "list": []any{"a"}},
			object{"new": "x", "same": "s", "map": object{"a": "1", "b": int64(2)}, "list": []any{"b"}}))
}
