package render

import (
	"fmt"
	"os"
	"path/filepath"

	"sigs.k8s.io/yaml"

	"neo4j-kubernetes/config"
)

// Stack reads a stack's file, Pulumi.<name>.yaml in the project's folder, and parses the key neo4j:cluster in it. The error is of type
// config.Problems for everything below that key that a user can mend.
func Stack(dir, name string) (config.Stack, error) {
	path := filepath.Join(dir, "Pulumi."+name+".yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		return config.Stack{}, fmt.Errorf("the stack's file: %w", err)
	}
	var file struct {
		Config map[string]any `json:"config"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return config.Stack{}, fmt.Errorf("%s: %w", path, err)
	}
	value, ok := file.Config["neo4j:cluster"]
	if !ok {
		return config.Stack{}, fmt.Errorf("%s has no neo4j:cluster", path)
	}
	text, err = yaml.Marshal(value)
	if err == nil {
		text, err = yaml.YAMLToJSON(text)
	}
	if err != nil {
		return config.Stack{}, fmt.Errorf("%s: %w", path, err)
	}
	return config.Parse(text)
}
