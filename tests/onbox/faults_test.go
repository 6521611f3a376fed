package onbox

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func (p *project) survivesTheLeader(t *testing.T, notes ...string) {
	leader := p.leader()
	p.kubectl("delete", "pod", leader, "--grace-period=0", "--force")
	out := p.up()
	assert.Contains(t, out, "LEADER")
	requireNotes(t, p, leader, notes...)
}

// restartsTogether ends all members before it starts them again: each comes back to a volume that has users and a store.
func (p *project) restartsTogether(t *testing.T, notes ...string) {
	p.kubectl("scale", "statefulset", "neo4j", "--replicas=0")
	p.kubectl("wait", "--for=delete", "pod", "-l", "app.kubernetes.io/name=neo4j", "--timeout=3m")
	p.kubectl("scale", "statefulset", "neo4j", "--replicas=3")
	p.up()
	requireNotes(t, p, p.leader(), notes...)
}

func (p *project) survivesANode(t *testing.T) {
	// The last node never carries the control plane.
	const node = "3"
	on := p.kubectl("get", "pods", "-l", "app.kubernetes.io/name=neo4j", "--field-selector", "spec.nodeName=dev3", "-o", "name")
	require.NotEmpty(t, on, "a member on the node that is stopped")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	out, err := p.box.Command(ctx, p.box.Bin, "node", "stop", node).CombinedOutput()
	require.NoError(t, err, "%s", out)
	// A test that fails on the way must not leave the node off: nothing on it could be deleted.
	t.Cleanup(func() { _ = p.box.Command(context.Background(), p.box.Bin, "node", "start", node).Run() })
	p.write("c-two-of-three")
	p.changesNobody(t, strings.TrimPrefix(strings.Fields(on)[0], "pod/"))
	out, err = p.box.Command(ctx, p.box.Bin, "node", "start", node).CombinedOutput()
	require.NoError(t, err, "%s", out)
	stop := p.keepWriting()
	p.up()
	stop()
	requireNotes(t, p, strings.TrimPrefix(strings.Fields(on)[0], "pod/"), "a-three", "c-two-of-three")
}

// changesNobody has an update change a cluster whose one member is on a node that is off: the member can neither end nor start elsewhere, the
// update says so, and the others are not touched.
func (p *project) changesNobody(t *testing.T, lost string) {
	before := p.uids()
	p.kubectl("wait", "--for=condition=Ready=false", "pod/"+lost, "--timeout=3m")
	p.set("cluster.restart", "without-a-node")
	p.set("cluster.timeouts.ready", "1m")
	assert.Contains(t, p.refused(), lost+": its pod ends on node dev3, which does not answer")
	for name, uid := range p.uids() {
		assert.Equal(t, before[name], uid, name)
	}
	p.must("config", "rm", "--path", "cluster.restart")
	p.must("config", "rm", "--path", "cluster.timeouts.ready")
}

// keepWriting writes every other second until it is stopped, as a cluster in use does. Without a write a core of 3.5.0-beta03 that came
// back was once seen to wait for its leader's last entry for as long as anybody looked ("we are 1 entries behind leader"); see ADR 9.
func (p *project) keepWriting() (stop func()) {
	ctx, cancel := context.WithCancel(p.t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for next := 0; ; next++ {
			select {
			case <-ctx.Done():
				return
			case <-time.After(2 * time.Second):
			}
			// A follower refuses, and the next turn is another member's.
			_, _ = p.cypher(fmt.Sprintf("neo4j-%d", next%3), "MERGE (n:Pulse) SET n.at = timestamp()")
		}
	}()
	return func() { cancel(); <-ended }
}

func (p *project) keepsDataOverDestroy(t *testing.T) {
	claims := p.kubectl("get", "pvc", "-o", "jsonpath={.items[*].metadata.uid}")
	p.must("destroy", "--yes", "--skip-preview")
	assert.Empty(t, p.kubectl("get", "pods,statefulsets,services", "-l", "app.kubernetes.io/name=neo4j", "-o", "name"))
	assert.Equal(t, claims, p.kubectl("get", "pvc", "-o", "jsonpath={.items[*].metadata.uid}"), "the claims outlive the members")
	p.up()
	requireNotes(t, p, "neo4j-1", "a-three", "b-five")
}

// endsByCtrlC interrupts checks that cannot pass, as a terminal does: the whole process group gets the signal.
func (p *project) endsByCtrlC(t *testing.T) {
	check := p.box.Command(t.Context(), p.box.neo4jcheck, "--namespace", p.Namespace, "--release", "3.5.0-beta03", "--primaries", "4", "--timeout", "10m")
	out := interrupted(t, check, " of 4: ")
	assert.Equal(t, 130, check.ProcessState.ExitCode(), out)

	p.kubectl("scale", "statefulset", "neo4j", "--replicas=2")
	p.kubectl("wait", "--for=delete", "pod/neo4j-2", "--timeout=2m")
	p.undone = true
	out = interrupted(t, p.Command(t.Context(), "up", "--yes", "--skip-preview"), " of 3: ")
	assert.NotContains(t, out, "proven:")
	p.kubectl("scale", "statefulset", "neo4j", "--replicas=3")
	p.up()
}

// interrupted starts a command, sends SIGINT when it has printed a text, and gives what it printed when it has ended, soon.
func interrupted(t *testing.T, cmd *exec.Cmd, after string) string {
	t.Helper()
	var out lockedBuffer
	cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = &out, &out, &syscall.SysProcAttr{Setpgid: true}
	require.NoError(t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	eventually(t, 2*time.Minute, "the check's progress", func() error {
		if !strings.Contains(out.String(), after) {
			return fmt.Errorf("no %q in %s", after, out.String())
		}
		return nil
	})
	require.NoError(t, syscall.Kill(-cmd.Process.Pid, syscall.SIGINT))
	select {
	case err := <-ended:
		require.Error(t, err, out.String())
	case <-time.After(20 * time.Second):
		_ = cmd.Process.Kill()
		require.Fail(t, "it goes on after Ctrl-C", out.String())
	}
	return out.String()
}

// lockedBuffer is read while a command writes it.
type lockedBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// leaksNothing looks for the password in everything that the commands printed and that the engine keeps.
func (p *project) leaksNothing(t *testing.T) {
	password := p.password()
	require.GreaterOrEqual(t, len(password), 12, "a random password")
	assert.NotContains(t, p.Printed.String(), password)
	for _, dir := range []string{p.Dir, p.box.Home} {
		searched := 0
		err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() || strings.Contains(path, "/data/") {
				return nil // the cluster's own data is the one place where it belongs
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return nil // a log that was just rotated
			}
			searched++
			assert.NotContains(t, string(text), password, path)
			return nil
		})
		require.NoError(t, err)
		require.Positive(t, searched)
	}
}

// TestKilledUpdate kills an update half way and runs it again.
func TestKilledUpdate(t *testing.T) {
	t.Parallel()
	p := newProject(t, onTheBox(t), "dev", "killed")
	ctx, kill := context.WithCancel(t.Context())
	defer kill()
	cmd := p.Command(ctx, "up", "--yes", "--skip-preview")
	require.NoError(t, cmd.Start())
	eventually(t, 2*time.Minute, "pods of the update", func() error {
		pods, err := p.box.tryKubectl("-n", p.Namespace, "get", "pods", "-o", "name")
		if err == nil && pods == "" {
			err = fmt.Errorf("no pods yet")
		}
		return err
	})
	p.undone = true
	kill() // SIGKILL: the engine saves nothing more
	require.Error(t, cmd.Wait())
	p.must("cancel", "--yes")
	p.up()
	assert.Equal(t, "3 cores, 0 read replicas", p.topology())
	p.unchanged()
}
