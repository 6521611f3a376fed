package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"
)

// makeKinds writes the schemas of the kinds that a file of lines names: a module, its release, its sum, and a CustomResourceDefinition in it. A
// folder that is there is whole.
func makeKinds(list, folder string) error {
	if _, err := os.Stat(folder); err == nil {
		return nil
	}
	text, err := os.ReadFile(list)
	if err != nil {
		return err
	}
	temporary, err := os.MkdirTemp(filepath.Dir(folder), "making-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(temporary) }()
	made := filepath.Join(temporary, "schemas")
	if err := os.Mkdir(made, 0o755); err != nil {
		return err
	}
	for _, line := range strings.Split(string(text), "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		words := strings.Fields(line)
		if len(words) != 4 {
			return fmt.Errorf("%s: %q is no module, release, sum and file", list, line)
		}
		module, err := download(words[0], words[1], words[2], filepath.Join(temporary, "modules"))
		if err != nil {
			return fmt.Errorf("%s: %w", words[0], err)
		}
		definition, err := os.ReadFile(filepath.Join(module, words[3]))
		if err != nil {
			return err
		}
		files, err := kindSchemas(definition)
		if err != nil {
			return fmt.Errorf("%s: %w", words[3], err)
		}
		for name, schema := range files {
			if err := os.WriteFile(filepath.Join(made, name), schema, 0o644); err != nil {
				return err
			}
		}
	}
	return os.Rename(made, folder)
}

// kindSchemas turns a CustomResourceDefinition into a schema a version, closed and named as those of Kubernetes' own kinds.
func kindSchemas(definition []byte) (map[string][]byte, error) {
	var crd struct {
		Spec struct {
			Group    string
			Names    struct{ Kind string }
			Versions []struct {
				Name   string
				Served bool
				Schema struct {
					OpenAPIV3Schema map[string]any
				}
			}
		}
	}
	if err := yaml.Unmarshal(definition, &crd); err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, version := range crd.Spec.Versions {
		schema := version.Schema.OpenAPIV3Schema
		if !version.Served || schema == nil {
			continue
		}
		tighten("", schema)
		kind := kind{crd.Spec.Group, version.Name, crd.Spec.Names.Kind}
		schema["properties"] = kind.fix(schema)
		schema["$schema"] = "http://json-schema.org/draft-07/schema#"
		text, err := json.Marshal(schema)
		if err != nil {
			return nil, err
		}
		files[kind.file()] = text
	}
	if len(files) == 0 {
		return nil, errors.New("no version of it is served")
	}
	return files, nil
}
