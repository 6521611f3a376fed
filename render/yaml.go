package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"sigs.k8s.io/yaml"
)

// order is the kinds in the order in which they need each other; kubectl apply takes them so.
var order = []string{
	"Namespace", "StorageClass", "PersistentVolume", "ServiceAccount", "Role", "RoleBinding", "Secret", "ConfigMap", "PersistentVolumeClaim",
	"NetworkPolicy", "Service", "PodDisruptionBudget", "StatefulSet",
}

// YAML writes the Kubernetes objects among the resources, a document each, in the order in which they need each other; other kinds come
// last. The values of a Secret are written as the word secret in base64: what the stack has is not known here.
func YAML(resources []Resource) ([]byte, error) {
	objects := slices.DeleteFunc(slices.Clone(resources), func(r Resource) bool { return !r.Object() })
	slices.SortFunc(objects, func(a, b Resource) int {
		if byKind := place(a) - place(b); byKind != 0 {
			return byKind
		}
		return strings.Compare(a.Token+" "+a.Name, b.Token+" "+b.Name)
	})
	var out strings.Builder
	for _, o := range objects {
		text, err := yaml.Marshal(Plain(o.Inputs, "c2VjcmV0"))
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", o.Token, o.Name, err)
		}
		out.WriteString("---\n")
		out.Write(text)
	}
	return []byte(out.String()), nil
}

func place(r Resource) int {
	kind := r.Token[strings.LastIndex(r.Token, ":")+1:]
	if i := slices.Index(order, kind); i >= 0 {
		return i
	}
	return len(order)
}

// Plain is properties as plain values, with another text in place of every text below a secret: the keys of a Secret are no secret, and
// an object without them would be another one.
func Plain(properties resource.PropertyMap, secret string) map[string]any {
	hide := func(v resource.PropertyValue) (any, bool) {
		if v.IsObject() || v.IsArray() || v.IsSecret() || v.IsOutput() {
			return nil, false
		}
		return secret, true
	}
	return properties.MapRepl(nil, func(v resource.PropertyValue) (any, bool) {
		if v.IsSecret() {
			return v.SecretValue().Element.MapRepl(nil, hide), true
		}
		return nil, false
	})
}
