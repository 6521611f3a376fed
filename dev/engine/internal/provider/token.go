package provider

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// kindOf reads the Kubernetes kind from a resource's type token, "kubernetes:<group>/<version>:<Kind>".
// The SDKs name the legacy group "core", Kubernetes leaves it empty.
func kindOf(urn string) (schema.GroupVersionKind, error) {
	parsed, err := resource.ParseURN(urn)
	if err != nil {
		return schema.GroupVersionKind{}, err
	}
	token := parsed.Type()
	group, version, ok := strings.Cut(string(token.Module().Name()), "/")
	if token.Package() != "kubernetes" || !ok {
		return schema.GroupVersionKind{}, fmt.Errorf(
			"%s is no Kubernetes kind; expected kubernetes:<group>/<version>:<Kind>", token)
	}
	if group == "core" {
		group = ""
	}
	kind := schema.GroupVersionKind{Group: group, Version: version, Kind: string(token.Name())}
	return kind, supported(kind)
}

// supported refuses what the official plugin treats as more than an object. Custom kinds may be named as
// they like.
func supported(kind schema.GroupVersionKind) error {
	custom := strings.Contains(kind.Group, ".") && !strings.HasSuffix(kind.Group, ".k8s.io")
	switch {
	case strings.HasPrefix(kind.Group, "helm.sh"), strings.HasPrefix(kind.Group, "yaml"),
		strings.HasPrefix(kind.Group, "kustomize"):
		return fmt.Errorf("%s: charts and YAML components need the official Kubernetes plugin", kind.Kind)
	case !custom && strings.HasSuffix(kind.Kind, "Patch"):
		return fmt.Errorf("%s: patch resources need the official Kubernetes plugin", kind.Kind)
	case !custom && strings.HasSuffix(kind.Kind, "List"):
		return fmt.Errorf("%s: list resources cannot be created; use the kind of their items", kind.Kind)
	}
	return nil
}

// objectID is the engine's id of an object: "namespace/name", or the name alone outside namespaces.
func objectID(namespace, name string) string {
	if namespace == "" {
		return name
	}
	return namespace + "/" + name
}

func parseID(id string) (namespace, name string, err error) {
	namespace, name, ok := strings.Cut(id, "/")
	if !ok {
		namespace, name = "", id
	}
	if name == "" || strings.Contains(name, "/") {
		return "", "", fmt.Errorf("id %q: expected <namespace>/<name>, or <name> outside namespaces", id)
	}
	return namespace, name, nil
}
