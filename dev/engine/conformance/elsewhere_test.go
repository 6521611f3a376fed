package conformance

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// by runs a command of the program with a kubeconfig.
func (d *deployment) by(kubeconfig string, s settings, args ...string) (string, error) {
	d.t.Helper()
	cmd := d.command(append(args, "--stack", "test", "--config-file", d.file(s))...)
	cmd.Env = append(cmd.Env, "KUBECONFIG="+kubeconfig)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// Where nothing of the plan changes but the Kubernetes cluster that the context leads to, the engine writes no object and calls no hook: the
// program itself must see that the members there are not its own. Another name of the same cluster is no matter.
func TestAContextThatLeadsElsewhereTouchesNobody(t *testing.T) {
	t.Parallel()
	d := deploy(t, "elsewhere")
	runPods(t, d.namespace)
	storageClass(t, "premium-rwo")
	running := before["community"].with(settings{"namespace": d.namespace})
	out, err := d.up(running)
	require.NoError(t, err, out)

	text, err := os.ReadFile(cluster.kubeconfig)
	require.NoError(t, err)
	renamed := filepath.Join(t.TempDir(), "renamed")
	require.NoError(t, os.WriteFile(renamed, []byte(strings.NewReplacer("name: conformance", "name: renamed", "cluster: conformance", "cluster: renamed").Replace(string(text))), 0o600))
	out, err = d.by(renamed, running.with(settings{"kubernetes.context": "renamed"}), "up", "--yes", "--skip-preview")
	require.NoError(t, err, out)

	dir := t.TempDir()
	other, err := startControlPlane(dir)
	require.NoError(t, err)
	defer other.stop()
	refused := func(want string) {
		t.Helper()
		for _, args := range [][]string{{"preview"}, {"up", "--yes", "--skip-preview"}} {
			out, err := d.by(other.kubeconfig, running, args...)
			require.Error(t, err, out)
			assert.Contains(t, out, want, args)
		}
	}
	refused("statefulset elsewhere/neo4j is refused, nothing was touched: the one that this stack has made (")

	ctx := context.Background()
	_, err = other.client.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		Name: d.namespace, Annotations: map[string]string{"neo4j-kubernetes/stack": "organization/neo4j/prod"},
	}}, metav1.CreateOptions{})
	require.NoError(t, err)
	labels := map[string]string{"a": "b"}
	_, err = other.client.AppsV1().StatefulSets(d.namespace).Create(ctx, &appsv1.StatefulSet{
		ObjectMeta: metav1.ObjectMeta{Name: "neo4j", Annotations: map[string]string{"neo4j-kubernetes/stack": "organization/neo4j/prod"}},
		Spec: appsv1.StatefulSetSpec{
			Replicas: new(int32), Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "a", Image: "a"}}}},
		},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
	refused("statefulset elsewhere/neo4j is refused, nothing was touched: it is there already and belongs to the stack organization/neo4j/prod")

	out, err = d.by(cluster.kubeconfig, running, "up", "--yes", "--skip-preview")
	require.NoError(t, err, out)
}
