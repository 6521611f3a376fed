package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/pulumi/esc"
	"github.com/pulumi/esc/eval"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The example of an ESC environment, evaluated by ESC's own evaluator, gives a stack a configuration that the program previews, and the
// password as a secret.
func TestEnvironmentExample(t *testing.T) {
	t.Parallel()
	file := filepath.Join("..", "..", "..", "examples", "esc", "neo4j-gke.yaml")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	declared, problems, err := eval.LoadYAMLBytes(file, text)
	require.NoError(t, err)
	require.Empty(t, problems)
	values, err := esc.NewExecContext(nil)
	require.NoError(t, err)
	opened, problems := eval.EvalEnvironment(context.Background(), "gke", declared, nil, nil, nil, values)
	require.Empty(t, problems)

	given, ok := opened.Properties["pulumiConfig"].Value.(map[string]esc.Value)
	require.True(t, ok)
	assert.True(t, given["neo4j:password"].Secret)
	assert.False(t, given["neo4j:cluster"].Secret, "nothing of the cluster's is secret, or the program refuses it")
	assert.Contains(t, opened.Properties["files"].Value, "KUBECONFIG")

	d := deploy(t, "example")
	out, err := d.command("config", "set", "--secret", "neo4j:password", "of-a-test", "--stack", "test").CombinedOutput()
	require.NoError(t, err, "%s", out)
	cluster, err := json.Marshal(given["neo4j:cluster"].ToJSON(false))
	require.NoError(t, err)
	settings := filepath.Join(d.dir, "Pulumi.test.yaml")
	stack, err := os.ReadFile(settings)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(settings, fmt.Appendf(stack, "  neo4j:cluster: %s\n  pulumi:disable-default-providers: [kubernetes]\n", cluster), 0o600))
	cmd := d.command("preview", "--stack", "test")
	cmd.Env = append(cmd.Env, "KUBECONFIG="+filepath.Join(t.TempDir(), "none"))
	out, err = cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Contains(t, string(out), `release   : "5.26.30"`)
	assert.NotContains(t, string(out), "of-a-test")
}
