package provider

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNoticeOncePerCommand(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "commands")
	require.True(t, firstOf(os.Getpid(), dir))
	require.False(t, firstOf(os.Getpid(), dir))

	other := exec.Command("sleep", "60")
	require.NoError(t, other.Start())
	require.True(t, firstOf(other.Process.Pid, dir), "another command hears it too")
	require.NoError(t, other.Process.Kill())
	_ = other.Wait()
	require.False(t, firstOf(os.Getpid(), dir))
	marks, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, marks, 1, "the mark of a command that has ended is removed")
	require.True(t, firstOf(other.Process.Pid, dir), "where it cannot tell, it speaks")
}
