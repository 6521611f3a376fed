package provider

import (
	"encoding/base64"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
)

// serverFields of metadata are the API server's to write; in an input they would only make noise.
var serverFields = []string{
	"creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generation", "managedFields",
	"resourceVersion", "uid",
}

// normalize writes o the way the API server would hand it back, so that 1024Mi and 1Gi, or an empty
// list and no list, are no difference. Fields that this Kubernetes library does not know stay as
// they are: the API server is the one to refuse them. o itself is not changed.
func normalize(o object) object {
	result := cloneObject(o)
	if !hasUnknown(o) {
		result = canonical(result)
	}
	for _, field := range serverFields {
		unstructured.RemoveNestedField(result, "metadata", field)
	}
	return result
}

func canonical(o object) object {
	u := &unstructured.Unstructured{Object: o}
	if u.GetAPIVersion() == "v1" && u.GetKind() == "Secret" {
		return canonicalSecret(o)
	}
	typed, err := scheme.Scheme.New(u.GroupVersionKind())
	if err != nil {
		return o // a custom resource, or a kind newer than this library
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o, typed); err != nil {
		return o // a value of the wrong type; the API server says so better
	}
	rewritten, err := runtime.DefaultUnstructuredConverter.ToUnstructured(typed)
	if err != nil {
		return o
	}
	return reshape(o, rewritten)
}

// canonicalSecret turns stringData into data, as the API server does when it stores a Secret.
func canonicalSecret(o object) object {
	data, _ := o["data"].(object)
	text, _ := o["stringData"].(object)
	if len(text) == 0 {
		return o
	}
	if data == nil {
		data = object{}
	}
	for key, value := range text {
		if s, ok := value.(string); ok {
			data[key] = base64.StdEncoding.EncodeToString([]byte(s))
		}
	}
	delete(o, "stringData")
	o["data"] = data
	return o
}

// reshape gives the fields of asked the values they have in rewritten. Fields that rewriting added are
// defaults nobody asked for. Fields it lost were empty, or unknown to the types; the latter stay.
func reshape(asked, rewritten object) object {
	result := make(object, len(asked))
	for key, value := range asked {
		other, ok := rewritten[key]
		switch {
		case ok:
			result[key] = reshapeValue(value, other)
		case !empty(value):
			result[key] = value
		}
	}
	return result
}

func reshapeValue(asked, rewritten any) any {
	switch a := asked.(type) {
	case object:
		if r, ok := rewritten.(object); ok {
			return reshape(a, r)
		}
	case []any:
		if r, ok := rewritten.([]any); ok && len(r) == len(a) {
			items := make([]any, len(a))
			for i := range a {
				items[i] = reshapeValue(a[i], r[i])
			}
			return items
		}
	}
	return rewritten
}

// empty values are left out by the types' JSON form.
func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case bool:
		return !v
	case int64:
		return v == 0
	case float64:
		return v == 0
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case object:
		for _, value := range v {
			if !empty(value) {
				return false
			}
		}
		return true
	}
	return false
}

// prune keeps of live only the fields that asked has too, at any depth; lists are matched by position
// and cut to the length of asked. It shows what became of the fields a program set, without the many
// that the cluster filled in.
func prune(live, asked object) object {
	result := object{}
	for key, value := range live {
		if wanted, ok := asked[key]; ok {
			result[key] = pruneValue(value, wanted)
		}
	}
	return result
}

func pruneValue(live, asked any) any {
	switch a := asked.(type) {
	case object:
		if l, ok := live.(object); ok {
			return prune(l, a)
		}
	case []any:
		if l, ok := live.([]any); ok {
			items := make([]any, 0, len(a))
			for i := 0; i < len(a) && i < len(l); i++ {
				items = append(items, pruneValue(l[i], a[i]))
			}
			return items
		}
	}
	return live
}
