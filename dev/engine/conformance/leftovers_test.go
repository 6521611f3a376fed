package conformance

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

// A kubeconfig that the program names is copied into the temporary folder, for its owner only, and stays there: one each
// time that a provider is configured. So the box gives its runs a temporary folder of their own.
func TestANamedKubeconfigIsLeftInTheTemporaryFolder(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	temporary := t.TempDir()
	s.env("TMPDIR", temporary)
	with := func(p *objects) error {
		_, err := p.add("core/v1:ConfigMap", "conf", configMap("conf", "one"))
		return err
	}
	s.mustUp(with)
	left, err := filepath.Glob(filepath.Join(temporary, "kubeconfig*"))
	require.NoError(t, err)
	require.Len(t, left, 1)
	info, err := os.Stat(left[0])
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	text, err := os.ReadFile(left[0])
	require.NoError(t, err)
	require.Contains(t, string(text), adminToken)

	down := s.destroy()
	require.NoError(t, down.err, down.out)
	left, err = filepath.Glob(filepath.Join(temporary, "kubeconfig*"))
	require.NoError(t, err)
	require.Len(t, left, 2, "one more for the next command")
}

// The usual places leave nothing, which is one more reason why the program names no kubeconfig where it need not.
func TestTheUsualPlacesLeaveNothing(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	temporary := t.TempDir()
	s.env("TMPDIR", temporary)
	s.settings["kubeconfig"] = pulumi.String("")
	s.env("KUBECONFIG", cluster.kubeconfig)
	s.mustUp(func(p *objects) error {
		_, err := p.add("core/v1:ConfigMap", "conf", configMap("conf", "one"))
		return err
	})
	left, err := filepath.Glob(filepath.Join(temporary, "kubeconfig*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

// The provider does not look at who started it: after the CLI was killed it goes on, with its wait, until it asks for the
// engine again, every five minutes. Two updates may so be at work for a while.
func TestTheProviderOutlivesAKilledCLI(t *testing.T) {
	t.Parallel()
	p := newProject(t, "buildTarget: program")
	cmd, _ := p.start("up", "--yes", "--skip-preview")
	p.s.setIsMade()
	provider := 0
	for _, pid := range descendants(t, cmd.Process.Pid) {
		line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		if err == nil && strings.Contains(string(line), "pulumi-resource-kubernetes") {
			provider = pid
		}
	}
	require.NotZero(t, provider)
	t.Cleanup(func() { _ = syscall.Kill(provider, syscall.SIGKILL) })
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()
	time.Sleep(5 * time.Second)
	require.True(t, alive(provider), "process %d", provider)
}
