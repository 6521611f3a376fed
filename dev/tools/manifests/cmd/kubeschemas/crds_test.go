package main

import (
	"encoding/json"
	"testing"
)

const definition = `
spec:
  group: gateway.example.org
  names: {kind: Way}
  versions:
    - name: v1
      served: true
      schema: {openAPIV3Schema: {type: object, properties: {kind: {type: string}, apiVersion: {type: string}, spec: {type: object, description: long, properties: {port: {type: integer}}}}}}
    - {name: v0, served: false, schema: {openAPIV3Schema: {type: object}}}
`

func TestKindSchemas(t *testing.T) {
	files, err := kindSchemas([]byte(definition))
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		AdditionalProperties any
		Properties           map[string]map[string]any
	}
	if err := json.Unmarshal(files["way-gateway-v1.json"], &schema); err != nil || len(files) != 1 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	if schema.AdditionalProperties != false || schema.Properties["spec"]["additionalProperties"] != false || schema.Properties["kind"]["const"] != "Way" ||
		schema.Properties["apiVersion"]["const"] != "gateway.example.org/v1" {
		t.Errorf("%+v", schema)
	}
	if _, err := kindSchemas([]byte("spec: {}")); err == nil {
		t.Error("a definition of nothing is taken")
	}
}
