package onbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// TestPolicies tries from pods who may dial which port class of a real cluster, while a real controller enforces the policy, and drains its
// nodes against the budget.
func TestPolicies(t *testing.T) {
	t.Parallel()
	p := newProject(t, onTheBox(t), "dev", "policies")
	p.set("cluster.metrics", true)
	p.set("cluster.placement.separateNodes", true) // who is drained waits for its node, so that the next drain finds it missing
	p.set("cluster.pod.labels.story", "policies")
	p.set(`cluster.settings["dbms.backup.address"]`, "0.0.0.0:6362")
	p.set("cluster.network.metrics[0].namespaceSelector.matchLabels.scrapes", "neo4j")
	p.set("cluster.network.metrics[0].podSelector.matchLabels.app", "prometheus")
	p.set("cluster.network.backup[0].podSelector.matchLabels.app", "backup")
	p.up()
	running := p.uids()
	elsewhere := p.namespace("policies-elsewhere", map[string]string{"scrapes": "neo4j"})
	p.tries(p.Namespace, "stranger", nil)
	p.tries(p.Namespace, "backup", map[string]string{"app": "backup"})
	p.tries(p.Namespace, "prometheus", map[string]string{"app": "prometheus"}) // the right label in the wrong namespace
	p.tries(elsewhere, "prometheus", map[string]string{"app": "prometheus"})
	p.tries(elsewhere, "stranger", nil)

	const bolt, http, metrics, backup = 7687, 7474, 2004, 6362
	members := []int{5000, 6000, 7000}
	p.reaches(t, p.Namespace, "neo4j-0", append([]int{bolt, http, metrics, backup}, members...), nil)
	p.reaches(t, p.Namespace, "stranger", []int{bolt, http}, append([]int{metrics, backup}, members...))
	p.reaches(t, p.Namespace, "backup", []int{bolt, backup}, append([]int{metrics}, members...))
	p.reaches(t, p.Namespace, "prometheus", []int{bolt}, append([]int{metrics, backup}, members...))
	p.reaches(t, elsewhere, "prometheus", []int{bolt, metrics}, append([]int{backup}, members...))
	p.reaches(t, elsewhere, "stranger", []int{bolt, http}, append([]int{metrics, backup}, members...))

	// Clients are named: the policy changes in place and takes effect, and the check still gets through by its port-forwards.
	p.set("cluster.network.clients[0].namespaceSelector.matchLabels.scrapes", "neo4j")
	out := p.up()
	assert.Contains(t, out, "neo4j:cluster.network.clients: everybody ->")
	assert.Contains(t, out, "LEADER")
	assert.Equal(t, running, p.uids(), "nobody restarts")
	p.reaches(t, p.Namespace, "stranger", nil, []int{bolt, http})
	p.reaches(t, elsewhere, "stranger", []int{bolt, http}, members)
	p.reaches(t, p.Namespace, "neo4j-1", append([]int{bolt, http}, members...), nil)
	p.unchanged()
	p.bearsDrains(t)
}

// namespace makes a namespace beside the project's own, which goes with the test.
func (p *project) namespace(name string, labels map[string]string) string {
	p.t.Helper()
	text, err := json.Marshal(corev1.Namespace{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"}, ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}})
	require.NoError(p.t, err)
	p.box.apply(p.t, string(text))
	p.t.Cleanup(func() { _, _ = p.box.tryKubectl("delete", "namespace", name, "--ignore-not-found") })
	return name
}

// tries starts a pod that dials; the server's image has the shell for it.
func (p *project) tries(namespace, name string, labels map[string]string) {
	p.t.Helper()
	yes, no, user := true, false, int64(7474)
	pod := corev1.Pod{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}, ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace, Labels: labels},
		Spec: corev1.PodSpec{
			TerminationGracePeriodSeconds: new(int64),
			SecurityContext:               &corev1.PodSecurityContext{RunAsNonRoot: &yes, RunAsUser: &user, SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}},
			Containers: []corev1.Container{{
				Name: "tries", Image: "neo4j:3.5.0-beta03-enterprise", Command: []string{"sleep", "3600"},
				SecurityContext: &corev1.SecurityContext{AllowPrivilegeEscalation: &no, Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}}},
			}},
		},
	}
	text, err := json.Marshal(pod)
	require.NoError(p.t, err)
	p.box.apply(p.t, string(text))
	out, err := p.box.tryKubectl("-n", namespace, "wait", "--for=condition=Ready", "pod/"+name, "--timeout=2m")
	require.NoError(p.t, err, out)
}

// refusedOrDropped is how a dial ends that a policy does not admit, and none that did not get as far: the box's controller refuses, others
// drop, which the command timeout ends with 124.
var refusedOrDropped = regexp.MustCompile(`Connection refused|exit code 124`)

// dials has a pod open a connection and close it.
func (b *box) dials(namespace, pod, host string, port int) error {
	_, err := b.tryKubectl("-n", namespace, "exec", pod, "--", "timeout", "5", "bash", "-c", fmt.Sprintf("exec 3<>/dev/tcp/%s/%d", host, port))
	return err
}

// reaches holds which ports of a member a pod can dial and which not. A rule takes effect within a moment, so what is wrong is tried again.
func (p *project) reaches(t *testing.T, namespace, pod string, open, shut []int) {
	t.Helper()
	member := "neo4j-2.neo4j." + p.Namespace + ".svc.cluster.local"
	for _, want := range []struct {
		ports   []int
		getsIn  bool
		problem string
	}{{open, true, "is shut"}, {shut, false, "is open"}} {
		for _, port := range want.ports {
			eventually(t, 30*time.Second, fmt.Sprintf("%s of %s and port %d", pod, namespace, port), func() error {
				err := p.box.dials(namespace, pod, member, port)
				switch {
				case err == nil && want.getsIn:
					return nil
				case err != nil && !want.getsIn && refusedOrDropped.MatchString(err.Error()):
					return nil
				case err != nil:
					return fmt.Errorf("%d %s: %w", port, want.problem, err)
				}
				return fmt.Errorf("%d %s", port, want.problem)
			})
		}
	}
}

// bearsDrains drains the node of a member, and while that one is away no other member's: the budget is over all that vote.
func (p *project) bearsDrains(t *testing.T) {
	p.write("before-the-drain")
	before := p.uids()
	first, second := p.nodeOf("neo4j-2"), p.nodeOf("neo4j-0")
	back := func() {
		out, err := p.box.tryKubectl("uncordon", first, second)
		require.NoError(t, err, out)
	}
	t.Cleanup(back)
	out, err := p.drain(first, "2m")
	require.NoError(t, err, out)
	out, err = p.drain(second, "10s")
	require.Error(t, err, "neo4j-0 was drained beside neo4j-2: %s", out)
	require.ErrorContains(t, err, "disruption budget")
	back()
	eventually(t, 5*time.Minute, "an eviction that the budget allows", func() error {
		if p.uids()["neo4j-2"] == before["neo4j-2"] {
			return errors.New("neo4j-2 is still there")
		}
		out, err := p.evict("neo4j-1")
		if err != nil {
			return fmt.Errorf("%s: %w", out, err)
		}
		return nil
	})
	eventually(t, 5*time.Minute, "another pod of neo4j-1", func() error {
		if now := p.uids()["neo4j-1"]; now == "" || now == before["neo4j-1"] {
			return errors.New("neo4j-1 is still there, or not yet")
		}
		return nil
	})
	p.up()
	requireNotes(t, p, p.leader(), "before-the-drain")
}

// drain has this story's members leave a node; those of other stories stay.
func (p *project) drain(node, within string) (string, error) {
	return p.box.tryKubectl("drain", node, "--pod-selector=story=policies", "--delete-emptydir-data", "--timeout="+within)
}

// nodeOf is where a pod runs.
func (p *project) nodeOf(pod string) string {
	p.t.Helper()
	out, err := p.box.tryKubectl("-n", p.Namespace, "get", "pod", pod, "-o", "jsonpath={.spec.nodeName}")
	require.NoError(p.t, err, out)
	return out
}

// evict asks for a pod's eviction, as a drain does.
func (p *project) evict(pod string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := p.box.Command(ctx, p.box.Bin, "kubectl", "create", "--raw", "/api/v1/namespaces/"+p.Namespace+"/pods/"+pod+"/eviction", "-f", "-")
	cmd.Stdin = strings.NewReader(fmt.Sprintf(`{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":%q,"namespace":%q}}`, pod, p.Namespace))
	out, err := cmd.CombinedOutput()
	return string(out), err
}
