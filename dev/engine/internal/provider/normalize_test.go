package provider

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
)

func TestNormalize(t *testing.T) {
	pod := func(limits, more object) object {
		container := object{"name": "c", "resources": object{"limits": limits}}
		for key, value := range more {
			container[key] = value
		}
		return object{"apiVersion": "v1", "kind": "Pod", "spec": object{"containers": []any{container}}}
	}
	for _, test := range []struct {
		name     string
		in, want object
	}{
		{"quantities", pod(object{"memory": "1024Mi"}, nil), pod(object{"memory": "1Gi"}, nil)},
		{"what is empty goes", pod(object{"cpu": "1"}, object{"args": []any{}, "tty": false}), pod(object{"cpu": "1"}, nil)},
		{"what the types do not know stays", pod(object{"cpu": "1"}, object{"imge": "typo"}),
			pod(object{"cpu": "1"}, object{"imge": "typo"})},
		{"a wrong type stays", pod(object{"cpu": "1"}, object{"name": true}), pod(object{"cpu": "1"}, object{"name": true})},
		{"server fields go",
			object{"apiVersion": "x.test/v1", "kind": "Thing", "metadata": object{"name": "n", "uid": "u"}},
			object{"apiVersion": "x.test/v1", "kind": "Thing", "metadata": object{"name": "n"}}},
		{"text of a Secret",
			object{"apiVersion": "v1", "kind": "Secret", "stringData": object{"a": "b"}, "data": object{"c": "ZA=="}},
			object{"apiVersion": "v1", "kind": "Secret", "data": object{"a": "Yg==", "c": "ZA=="}}},
		{"empty directory", object{"apiVersion": "v1", "kind": "Pod", "spec": object{"containers": []any{},
			"volumes": []any{object{"name": "v", "emptyDir": object{}}}}},
			object{"apiVersion": "v1", "kind": "Pod", "spec": object{"containers": []any{},
				"volumes": []any{object{"name": "v", "emptyDir": object{}}}}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := cloneObject(test.in)
			require.Equal(t, test.want, normalize(test.in))
			require.Equal(t, before, test.in, "the argument is not changed")
			require.Equal(t, test.want, normalize(normalize(test.in)), "normal is normal")
		})
	}
}

func TestNormalizeLeavesUnknownValues(t *testing.T) {
	u := unknown{Element: resource.NewStringProperty("")}
	o := object{"apiVersion": "v1", "kind": "Secret", "stringData": object{"a": u}}
	require.Equal(t, o, normalize(o))
}

func TestPruneKeepsTheShapeOfTheInputs(t *testing.T) {
	live := object{
		"metadata": object{"name": "n", "uid": "u"}, "status": object{},
		"spec": object{"ports": []any{object{"port": int64(1), "protocol": "TCP"}, object{"port": int64(2)}}, "type": "ClusterIP"},
	}
	asked := object{"metadata": object{"name": "m"}, "spec": object{"ports": []any{object{"port": int64(9)}}}}
	require.Equal(t, object{
		"metadata": object{"name": "n"}, "spec": object{"ports": []any{object{"port": int64(1)}}},
	}, prune(live, asked))
}

func TestValuesGoThereAndBack(t *testing.T) {
	m := resource.NewPropertyMapFromMap(map[string]any{
		"text": "x", "whole": 3, "part": 0.5, "flag": true, "list": []any{"a", map[string]any{"b": 1}},
		"x_kubernetes_int_or_string": true,
	})
	o := toObject(m)
	require.Equal(t, int64(3), o["whole"])
	require.Equal(t, 0.5, o["part"])
	require.Equal(t, true, o["x-kubernetes-int-or-string"])
	require.True(t, fromObject(o).DeepEquals(m))

	m["secret"] = resource.MakeSecret(resource.NewStringProperty("s"))
	m["unknown"] = resource.MakeComputed(resource.NewStringProperty(""))
	m["nothing"] = resource.NewNullProperty()
	o = toObject(m)
	require.Equal(t, "s", o["secret"])
	require.True(t, hasUnknown(o))
	require.NotContains(t, o, "nothing")
}

func TestMarkSecrets(t *testing.T) {
	ins := resource.PropertyMap{
		"data": resource.NewObjectProperty(resource.PropertyMap{
			"token": resource.MakeSecret(resource.NewStringProperty("s")), "plain": resource.NewStringProperty("p"),
		}),
		"list": resource.NewArrayProperty([]resource.PropertyValue{resource.MakeSecret(resource.NewStringProperty("s"))}),
	}
	outs := fromObject(object{"data": object{"token": "s", "plain": "p", "extra": "e"}, "list": []any{"s"}})
	markSecrets(outs, ins)
	data := outs["data"].ObjectValue()
	require.True(t, data["token"].IsSecret())
	require.False(t, data["plain"].IsSecret())
	require.True(t, outs["list"].IsSecret())

	secret := fromObject(object{"kind": "Secret", "data": object{"a": "b"}})
	markSecrets(secret, nil)
	require.True(t, secret["data"].IsSecret(), "a Secret's data is secret whoever wrote it")
}
