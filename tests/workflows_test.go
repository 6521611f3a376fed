package tests

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"neo4j-kubernetes/summary"
)

// workflow is what the tests read of a GitHub workflow.
type workflow struct {
	On          map[string]any
	Permissions *map[string]string
	Concurrency struct {
		Cancel bool `json:"cancel-in-progress"`
	}
	Jobs map[string]struct {
		Permissions map[string]string
		Timeout     int `json:"timeout-minutes"`
		If          string
		Strategy    struct{ Matrix struct{ Stack []string } }
		Concurrency struct {
			Group  string
			Cancel bool `json:"cancel-in-progress"`
		}
		Steps []workflowStep
	}
}

type workflowStep struct {
	Name, Uses, Run, If string
	With                map[string]any
}

func workflows(t *testing.T) (texts map[string]string, parsed map[string]workflow) {
	t.Helper()
	texts, parsed = map[string]string{}, map[string]workflow{}
	for _, name := range []string{"preview", "up"} {
		text, err := os.ReadFile(filepath.Join("..", ".github", "workflows", name+".yml"))
		require.NoError(t, err)
		// YAML 1.1 reads the key as a truth value.
		var w workflow
		require.NoError(t, yaml.Unmarshal([]byte(strings.Replace(string(text), "\non:", "\n\"on\":", 1)), &w))
		texts[name], parsed[name] = string(text), w
	}
	return texts, parsed
}

// TestWorkflowsAreSafe: actions are pinned by commit with their release beside, rights are given job by job, every job ends by itself,
// nobody's code runs with a token that writes, and no checkout leaves one behind.
func TestWorkflowsAreSafe(t *testing.T) {
	texts, parsed := workflows(t)
	pinned := regexp.MustCompile(`uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+\n`)
	for name, text := range texts {
		assert.Equal(t, strings.Count(text, "uses: "), len(pinned.FindAllString(text, -1)), "%s: an action without its commit or release", name)
		w := parsed[name]
		assert.NotContains(t, w.On, "pull_request_target", name)
		require.NotNil(t, w.Permissions, name)
		assert.Empty(t, *w.Permissions, name)
		for job, j := range w.Jobs {
			assert.Positive(t, j.Timeout, "%s %s", name, job)
			runsCode := false
			for _, step := range j.Steps {
				if strings.HasPrefix(step.Uses, "actions/checkout@") {
					runsCode = true
					assert.Equal(t, false, step.With["persist-credentials"], "%s %s", name, job)
				}
				assert.NotRegexp(t, `\$\{\{\s*github\.(event|head_ref)`, step.Run, "%s %s: a title or branch of somebody's is no script", name, job)
			}
			for right, level := range j.Permissions {
				if runsCode && right != "id-token" {
					assert.Equal(t, "read", level, "%s %s %s", name, job, right)
				}
			}
		}
	}
}

// TestForksGetNothing: a pull request of a fork runs its own code where no secret is, and no comment is written for it. Its plan, which begins
// from nothing, is not kept, and up says so.
func TestForksGetNothing(t *testing.T) {
	texts, parsed := workflows(t)
	preview := parsed["preview"]
	assert.Equal(t, "${{ !cancelled() && github.event.pull_request.head.repo.full_name == github.repository }}", preview.Jobs["comment"].If)
	assert.Empty(t, preview.Jobs["preview"].If)
	assert.Equal(t, "steps.state.outputs.real != 'yes'", step(t, preview, "preview", "no plan but of a real state").If)
	var jobs struct{ Jobs map[string]any }
	require.NoError(t, yaml.Unmarshal([]byte(texts["preview"]), &jobs))
	for name, job := range jobs.Jobs {
		text, err := yaml.Marshal(job)
		require.NoError(t, err)
		assert.Equal(t, name == "preview", strings.Contains(string(text), "secrets."), name)
	}
}

// step is a job's step by its name.
func step(t *testing.T, w workflow, job, name string) workflowStep {
	t.Helper()
	steps := w.Jobs[job].Steps
	at := slices.IndexFunc(steps, func(s workflowStep) bool { return s.Name == name })
	require.GreaterOrEqual(t, at, 0, "%s: no step %q", job, name)
	return steps[at]
}

// TestWorkflowsKnowTheStacks: every committed stack is previewed, and updates are never cancelled and keep to the reviewed plan.
func TestWorkflowsKnowTheStacks(t *testing.T) {
	texts, parsed := workflows(t)
	files, err := filepath.Glob(filepath.Join("..", "Pulumi.*.yaml"))
	require.NoError(t, err)
	var stacks []string
	for _, file := range files {
		stacks = append(stacks, strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "Pulumi."), ".yaml"))
	}
	assert.ElementsMatch(t, stacks, parsed["preview"].Jobs["preview"].Strategy.Matrix.Stack)
	assert.True(t, parsed["preview"].Concurrency.Cancel)
	up := parsed["up"].Jobs["up"]
	for _, stack := range up.Strategy.Matrix.Stack {
		assert.True(t, slices.Contains(stacks, stack), stack)
	}
	assert.False(t, up.Concurrency.Cancel)
	assert.Contains(t, up.Concurrency.Group, "matrix.stack")
	assert.Contains(t, texts["preview"], "--save-plan preview/plan.json")
	assert.Contains(t, texts["preview"], `"`+summary.Marker("$stack")+`"`, "by which the comment of before is found")
	assert.Contains(t, texts["up"], "--plan preview/plan.json")
	for name, text := range texts {
		assert.Contains(t, text, "--policy-pack policy/pack", name)
	}
}
