package conformance

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
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
			"apiVersion": pulumi.String("apps/v1"), "kind": pulumi.String("StatefulSet"),
			"metadata": pulumi.Map{"name": pulumi.String("w"), "namespace": pulumi.String(os.Getenv("NAMESPACE")),
				"annotations": pulumi.StringMap{"pulumi.com/patchFieldManager": pulumi.String("the-program")}},
			"spec": pulumi.Map{"replicas": pulumi.Int(len(os.Getenv("REPLICAS")) + 1),
				"serviceName": pulumi.String("w"), "selector": pulumi.Map{"matchLabels": labels},
				"template": pulumi.Map{"metadata": pulumi.Map{"labels": labels}, "spec": pulumi.Map{
					"containers": pulumi.Array{pulumi.Map{"name": pulumi.String("c"), "image": pulumi.String("none")}}}}},
		}, &object{}, pulumi.Version("4.25.0"))
	})
}
`

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
