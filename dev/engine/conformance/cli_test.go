package conformance

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestBuildTargetIsBuiltKeptAndRun(t *testing.T) {
	t.Parallel()
	p := newProject(t, "buildTarget: bin/program")
	runPods(t, p.s.namespace)
	out, err := p.run("up", "--yes", "--skip-preview")
	require.NoError(t, err, out)
	require.Contains(t, out, "Waiting for StatefulSet to create Pods")
	require.FileExists(t, filepath.Join(p.dir, "bin", "program"))
	out, err = p.run("preview", "--expect-no-changes")
	require.NoError(t, err, out)
	out, err = p.run("about")
	require.NoError(t, err, out)
	require.Contains(t, out, "go version go")

	p.write("main.go", strings.Replace(programText, "func main() {", "func main() {\n\tundefined()", 1))
	out, err = p.run("preview")
	require.Error(t, err)
	require.Contains(t, out, "the program does not compile")
	require.Contains(t, out, "main.go:14:2: undefined: undefined")
}

func TestPrebuiltBinaryAndHowItEnds(t *testing.T) {
	t.Parallel()
	p := newProject(t, "binary: ./program")
	out, err := p.run("preview")
	require.Error(t, err)
	require.Contains(t, out, `"./program" of runtime.options.binary is not there`)
	build := exec.Command("go", "build", "-o", "program", ".")
	build.Dir = p.dir
	text, err := build.CombinedOutput()
	require.NoError(t, err, string(text))

	out, err = p.run("preview")
	require.NoError(t, err, out)
	for variable, want := range map[string]string{
		"EXIT=7": "program exited with non-zero exit code: 7", "FAIL=no": "the program says: no",
	} {
		cmd := p.command("preview")
		cmd.Env = append(cmd.Env, variable)
		text, err := cmd.CombinedOutput()
		require.Error(t, err)
		require.Contains(t, string(text), want)
	}
}

func TestInterruptSavesWhatIsHalfDone(t *testing.T) {
	t.Parallel()
	p := newProject(t, "buildTarget: program")
	cmd, out := p.start("up", "--yes", "--skip-preview")
	p.s.setIsMade()
	time.Sleep(time.Second)
	started := time.Now()
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	require.Error(t, cmd.Wait())
	require.Less(t, time.Since(started), 5*time.Second, "an interrupt ends the wait at once")
	require.Contains(t, out.String(), "was cancelled")

	runPods(t, p.s.namespace)
	again, err := p.run("up", "--yes", "--skip-preview")
	require.NoError(t, err, again)
	require.Contains(t, again, "1 updated")
}

// A killed CLI cannot tell its plugins to end; none of them, nor the program, may stay behind.
func TestNothingOutlivesAKilledCLI(t *testing.T) {
	t.Parallel()
	p := newProject(t, "buildTarget: program")
	mark := filepath.Join(t.TempDir(), "pid")
	cmd := p.command("preview")
	cmd.Env = append(cmd.Env, "HANG="+mark)
	require.NoError(t, cmd.Start())
	eventually(t, 60*time.Second, "the program", func() bool { _, err := os.Stat(mark); return err == nil })
	children := descendants(t, cmd.Process.Pid)
	require.GreaterOrEqual(t, len(children), 2, "the language host and the program")
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()
	eventually(t, 5*time.Second, "the end of all its processes", func() bool {
		for _, pid := range children {
			if _, err := os.Stat(fmt.Sprintf("/proc/%d/exe", pid)); err == nil && alive(pid) {
				return false
			}
		}
		return true
	})
}

func TestInterruptReachesTheProgram(t *testing.T) {
	t.Parallel()
	p := newProject(t, "buildTarget: program")
	mark := filepath.Join(t.TempDir(), "pid")
	cmd := p.command("preview")
	cmd.Env = append(cmd.Env, "HANG="+mark)
	require.NoError(t, cmd.Start())
	eventually(t, 60*time.Second, "the program", func() bool { _, err := os.Stat(mark); return err == nil })
	started := time.Now()
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	require.Error(t, cmd.Wait())
	require.Less(t, time.Since(started), 5*time.Second)
}

// A killed `up` leaves its lock and an operation that nobody knows the end of. After `pulumi cancel` the
// next one takes over the object that the killed one made, and can change it: both are one field manager by name.
func TestKilledUpCanBeRunAgain(t *testing.T) {
	t.Parallel()
	p := newProject(t, "buildTarget: program")
	cmd, _ := p.start("up", "--yes", "--skip-preview")
	p.s.setIsMade()
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()
	runPods(t, p.s.namespace)

	out, err := p.run("up", "--yes", "--skip-preview")
	require.Error(t, err)
	require.Contains(t, out, "locked")
	out, err = p.run("cancel", "--yes")
	require.NoError(t, err, out)
	again := p.command("up", "--yes", "--skip-preview")
	text, err := again.CombinedOutput()
	require.NoError(t, err, string(text))
	out, err = p.run("preview", "--expect-no-changes")
	require.NoError(t, err, out)

	more := p.command("up", "--yes", "--skip-preview")
	more.Env = append(more.Env, "REPLICAS=xx")
	text, err = more.CombinedOutput()
	require.NoError(t, err, string(text))
	require.Contains(t, string(text), "1 updated")
}
