package onbox

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/tests/harness"
)

// project is a copy of the Pulumi project with one stack, so that `pulumi config set` changes no file of the tree.
type project struct {
	*harness.Project
	t   *testing.T
	box *box
	// secret is the password, once it was asked for.
	secret string
	// undone says that the last update did not end well, so that the next one may find some of its work done.
	undone bool
	// leaf is the name of the Secret with the members' certificate, where it is not the test's own.
	leaf string
}

// newProject copies the project and points the stack at the box in a namespace of its own. What the test leaves is destroyed.
func newProject(t *testing.T, b *box, stack, namespace string) *project {
	t.Helper()
	clone, err := b.Clone(t.Context(), "../..", t.TempDir(), b.program, stack, namespace)
	require.NoError(t, err)
	if testing.Verbose() {
		clone.Echo = os.Stderr
	}
	p := &project{Project: clone, t: t, box: b}
	t.Cleanup(p.remove)
	return p
}

// remove destroys what is left, claims and namespace too, so that the next test finds the box empty.
func (p *project) remove() {
	if p.t.Failed() {
		p.diagnose()
	}
	if out, err := p.run(10*time.Minute, "destroy", "--yes", "--skip-preview"); err != nil {
		p.t.Errorf("destroy: %v\n%s", err, out)
	}
	if out, err := p.run(time.Minute, "stack", "rm", "--yes", "--force", p.Stack); err != nil {
		p.t.Errorf("stack rm: %v\n%s", err, out)
	}
	if _, err := p.box.tryKubectl("delete", "namespace", p.Namespace, "--ignore-not-found"); err != nil {
		p.t.Errorf("delete namespace: %v", err)
	}
}

// diagnose prints what a reader of a failed run needs to see before everything is destroyed.
func (p *project) diagnose() {
	for _, args := range [][]string{
		{"get", "pods,pvc,pv,statefulsets,svc", "-o", "wide"},
		{"get", "events", "--sort-by=.lastTimestamp"},
	} {
		out, err := p.box.tryKubectl(append(args, "-n", p.Namespace)...)
		p.t.Logf("kubectl %s\n%s%v", strings.Join(args, " "), out, err)
	}
	pods, err := p.box.tryKubectl("get", "pods", "-n", p.Namespace, "-o", "name")
	if err != nil {
		return
	}
	for _, pod := range strings.Fields(pods) {
		out, _ := p.box.tryKubectl("logs", "-n", p.Namespace, pod, "--tail=25")
		p.t.Logf("logs of %s\n%s", pod, out)
	}
}

// run runs a pulumi command and gives all it printed. It does not end with the test: it cleans up after it, too.
func (p *project) run(limit time.Duration, args ...string) (string, error) {
	began := time.Now()
	out, err := p.Pulumi(context.Background(), limit, args...)
	p.t.Logf("pulumi %s: %s", strings.Join(args, " "), time.Since(began).Round(100*time.Millisecond))
	return out, err
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
func (p *project) up() string {
	p.t.Helper()
	before := p.place()
	require.NoError(p.t, os.RemoveAll(p.Summary), "what is read is of this update")
	out := p.must("up", "--yes", "--skip-preview")
	p.holdSummary(before, out)
	p.undone = false
	return out
}

// unchanged fails the test when a preview would change anything.
func (p *project) unchanged() {
	p.t.Helper()
	p.must("preview", "--expect-no-changes")
}

// refused runs an update that must fail, and gives what it said.
func (p *project) refused() string {
	p.t.Helper()
	p.undone = true
	out, err := p.run(3*time.Minute, "up", "--yes", "--skip-preview")
	require.Error(p.t, err, "this update must be refused\n%s", out)
	return out
}

// topology is the stack's output of that name, which is the check's word.
func (p *project) topology() string {
	p.t.Helper()
	return strings.TrimSpace(p.must("stack", "output", "topology"))
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
	return p.box.kubectl(p.t, append([]string{"-n", p.Namespace}, args...)...)
}
