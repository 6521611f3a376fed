package provider

import "strings"

// schemaKeys are the extensions in a CustomResourceDefinition's schema. The SDKs spell them with
// underscores, since a dash is no part of a name in most languages; Kubernetes spells them with dashes.
var schemaKeys = map[string]bool{
	"x-kubernetes-embedded-resource":       true,
	"x-kubernetes-int-or-string":           true,
	"x-kubernetes-list-map-keys":           true,
	"x-kubernetes-list-type":               true,
	"x-kubernetes-map-type":                true,
	"x-kubernetes-preserve-unknown-fields": true,
	"x-kubernetes-validations":             true,
}

func kubernetesKey(key string) string {
	if !strings.HasPrefix(key, "x_kubernetes_") {
		return key
	}
	if dashed := strings.ReplaceAll(key, "_", "-"); schemaKeys[dashed] {
		return dashed
	}
	return key
}

func pulumiKey(key string) string {
	if schemaKeys[key] {
		return strings.ReplaceAll(key, "-", "_")
	}
	return key
}
