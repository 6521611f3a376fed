package config

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

var rewrite = flag.Bool("inputs.rewrite", false, "write the verdicts into testdata/inputs.txt; read every line of the difference before it is committed")

// stacks are the stacks that the inputs are keys of.
var stacks = map[string]string{
	"gke5":   "{platform: gke, release: 5.26.30, acceptLicense: 'yes', kubernetes: {context: gke}}",
	"gke44":  "{platform: gke, release: 4.4.48, acceptLicense: 'yes', kubernetes: {context: gke}}",
	"eks26":  "{platform: eks, release: 2026.08.1, acceptLicense: 'yes', kubernetes: {context: eks}}",
	"mini35": "{platform: minikube, release: 3.5.35, acceptLicense: 'yes'}",
	"mini31": "{platform: minikube, release: 3.1.9}",
	"dev35":  "{platform: dev, release: 3.5.0-beta03, acceptLicense: 'yes', storage: {}}",
	"com5":   "{platform: dev, release: 5.26.30, edition: community, primaries: 1}",
	"com26":  "{platform: dev, release: 2026.08.1, edition: community, primaries: 1}",
	"none":   "{}",
	"own5":   "{platform: existing, release: 5.26.30, acceptLicense: 'yes', kubernetes: {context: mine}, storage: {size: 10Gi, class: fast}, resources: {cpu: 1, memory: 4Gi}, expose: {type: ClusterIP}, placement: {separateNodes: true}, timeouts: {shutdown: 1h}, verify: {canary: false}, protect: false}",
}

// TestInputs holds some 300 bad and odd inputs, kind by kind, against their verdicts word by word: those of testdata/inputs.txt, where a
// line is the stack, its keys in YAML's flow style, and the lines below it are all that the program says. What a real server of
// Community 5.26 or 2026.08, or of Enterprise 3.5 says of the accepted settings among them is asked in tests/onbox.
func TestInputs(t *testing.T) {
	const path = "testdata/inputs.txt"
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var written strings.Builder
	inputs := 0
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		_, _ = fmt.Fprintln(&written, line)
		stack, keys, isInput := strings.Cut(line, " | ")
		if !isInput {
			require.True(t, strings.HasPrefix(line, "# "), "line %d: %s", i+1, line)
			continue
		}
		inputs++
		var want []string
		for i+1 < len(lines) && strings.HasPrefix(lines[i+1], "    ") {
			i++
			want = append(want, strings.TrimPrefix(lines[i], "    "))
		}
		got := verdict(t, stack, keys)
		if !*rewrite {
			assert.Equal(t, strings.Join(want, "\n"), strings.Join(got, "\n"), "%s | %s", stack, keys)
		}
		for _, said := range got {
			_, _ = fmt.Fprintln(&written, "    "+said)
		}
	}
	assert.GreaterOrEqual(t, inputs, 300)
	if *rewrite {
		require.NoError(t, os.WriteFile(path, []byte(written.String()), 0o600))
	}
}

// verdict is all that the program says to keys over a stack.
func verdict(t *testing.T, stack, keys string) []string {
	t.Helper()
	values, over := map[string]any{}, map[string]any{}
	require.Contains(t, stacks, stack)
	require.NoError(t, yaml.Unmarshal([]byte(stacks[stack]), &values))
	require.NoError(t, yaml.Unmarshal([]byte("{"+keys+"}"), &over), keys)
	for key, value := range over {
		values[key] = value
	}
	raw, err := yaml.Marshal(values)
	require.NoError(t, err)
	raw, err = yaml.YAMLToJSON(raw)
	require.NoError(t, err)
	read, err := Parse(raw)
	if err != nil {
		var said []string
		problems, ok := err.(Problems) //nolint:errorlint // Parse promises this very type
		require.True(t, ok)
		for _, p := range problems {
			said = append(said, "refused: "+p.String())
		}
		return said
	}
	said := []string{"accepted"}
	for _, warning := range read.Warnings {
		said = append(said, "warned: "+warning)
	}
	for _, note := range read.Notes {
		said = append(said, "noted: "+note)
	}
	return said
}
