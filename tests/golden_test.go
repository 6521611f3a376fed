package tests

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the golden manifests")

// TestGoldenManifests shows in a diff what an edit of a stack or of the program does to the objects.
func TestGoldenManifests(t *testing.T) {
	for name, c := range map[string]struct {
		stack string
		edits map[string]any
	}{
		"dev": {"dev", nil}, "minikube": {"minikube", nil}, "gke": {"gke", nil}, "eks": {"eks", nil},
		"read-replicas": {"dev", map[string]any{"secondaries": 2}},
		"blog-post":     {"minikube", map[string]any{"release": "3.1.0-M13-beta3"}},
		"standalone":    {"dev", map[string]any{"primaries": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			got := declare(t, c.stack, c.edits).manifests(t)
			assert.NotContains(t, got, "never-shown-here")
			file := filepath.Join("golden", name+".yaml")
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
				return
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.Equal(t, string(want), got, "a wanted change? then: make golden")
		})
	}
}
