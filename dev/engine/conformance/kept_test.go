package conformance

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// savePlan previews a configuration into a file. kubeconfig names the cluster that is asked, or a file that is not there.
func (d *deployment) savePlan(s settings, kubeconfig string) string {
	d.t.Helper()
	file := filepath.Join(d.t.TempDir(), "plan.json")
	cmd := d.command("preview", "--stack", "test", "--config-file", d.file(s), "--save-plan", file)
	cmd.Env = append(cmd.Env, "KUBECONFIG="+kubeconfig)
	out, err := cmd.CombinedOutput()
	require.NoError(d.t, err, "%s", out)
	return file
}

func (d *deployment) upToPlan(s settings, plan string) (string, error) {
	d.t.Helper()
	out, err := d.command("up", "--yes", "--skip-preview", "--stack", "test", "--config-file", d.file(s), "--plan", plan).CombinedOutput()
	return string(out), err
}

// An update keeps to the plan of its preview, whether that reached the cluster or not, and one of another configuration does not pass for
// it. (A stack's first update with a password made at random cannot: each run makes another.)
func TestAnUpdateKeepsToItsPlan(t *testing.T) {
	t.Parallel()
	nowhere := filepath.Join(t.TempDir(), "none")
	for name, kubeconfig := range map[string]string{"reached": cluster.kubeconfig, "nowhere": nowhere} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := deploy(t, "plans-"+name)
			runPods(t, d.namespace)
			storageClass(t, "premium-rwo")
			// Community standalone: nobody must be enabled, so that the update ends green without a server.
			running := before["community"].with(settings{"namespace": d.namespace})
			out, err := d.up(running)
			require.NoError(t, err, out)
			out, err = d.upToPlan(running, d.savePlan(running, kubeconfig))
			require.NoError(t, err, "nothing changed: %s", out)

			changed := running.with(settings{"expose.annotations": map[string]any{"example.org/a": "b"}})
			plan := d.savePlan(changed, kubeconfig)
			out, err = d.upToPlan(running.with(settings{"expose.annotations": map[string]any{"example.org/a": "c"}}), plan)
			require.Error(t, err, out)
			assert.Contains(t, out, "violates plan", out)
			out, err = d.upToPlan(changed, plan)
			require.NoError(t, err, out)
			assert.Contains(t, out, "Service neo4j-client updated", out)
		})
	}
}
