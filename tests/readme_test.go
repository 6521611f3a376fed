package tests

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "README.md"))
	require.NoError(t, err)
	return string(text)
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
