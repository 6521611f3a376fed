package conformance

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
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
	"existing": {
		"platform": "existing", "release": "3.5.0-beta03", "memory.heap": "256m", "memory.pageCache": "32m", "resources.memory": "768Mi", "resources.cpu": "100m",
		"storage.size": "1Gi", "storage.class": "premium-rwo", "placement.separateNodes": true, "timeouts.shutdown": "2m", "verify.canary": true, "protect": false,
	},
	"single": {"platform": "dev", "release": "5.26.30", "edition": "community", "primaries": 1, "acceptLicense": "no"},
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
			changes, steps := imported.nowhere(s)
			assert.Equal(t, []string{"same"}, slices.Collect(maps.Keys(changes)), "%s: a wanted change of what runs? then: make recorded", steps)
			assert.Greater(t, changes["same"], 10)
			if name == "dev" { // and a change would be seen
				changes, _ = imported.nowhere(s.with(settings{"restart": "now"}))
				assert.Positive(t, changes["update"], "%v", changes)
			}
		})
	}
}

// nowhere previews a configuration where no cluster is: how many resources of each kind of change, and the steps that are taken.
func (d *deployment) nowhere(s settings) (changes map[string]int, steps string) {
	d.t.Helper()
	cmd := d.command("preview", "--json", "--stack", "test", "--config-file", d.file(s))
	cmd.Env = append(cmd.Env, "KUBECONFIG="+filepath.Join(d.t.TempDir(), "none"))
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	require.NoError(d.t, cmd.Run(), stdout.String()+stderr.String())
	var plan struct {
		Steps []struct {
			Op, URN string
			Diff    []string `json:"diffReasons"`
		} `json:"steps"`
		Summary map[string]int `json:"changeSummary"`
	}
	require.NoError(d.t, json.Unmarshal([]byte(stdout.String()), &plan))
	return plan.Summary, fmt.Sprint(plan.Steps)
}

// tidied is an exported state as it is kept: a resource a line, without times, places in the source and owners of fields, which no preview
// reads. Its secrets stay encrypted; they are of a cluster that lived as long as the test.
func tidied(t *testing.T, export []byte) []byte {
	t.Helper()
	var state struct {
		Version    int `json:"version"`
		Deployment struct {
			Manifest  json.RawMessage  `json:"manifest"`
			Secrets   json.RawMessage  `json:"secrets_providers"`
			Resources []map[string]any `json:"resources"`
		} `json:"deployment"`
	}
	require.NoError(t, json.Unmarshal(export, &state))
	lines := make([]string, len(state.Deployment.Resources))
	for i, r := range state.Deployment.Resources {
		for _, key := range []string{"stackTrace", "sourcePosition", "created", "modified"} {
			delete(r, key)
		}
		outputs, _ := r["outputs"].(map[string]any)
		if meta, ok := outputs["metadata"].(map[string]any); ok {
			delete(meta, "managedFields")
		}
		text, err := json.Marshal(r)
		require.NoError(t, err)
		lines[i] = string(text)
	}
	text := fmt.Sprintf("{\"version\": %d, \"deployment\": {\"manifest\": %s, \"secrets_providers\": %s, \"resources\": [\n%s\n]}}\n",
		state.Version, compact(t, state.Deployment.Manifest), compact(t, state.Deployment.Secrets), strings.Join(lines, ",\n"))
	require.NotContains(t, text, "plaintext")
	require.True(t, json.Valid([]byte(text)))
	return []byte(text)
}

func compact(t *testing.T, text json.RawMessage) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, json.Compact(&out, text))
	return out.String()
}
