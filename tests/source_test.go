package tests

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTheTreeIsSource: what is committed can be read. A program that somebody built here, of 120 MB, was once committed with the rest.
func TestTheTreeIsSource(t *testing.T) {
	list := exec.Command("git", "ls-files", "-z")
	list.Dir = ".."
	out, err := list.Output()
	if err != nil {
		t.Skip("this is no clone: ", err)
	}
	names := strings.Split(strings.TrimRight(string(out), "\x00"), "\x00")
	require.Contains(t, names, "main.go")
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join("..", name))
		if os.IsNotExist(err) {
			continue // taken away, and not committed yet
		}
		require.NoError(t, err)
		assert.NotContains(t, string(text[:min(len(text), 8000)]), "\x00", "%s is no text", name)
		assert.Less(t, len(text), 256<<10, "%s is too large to have been written by hand", name)
		if strings.HasSuffix(name, ".go") {
			assert.LessOrEqual(t, bytes.Count(text, []byte("\n")), 400, "%s has too many lines", name)
		}
	}
}
