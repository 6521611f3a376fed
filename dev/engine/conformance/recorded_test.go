package conformance

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var record = flag.Bool("record", false, "record the states anew that the next release must preview without a change")

// recorded are stacks whose states, as a release left them, are kept in testdata/recorded: a file a stack. The next release shows no
// change for them, or whoever updates the program alone sees members replaced. They are recorded anew on purpose, by make recorded.
var recorded = map[string]settings{
	"dev":      {"platform": "dev", "release": "3.5.0-beta03", "memory.heap": "256m", "memory.pageCache": "32m", "resources.memory": "768Mi"},
	"minikube": {"platform": "minikube", "release": "3.5.35"},
	"gke":      {"platform": "gke", "release": "5.26.30"},
	"eks":      {"platform": "eks", "release": "2026.08.1", "secondaries": 1},
	"single":   {"platform": "dev", "release": "5.26.30", "edition": "community", "primaries": 1, "acceptLicense": "no"},
}

// TestRecordedStates previews, with no cluster, what an earlier version of the program left.
func TestRecordedStates(t *testing.T) {
	t.Parallel()
	for name, own := range recorded {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := deploy(t, "recorded-"+name)
			s := common.with(settings{"namespace": d.namespace}).with(own)
			file := filepath.Join("testdata", "recorded", name+".json")
			if *record {
				runPods(t, d.namespace)
				storageClass(t, "premium-rwo")
				d.made(s)
				out, err := d.command("stack", "export", "--stack", "test").Output()
				require.NoError(t, err)
				require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
				require.NoError(t, os.WriteFile(file, tidied(t, out), 0o644))
			}
			imported := deploy(t, "recorded-"+name)
			absolute, err := filepath.Abs(file)
			require.NoError(t, err)
			out, err := imported.command("stack", "import", "--stack", "test", "--file", absolute).CombinedOutput()
			require.NoError(t, err, "%s", out)
			cmd := imported.command("preview", "--json", "--stack", "test", "--config-file", imported.file(s))
			cmd.Env = append(cmd.Env, "KUBECONFIG="+filepath.Join(t.TempDir(), "none"))
			var stdout, stderr strings.Builder
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			require.NoError(t, cmd.Run(), stdout.String()+stderr.String())
			var plan struct {
				Steps []struct {
					Op, URN string
					Diff    []string `json:"diffReasons"`
				} `json:"steps"`
			}
			require.NoError(t, json.Unmarshal([]byte(stdout.String()), &plan))
			assert.Greater(t, len(plan.Steps), 10)
			for _, step := range plan.Steps {
				assert.Equal(t, "same", step.Op, "%s %v: a wanted change of what runs? then: make recorded", step.URN, step.Diff)
			}
		})
	}
}

// tidied is an exported state as it is kept: indented, without what another run would have otherwise and nobody compares.
func tidied(t *testing.T, export []byte) []byte {
	t.Helper()
	var state map[string]any
	require.NoError(t, json.Unmarshal(export, &state))
	text, err := json.MarshalIndent(state, "", " ")
	require.NoError(t, err)
	require.NotContains(t, string(text), "plaintext", "secrets stay encrypted, of a cluster that lived as long as the test")
	return append(text, '\n')
}
