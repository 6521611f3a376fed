package main

import (
	"encoding/json"
	"testing"
)

const document = `{"definitions": {
	"io.k8s.api.apps.v1.Thing": {"type": "object", "x-kubernetes-group-version-kind": [{"group": "apps.k8s.io", "version": "v1", "kind": "Thing"}],
		"properties": {"kind": {"type": "string"}, "apiVersion": {"type": "string"}, "spec": {"$ref": "#/definitions/Spec"}}},
	"Spec": {"type": "object", "description": "long", "properties": {"size": {"$ref": "#/definitions/x.api.resource.Quantity"}, "description": {"type": "string"}}},
	"x.api.resource.Quantity": {"type": "string"},
	"Unused": {"type": "object"},
	"io.k8s.DeleteOptions": {"x-kubernetes-group-version-kind": [{"kind": "DeleteOptions"}, {"kind": "DeleteOptions"}], "properties": {"kind": {}, "apiVersion": {}}}}}`

// A schema says its own kind, is closed, lets a quantity be a number, and brings what it refers to and nothing else.
func TestSchemas(t *testing.T) {
	files, err := schemas([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 1 {
		t.Fatalf("got %d files", len(files))
	}
	var schema struct {
		AdditionalProperties any
		Properties           map[string]map[string]any
		Definitions          map[string]map[string]any
	}
	if err := json.Unmarshal(files["thing-apps-v1.json"], &schema); err != nil {
		t.Fatal(err)
	}
	if schema.AdditionalProperties != false || schema.Definitions["Spec"]["additionalProperties"] != false {
		t.Error("the schema is open")
	}
	if schema.Properties["apiVersion"]["const"] != "apps.k8s.io/v1" || schema.Properties["kind"]["const"] != "Thing" {
		t.Error("the schema takes another kind")
	}
	if len(schema.Definitions) != 2 {
		t.Errorf("got %d definitions", len(schema.Definitions))
	}
	if kinds, ok := schema.Definitions["x.api.resource.Quantity"]["type"].([]any); !ok || len(kinds) != 2 {
		t.Error("a quantity is text only")
	}
	if _, kept := schema.Definitions["Spec"]["properties"].(map[string]any)["description"]; !kept {
		t.Error("a property of the name description is gone")
	}
	if _, err := schemas([]byte(`{"definitions": {}}`)); err == nil {
		t.Error("a document without kinds is taken")
	}
}
