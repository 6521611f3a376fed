package render

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"sigs.k8s.io/yaml"

	"neo4j-kubernetes/config"
)

// Value is what a stack's file, Pulumi.<name>.yaml in the project's folder, has for the key neo4j:cluster.
func Value(dir, name string) (any, error) {
	path := filepath.Join(dir, "Pulumi."+name+".yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the stack's file: %w", err)
	}
	var file struct {
		Config map[string]any `json:"config"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	value, ok := file.Config["neo4j:cluster"]
	if !ok {
		return nil, fmt.Errorf("%s has no neo4j:cluster", path)
	}
	return value, nil
}

// Stack parses a stack's file. The error is of type config.Problems for everything below neo4j:cluster that a user can mend.
func Stack(dir, name string) (config.Stack, error) {
	value, err := Value(dir, name)
	if err != nil {
		return config.Stack{}, err
	}
	text, err := json.Marshal(value)
	if err != nil {
		return config.Stack{}, fmt.Errorf("stack %s: %w", name, err)
	}
	return config.Parse(text)
}
