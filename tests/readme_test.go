package tests

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/summary"
)

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "README.md"))
	require.NoError(t, err)
	return string(text)
}

// TestReadmePreviews: each command of the section Previews, done to the stack dev, makes the program say what stands below it. A line that is too
// long for the page goes on behind two blanks; what the engine says before a refusal is not the program's.
func TestReadmePreviews(t *testing.T) {
	_, section, _ := strings.Cut(readme(t), "\n## Previews\n")
	_, block, _ := strings.Cut(section, "\n```\n$ ")
	block, _, _ = strings.Cut(block, "\n```\n")
	cases := strings.Split(block, "\n\n$ ")
	require.Len(t, cases, 5)
	set := regexp.MustCompile(`^pulumi config set --path '?cluster\.([^' ]+)'? (\S+)$`)
	for _, c := range cases {
		command, said, _ := strings.Cut(c, "\n")
		commands := strings.Split(command, " && ")
		last := len(commands) - 1
		require.Equal(t, "pulumi preview", commands[last])
		edited := committed(t, "dev")
		for _, command := range commands[:last] {
			m := set.FindStringSubmatch(command)
			require.NotNil(t, m, command)
			put(edited, keys(m[1]), m[2])
		}
		said = strings.TrimPrefix(strings.ReplaceAll(said, "\n  ", " "), `error: Preview failed: before hook "guard" failed: `)
		change := changeOf(t, "dev", values{}, edited)
		change.Refused = plan.Refusals(change.Change)
		assert.Equal(t, summary.Of(change).Text(), said, command)
	}
}

// keys are the keys of a path as `pulumi config set --path` takes it below cluster: a.b, or a["b.c"].
func keys(path string) []string {
	first, quoted, ok := strings.Cut(path, `["`)
	if !ok {
		return strings.Split(path, ".")
	}
	return append(strings.Split(first, "."), strings.TrimSuffix(quoted, `"]`))
}

func put(into map[string]any, path []string, value string) {
	if len(path) == 1 {
		into[path[0]] = value
		return
	}
	below, _ := into[path[0]].(map[string]any)
	if below == nil {
		below = map[string]any{}
		into[path[0]] = below
	}
	put(below, path[1:], value)
}

// TestReadmeNamesTheReleasesOfKubernetes: those that the manifests are held against, and none between them.
func TestReadmeNamesTheReleasesOfKubernetes(t *testing.T) {
	file, err := os.ReadFile(filepath.Join("..", "dev", "tools", "manifests", "releases.txt"))
	require.NoError(t, err)
	var minors []string
	for _, m := range regexp.MustCompile(`(?m)^v(\d+\.\d+)\.\d+ `).FindAllStringSubmatch(string(file), -1) {
		minors = append(minors, m[1])
	}
	require.NotEmpty(t, minors)
	last := len(minors) - 1
	named := strings.Join(minors[:last], ", ") + " and " + minors[last]
	text := strings.Join(strings.Fields(readme(t)), " ")
	assert.Contains(t, text, "manifests valid for Kubernetes "+named)
	assert.Contains(t, text, "the manifests against Kubernetes "+named)
}
