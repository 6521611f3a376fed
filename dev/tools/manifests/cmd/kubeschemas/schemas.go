package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
)

// reference is where an OpenAPI document and a JSON schema alike keep what others refer to.
const reference = "#/definitions/"

// schemas turns an OpenAPI document (version 2, api/openapi-spec/swagger.json) into a JSON schema a kind, by the name of its file: the
// kind, the group up to its first dot, and the version, such as statefulset-apps-v1.json. They are strict: a field that Kubernetes does
// not know is refused. Every file holds the definitions that it refers to.
func schemas(document []byte) (map[string][]byte, error) {
	var openapi struct{ Definitions map[string]map[string]any }
	if err := json.Unmarshal(document, &openapi); err != nil {
		return nil, err
	}
	for name, definition := range openapi.Definitions {
		tighten(name, definition)
	}
	files := map[string][]byte{}
	for name, definition := range openapi.Definitions {
		kind, ok := kindOf(definition)
		if !ok {
			continue
		}
		schema := maps.Clone(definition)
		schema["properties"] = kind.fix(definition)
		needed := map[string]any{}
		collect(schema, openapi.Definitions, needed)
		schema["definitions"] = needed
		schema["$schema"] = "http://json-schema.org/draft-07/schema#"
		text, err := json.Marshal(schema)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		files[kind.file()] = text
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("the OpenAPI document has no kinds")
	}
	return files, nil
}

// kind is what a manifest names itself by.
type kind struct{ group, version, kind string }

// kindOf reads the one kind of a definition. Those with none are parts of others, and those with several (DeleteOptions, WatchEvent) stand
// in no manifest.
func kindOf(definition map[string]any) (kind, bool) {
	all, _ := definition["x-kubernetes-group-version-kind"].([]any)
	properties, _ := definition["properties"].(map[string]any)
	if len(all) != 1 || properties["kind"] == nil || properties["apiVersion"] == nil {
		return kind{}, false
	}
	of := func(key string) string {
		text, _ := all[0].(map[string]any)[key].(string)
		return text
	}
	return kind{of("group"), of("version"), of("kind")}, true
}

func (k kind) file() string {
	name := strings.ToLower(k.kind)
	if k.group != "" {
		name += "-" + strings.Split(k.group, ".")[0]
	}
	return name + "-" + strings.ToLower(k.version) + ".json"
}

// fix has the properties say the kind's own name and version.
func (k kind) fix(definition map[string]any) map[string]any {
	properties := maps.Clone(definition["properties"].(map[string]any))
	properties["kind"] = map[string]any{"const": k.kind}
	properties["apiVersion"] = map[string]any{"const": strings.TrimPrefix(k.group+"/"+k.version, "/")}
	return properties
}

// tighten closes an object with named properties, and writes in JSON schema's words what Kubernetes means by text: a quantity or an
// int-or-string may be a number. Descriptions are left out, for size.
func tighten(name string, node any) {
	switch node := node.(type) {
	case []any:
		for _, below := range node {
			tighten("", below)
		}
	case map[string]any:
		if _, isText := node["description"].(string); isText {
			delete(node, "description")
		}
		if strings.HasSuffix(name, ".api.resource.Quantity") || strings.HasSuffix(name, ".util.intstr.IntOrString") {
			node["type"] = []any{"string", "number"}
		}
		_, named := node["properties"].(map[string]any)
		if named && node["additionalProperties"] == nil && node["x-kubernetes-preserve-unknown-fields"] == nil {
			node["additionalProperties"] = false
		}
		for _, below := range node {
			tighten("", below)
		}
	}
}

// collect gathers the definitions that a schema refers to, and those that these do.
func collect(node any, all map[string]map[string]any, into map[string]any) {
	switch node := node.(type) {
	case []any:
		for _, below := range node {
			collect(below, all, into)
		}
	case map[string]any:
		if to, ok := node["$ref"].(string); ok {
			name := strings.TrimPrefix(to, reference)
			if definition, known := all[name]; known && into[name] == nil {
				into[name] = definition
				collect(definition, all, into)
			}
		}
		for _, below := range node {
			collect(below, all, into)
		}
	}
}
