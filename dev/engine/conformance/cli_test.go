package conformance

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// project is a Pulumi project with a Go program on disk, run by the CLI as a user would.
type project struct {
	t    *testing.T
	s    *stack // for its namespace and cleanup
	dir  string
	home string
}

func newProject(t *testing.T, options string) *project {
	t.Helper()
	s := newStack(t)
	p := &project{t: t, s: s, dir: t.TempDir(), home: t.TempDir()}
	require.NoError(t, os.Symlink(filepath.Join(cacheDir(), "pulumi-home", "plugins"), filepath.Join(p.home, "plugins")))
	p.write("Pulumi.yaml", fmt.Sprintf("name: cli\nruntime:\n  name: go\n  options: {%s}\nbackend: {url: %q}\n",
		options, "file://"+t.TempDir()))
	p.write("main.go", programText)
	module, err := os.ReadFile(filepath.Join("..", "go.mod"))
	require.NoError(t, err)
	p.write("go.mod", strings.Replace(string(module), "module neo4j-kubernetes/dev/engine", "module program", 1))
	sums, err := os.ReadFile(filepath.Join("..", "go.sum"))
	require.NoError(t, err)
	p.write("go.sum", string(sums))
	out, err := p.run("stack", "init", "test")
	require.NoError(t, err, out)
	return p
}

func (p *project) write(name, text string) {
	p.t.Helper()
	require.NoError(p.t, os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o600))
}

func (p *project) command(args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(cacheDir(), "bin", "pulumi"), append(args, "--non-interactive")...)
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), "PULUMI_HOME="+p.home, "PULUMI_CONFIG_PASSPHRASE="+passphrase,
		"PULUMI_SKIP_UPDATE_CHECK=true", "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true",
		"KUBECONFIG="+cluster.kubeconfig, "NAMESPACE="+p.s.namespace)
	return cmd
}

func (p *project) run(args ...string) (string, error) {
	out, err := p.command(args...).CombinedOutput()
	return string(out), err
}

// start runs the CLI in the background, in a process group of its own.
func (p *project) start(args ...string) (*exec.Cmd, *bytes.Buffer) {
	p.t.Helper()
	var out bytes.Buffer
	cmd := p.command(args...)
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(p.t, cmd.Start())
	return cmd, &out
}

// programText is a program of one StatefulSet; environment variables make it misbehave.
const programText = `package main

import (
	"fmt"
	"os"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

type object struct{ pulumi.CustomResourceState }

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		if os.Getenv("HANG") != "" {
			if err := os.WriteFile(os.Getenv("HANG"), []byte(fmt.Sprint(os.Getpid())), 0o600); err != nil {
				return err
			}
			time.Sleep(time.Hour)
		}
		if code := os.Getenv("EXIT"); code != "" {
			os.Exit(7)
		}
		if why := os.Getenv("FAIL"); why != "" {
			return fmt.Errorf("the program says: %s", why)
		}
		labels := pulumi.Map{"app": pulumi.String("w")}
		return ctx.RegisterResource("kubernetes:apps/v1:StatefulSet", "w", pulumi.Map{
			"metadata": pulumi.Map{"name": pulumi.String("w"), "namespace": pulumi.String(os.Getenv("NAMESPACE"))},
			"spec": pulumi.Map{"replicas": pulumi.Int(len(os.Getenv("REPLICAS")) + 1),
				"serviceName": pulumi.String("w"), "selector": pulumi.Map{"matchLabels": labels},
				"template": pulumi.Map{"metadata": pulumi.Map{"labels": labels}, "spec": pulumi.Map{
					"containers": pulumi.Array{pulumi.Map{"name": pulumi.String("c"), "image": pulumi.String("none")}}}}},
		}, &object{}, pulumi.Version("4.33.0"))
	})
}
`

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
	eventually(t, 60*time.Second, "the StatefulSet", func() bool {
		_, err := cluster.client.AppsV1().StatefulSets(p.s.namespace).Get(context.Background(), "w", metav1.GetOptions{})
		return err == nil
	})
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

func eventually(t *testing.T, within time.Duration, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(within)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("waited %s for %s in vain", within, what)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// descendants are the processes below pid.
func descendants(t *testing.T, pid int) []int {
	t.Helper()
	var all []int
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	require.NoError(t, err)
	for _, thread := range threads {
		text, err := os.ReadFile(thread)
		if err != nil {
			continue
		}
		for _, field := range strings.Fields(string(text)) {
			var child int
			if _, err := fmt.Sscan(field, &child); err == nil {
				all = append(append(all, child), descendants(t, child)...)
			}
		}
	}
	return all
}

// alive is false for a process that has ended and only waits to be noticed.
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

// A killed `up` leaves its lock and an operation that nobody knows the end of. After `pulumi cancel` the
// next one takes over the object that the killed one made, if the provider is told to.
func TestKilledUpCanBeRunAgain(t *testing.T) {
	t.Parallel()
	p := newProject(t, "buildTarget: program")
	cmd, _ := p.start("up", "--yes", "--skip-preview")
	eventually(t, 60*time.Second, "the StatefulSet", func() bool {
		_, err := cluster.client.AppsV1().StatefulSets(p.s.namespace).Get(context.Background(), "w", metav1.GetOptions{})
		return err == nil
	})
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()
	runPods(t, p.s.namespace)

	out, err := p.run("up", "--yes", "--skip-preview")
	require.Error(t, err)
	require.Contains(t, out, "locked")
	out, err = p.run("cancel", "--yes")
	require.NoError(t, err, out)
	again := p.command("up", "--yes", "--skip-preview")
	again.Env = append(again.Env, "PULUMI_K8S_UPSERT_EXISTING_OBJECTS=true")
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
