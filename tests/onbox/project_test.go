package onbox

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// project is a copy of the Pulumi project with one stack, so that `pulumi config set` changes no file of the tree.
type project struct {
	t          *testing.T
	box        *box
	dir, stack string
	namespace  string
	// printed is everything the commands of this project have printed, for the search for leaked secrets.
	printed strings.Builder
}

// newProject copies the project and points the stack at the box in a namespace of its own. What the test leaves is destroyed.
func newProject(t *testing.T, b *box, stack, namespace string) *project {
	t.Helper()
	p := &project{t: t, box: b, dir: t.TempDir(), stack: stack, namespace: namespace}
	p.copyFiles()
	// The state is shared by all tests of a run, so stacks get names of their own.
	p.stack = namespace
	require.NoError(t, os.Rename(filepath.Join(p.dir, "Pulumi."+stack+".yaml"), filepath.Join(p.dir, "Pulumi."+p.stack+".yaml")))
	p.must("stack", "init", p.stack)
	t.Cleanup(p.remove)
	p.set("cluster.namespace", namespace)
	p.set("cluster.kubernetes.context", "neo4j-dev")
	return p
}

func (p *project) copyFiles() {
	root := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(root, "Pulumi.yaml"))
	require.NoError(p.t, err)
	var settings map[string]any
	require.NoError(p.t, yaml.Unmarshal(text, &settings))
	settings["runtime"] = map[string]any{"name": "go", "options": map[string]any{"binary": p.box.program}}
	text, err = yaml.Marshal(settings)
	require.NoError(p.t, err)
	require.NoError(p.t, os.WriteFile(filepath.Join(p.dir, "Pulumi.yaml"), text, 0o600))
	stackFile := "Pulumi." + p.stack + ".yaml"
	text, err = os.ReadFile(filepath.Join(root, stackFile))
	require.NoError(p.t, err)
	require.NoError(p.t, os.WriteFile(filepath.Join(p.dir, stackFile), text, 0o600))
}

// remove destroys what is left, claims and namespace too, so that the next test finds the box empty.
func (p *project) remove() {
	if p.t.Failed() {
		p.diagnose()
	}
	if out, err := p.run(10*time.Minute, "destroy", "--yes", "--skip-preview"); err != nil {
		p.t.Errorf("destroy: %v\n%s", err, out)
	}
	if out, err := p.run(time.Minute, "stack", "rm", "--yes", "--force", p.stack); err != nil {
		p.t.Errorf("stack rm: %v\n%s", err, out)
	}
	if _, err := p.box.tryKubectl("delete", "namespace", p.namespace, "--ignore-not-found"); err != nil {
		p.t.Errorf("delete namespace: %v", err)
	}
}

// diagnose prints what a reader of a failed run needs to see before everything is destroyed.
func (p *project) diagnose() {
	for _, args := range [][]string{
		{"get", "pods,pvc,pv,statefulsets,svc", "-o", "wide"},
		{"get", "events", "--sort-by=.lastTimestamp"},
	} {
		out, err := p.box.tryKubectl(append(args, "-n", p.namespace)...)
		p.t.Logf("kubectl %s\n%s%v", strings.Join(args, " "), out, err)
	}
	pods, err := p.box.tryKubectl("get", "pods", "-n", p.namespace, "-o", "name")
	if err != nil {
		return
	}
	for _, pod := range strings.Fields(pods) {
		out, _ := p.box.tryKubectl("logs", "-n", p.namespace, pod, "--tail=25")
		p.t.Logf("logs of %s\n%s", pod, out)
	}
}

// command is a pulumi command of this project, not yet started.
func (p *project) command(ctx context.Context, args ...string) *exec.Cmd {
	args = append(args, "--non-interactive")
	if args[0] != "stack" || args[1] == "output" {
		args = append(args, "--stack", p.stack)
	}
	cmd := p.box.command(ctx, p.box.bin, append([]string{"pulumi"}, args...)...)
	cmd.Dir = p.dir
	return cmd
}

// run runs a pulumi command and gives all it printed.
func (p *project) run(limit time.Duration, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	var out strings.Builder
	cmd := p.command(ctx, args...)
	cmd.Stdout = tee(&out)
	cmd.Stderr = cmd.Stdout
	began := time.Now()
	err := cmd.Run()
	p.t.Logf("pulumi %s: %s", strings.Join(args, " "), time.Since(began).Round(100*time.Millisecond))
	p.printed.WriteString(out.String())
	return out.String(), err
}

func (p *project) must(args ...string) string {
	p.t.Helper()
	out, err := p.run(12*time.Minute, args...)
	require.NoError(p.t, err, "pulumi %s\n%s", strings.Join(args, " "), out)
	return out
}

// set changes one value of the stack's configuration, as a user does.
func (p *project) set(path string, value any) {
	p.t.Helper()
	p.must("config", "set", "--path", path, fmt.Sprint(value))
}

// up updates the stack; it ends green only when the roles are proven.
func (p *project) up() string { return p.must("up", "--yes", "--skip-preview") }

// unchanged fails the test when a preview would change anything.
func (p *project) unchanged() {
	p.t.Helper()
	p.must("preview", "--expect-no-changes")
}

// refused runs an update that must fail, and gives what it said.
func (p *project) refused() string {
	p.t.Helper()
	out, err := p.run(3*time.Minute, "up", "--yes", "--skip-preview")
	require.Error(p.t, err, "this update must be refused\n%s", out)
	return out
}

// output is one stack output as text.
func (p *project) output(name string) string {
	p.t.Helper()
	return strings.TrimSpace(p.must("stack", "output", name))
}

// uids gives the pods' identities by name: a pod that restarted has another.
func (p *project) uids() map[string]string {
	p.t.Helper()
	var list struct {
		Items []struct {
			Metadata struct{ Name, UID string }
			Status   struct {
				ContainerStatuses []struct{ RestartCount int }
			}
		}
	}
	out := p.kubectl("get", "pods", "-l", "app.kubernetes.io/name=neo4j", "-o", "json")
	require.NoError(p.t, json.Unmarshal([]byte(out), &list))
	uids := map[string]string{}
	for _, pod := range list.Items {
		id := pod.Metadata.UID
		for _, c := range pod.Status.ContainerStatuses {
			id += fmt.Sprintf("/%d restarts", c.RestartCount)
		}
		uids[pod.Metadata.Name] = id
	}
	return uids
}

func (p *project) kubectl(args ...string) string {
	p.t.Helper()
	return p.box.kubectl(p.t, append([]string{"-n", p.namespace}, args...)...)
}
