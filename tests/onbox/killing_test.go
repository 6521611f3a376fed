package onbox

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// killedWithin starts an update and kills it after a delay, with all that it has started: nobody is left who could go on or save anything.
// False says that it had ended before, by itself and well.
func (p *project) killedWithin(delay time.Duration) bool {
	p.t.Helper()
	p.undone = true
	marker := newMarker()
	p.t.Cleanup(func() { _ = killMarked(marker) })
	var out lockedBuffer
	cmd := p.Command(p.t.Context(), "up", "--yes", "--skip-preview")
	cmd.Env = slices.Concat(cmd.Env, []string{marker})
	cmd.Stdout, cmd.Stderr = &out, &out
	require.NoError(p.t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		require.NoError(p.t, err, "an update failed that nobody killed\n%s", out.String())
		return false
	case <-time.After(delay):
	}
	require.NoError(p.t, killMarked(marker))
	if err := <-ended; err == nil {
		return false // in the very moment
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	p.t.Logf("killed after %s: %s", delay.Round(100*time.Millisecond), strings.TrimSpace(lines[len(lines)-1]))
	return true
}

// newMarker is a variable of the environment by which a command and all that it starts are known. Neither the group nor the parents of
// processes would do: the engine's plugins, and the program, have groups of their own, and lose their parent with the first kill.
func newMarker() string { return "NEO4J_TO_BE_KILLED=" + rand.Text() }

// killMarked ends by SIGKILL every process that has a marker, until none is left.
func killMarked(marker string) error {
	for range 100 {
		pids, err := marked(marker)
		if err != nil || len(pids) == 0 {
			return err
		}
		for _, pid := range pids {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
				return fmt.Errorf("process %d: %w", pid, err)
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	return errors.New("processes that were killed are still there")
}

// marked are the processes whose environment has a marker; those that have ended have none.
func marked(marker string) ([]int, error) {
	environments, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, name := range environments {
		text, err := os.ReadFile(name)
		if err != nil || !slices.ContainsFunc(bytes.Split(text, []byte{0}), func(v []byte) bool { return string(v) == marker }) {
			continue // another's, or gone
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		if err != nil {
			return nil, err
		}
		pids = append(pids, pid)
	}
	return pids, nil
}

// TestKillMarked needs no box: what has a group or no parent of its own is killed too, and what has no marker is not.
func TestKillMarked(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc")
	}
	bystander := exec.Command("sleep", "60")
	require.NoError(t, bystander.Start())
	defer func() { _ = bystander.Process.Kill(); _ = bystander.Wait() }()
	marker := newMarker()
	cmd := exec.Command("sh", "-c", "setsid sleep 60 & (sleep 60 &) ; sleep 60")
	cmd.Env = append(os.Environ(), marker)
	require.NoError(t, cmd.Start())
	eventually(t, 10*time.Second, "the shell and three sleeping", func() error {
		pids, err := marked(marker)
		if err == nil && len(pids) != 4 {
			err = fmt.Errorf("%d processes", len(pids))
		}
		return err
	})
	require.NoError(t, killMarked(marker))
	require.Error(t, cmd.Wait())
	pids, err := marked(marker)
	require.NoError(t, err)
	assert.Empty(t, pids)
	assert.NoError(t, bystander.Process.Signal(syscall.Signal(0)), "it goes on")
}
