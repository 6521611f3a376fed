package conformance

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The engine runs the project's policy pack by the language host, in previews that reach no cluster: a stack that keeps the rules passes,
// and one that breaks them is refused in their words. Both kinds of rules are asked, those of one resource and those of the stack.
func TestPoliciesInAPreview(t *testing.T) {
	t.Parallel()
	d := deploy(t, "policies")
	pack, err := filepath.Abs(filepath.Join("..", "..", "..", "policy", "pack"))
	require.NoError(t, err)
	preview := func(s settings) (string, error) {
		cmd := d.command("preview", "--stack", "test", "--config-file", d.file(s), "--policy-pack", pack)
		cmd.Env = append(cmd.Env, "KUBECONFIG="+filepath.Join(t.TempDir(), "none"), "CGO_ENABLED=0")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	good := before["gke"].with(settings{"namespace": d.namespace, "primaries": 4})
	out, err := preview(good)
	require.NoError(t, err, out)
	assert.Contains(t, out, "[advisory]  odd-primaries")
	assert.NotContains(t, out, "[mandatory]")
	// On a cloud that it knows the program refuses the same by itself; elsewhere it warns.
	out, err = preview(good.with(settings{"platform": "dev", "expose.type": "LoadBalancer"}))
	require.Error(t, err, out)
	assert.Contains(t, out, "[mandatory]  source-ranges")
	assert.Contains(t, out, "[advisory]  tls-outside", "a rule of the whole stack")
}
