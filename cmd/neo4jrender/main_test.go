package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func printed(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out strings.Builder
	cmd := command(&out, io.Discard)
	cmd.SetArgs(args)
	err := cmd.Execute()
	return out.String(), err
}

// TestRender prints the objects of a stack, and of a stack that cannot be deployed every problem and no object.
func TestRender(t *testing.T) {
	out, err := printed(t, "--dir", filepath.Join("..", ".."), "--stack", "gke")
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(out, "---\napiVersion: v1\nkind: Namespace\n"), out)
	assert.Contains(t, out, "kind: StatefulSet")

	dir := t.TempDir()
	bad := "config:\n  neo4j:cluster: {platform: gke, release: 5.26.30, primaries: 12, nosuch: 1}\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi.bad.yaml"), []byte(bad), 0o600))
	out, err = printed(t, "--dir", dir, "--stack", "bad")
	require.ErrorContains(t, err, "cluster.primaries")
	require.ErrorContains(t, err, "nosuch")
	assert.Empty(t, out)
}
