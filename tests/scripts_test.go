package tests

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/summary"
)

// bench is a folder in which a workflow's script runs as GitHub runs it, by `bash -e`, with commands of the test's before all others.
type bench struct {
	dir string
	env []string
}

func newBench(t *testing.T, commands map[string]string, env ...string) bench {
	t.Helper()
	b := bench{dir: t.TempDir()}
	bin := filepath.Join(b.dir, "bin")
	require.NoError(t, os.Mkdir(bin, 0o755))
	for name, script := range commands {
		require.NoError(t, os.WriteFile(filepath.Join(bin, name), []byte("#!/usr/bin/env bash\nset -euo pipefail\n"+script), 0o755))
	}
	b.env = append(append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "RUNNER_TEMP="+b.dir, "GITHUB_OUTPUT="+filepath.Join(b.dir, "output")), env...)
	return b
}

func (b bench) run(t *testing.T, workflow, job, name string) (string, error) {
	t.Helper()
	_, parsed := workflows(t)
	cmd := exec.Command("bash", "-e", "-c", step(t, parsed[workflow], job, name).Run)
	cmd.Dir, cmd.Env = b.dir, b.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (b bench) write(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join(b.dir, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
}

func (b bench) read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(b.dir, name))
	if os.IsNotExist(err) {
		return ""
	}
	require.NoError(t, err)
	return string(text)
}

// fakeGH keeps comments in comments.json, and a line a call in calls; a file `lost` has it lose the list.
const fakeGH = `
method=GET expr=.
args=("$@")
for i in "${!args[@]}"; do
  case ${args[i]} in --method) method=${args[i + 1]} ;; --jq) expr=${args[i + 1]} ;; repos/*) path=${args[i]} ;; esac
done
echo "$method $path" >>calls
case $method in
GET)
  if [ -f lost ]; then echo "gh: HTTP 502" >&2; exit 1; fi
  jq -r "$expr" comments.json ;;
POST)
  jq --rawfile body body.md '. + [{id: (length + 10), user: {type: "Bot"}, body: $body}]' comments.json >new.json ;;
PATCH)
  jq --rawfile body body.md --arg id "${path##*/}" 'map(if (.id | tostring) == $id then .body = $body else . end)' comments.json >new.json ;;
esac
if [ -f new.json ]; then mv new.json comments.json; fi
`

// commented is a bench of the comment's script, with comments that are there before.
func commented(t *testing.T, head, comments string) bench {
	t.Helper()
	if _, err := exec.LookPath("jq"); err != nil {
		t.Skip("jq, by which the list of comments is read here as gh does it, is not installed")
	}
	b := newBench(t, map[string]string{"gh": fakeGH}, "GITHUB_REPOSITORY=o/r", "PULL=7", "HEAD="+head)
	b.write(t, "comments.json", comments)
	return b
}

const (
	firstHead  = "0123456789abcdef0123456789abcdef01234567"
	secondHead = "89abcdef0123456789abcdef0123456789abcdef"
)

func (b bench) comment(t *testing.T) (string, error) {
	t.Helper()
	return b.run(t, "preview", "comment", "comment, edited in place")
}

func (b bench) bodies(t *testing.T) []string {
	t.Helper()
	var comments []struct{ Body string }
	require.NoError(t, json.Unmarshal([]byte(b.read(t, "comments.json")), &comments))
	var all []string
	for _, c := range comments {
		all = append(all, c.Body)
	}
	return all
}

// A stack has one comment, which the next push edits; somebody else's stay as they are. It says of which commit it is.
func TestOneCommentAStack(t *testing.T) {
	theirs := summary.Marker("dev") + " quoted by a person"
	b := commented(t, firstHead, fmt.Sprintf(`[{"id": 1, "user": {"type": "User"}, "body": %q}, {"id": 2, "user": {"type": "Bot"}, "body": "coverage"}]`, theirs))
	text := summary.Marker("dev") + "\n### Neo4j: stack `dev`: größer 🌱\n"
	b.write(t, "previews/preview-dev/dev.md", text)
	out, err := b.comment(t)
	require.NoError(t, err, out)
	assert.Equal(t, []string{theirs, "coverage", text + "\nOf commit 0123456.\n"}, b.bodies(t))
	out, err = b.comment(t)
	require.NoError(t, err, out)
	assert.Equal(t, "GET repos/o/r/issues/7/comments\nPOST repos/o/r/issues/7/comments\nGET repos/o/r/issues/7/comments\nPATCH repos/o/r/issues/comments/12\n", b.read(t, "calls"))
	assert.Len(t, b.bodies(t), 3)
}

// Where the list of comments is lost nothing is written: a second comment of the same stack would never be edited again.
func TestALostListOfComments(t *testing.T) {
	b := commented(t, firstHead, "[]")
	b.write(t, "previews/preview-dev/dev.md", summary.Marker("dev")+"\n")
	b.write(t, "lost", "")
	out, err := b.comment(t)
	require.Error(t, err, out)
	assert.Equal(t, "GET repos/o/r/issues/7/comments\n", b.read(t, "calls"))
}

// A preview that came to no summary leaves no summary of an earlier commit standing.
func TestACommentOfAnEarlierCommit(t *testing.T) {
	b := commented(t, secondHead, fmt.Sprintf(`[{"id": 1, "user": {"type": "Bot"}, "body": %q}, {"id": 2, "user": {"type": "Bot"}, "body": %q}]`,
		summary.Marker("dev")+"\nold", summary.Marker("gke")+"\nold"))
	b.write(t, "previews/preview-dev/dev.md", summary.Marker("dev")+"\nnew\n")
	out, err := b.comment(t)
	require.NoError(t, err, out)
	assert.Equal(t, []string{
		summary.Marker("dev") + "\nnew\n\nOf commit 89abcde.\n",
		summary.Marker("gke") + "\n### Neo4j: stack `gke`: no summary\n\nThe preview of commit 89abcde ended before it had one: its run says why.\n",
	}, b.bodies(t))
}

// A summary that GitHub would not take goes without its drawing, and then without its last lines: no character and no fence is cut open.
func TestALongComment(t *testing.T) {
	drawing := "\n```mermaid\n" + strings.Repeat("  é\n", 20000) + "```\n"
	rows := "| key | value |\n| --- | --- |\n" + strings.Repeat("| `ключ` | `значение` |\n", 5000)
	for text, want := range map[string]string{
		"\nshort\n" + drawing: "\nshort\n\n",
		rows + drawing:        "",
	} {
		b := commented(t, firstHead, "[]")
		b.write(t, "previews/preview-dev/dev.md", summary.Marker("dev")+text)
		out, err := b.comment(t)
		require.NoError(t, err, out)
		body := b.bodies(t)[0]
		assert.Less(t, len(body), 65536)
		assert.NotContains(t, body, "```")
		if want != "" {
			assert.Equal(t, summary.Marker("dev")+want+"\nOf commit 0123456.\n", body)
			continue
		}
		assert.True(t, strings.HasSuffix(body, "| `ключ` | `значение` |\n\nThe rest is in the summary of the run.\n\nOf commit 0123456.\n"), body[len(body)-200:])
		assert.Greater(t, len(body), 59000)
	}
}

// A preview begins from nothing where there are no credentials, or no such stack yet. Of a state that cannot be read it shows nothing.
func TestTheStateOfAPreview(t *testing.T) {
	const fakePulumi = `
echo "$*" >>calls
if [ "$1 $2" = "stack select" ] && [ -n "$SELECT" ]; then echo "$SELECT" >&2; exit 6; fi
if [ "$1" = login ] && [ "$2" = "$BROKEN" ]; then echo "error: problem logging in" >&2; exit 1; fi
`
	nothing := "login file://RUNNER/state\nstack init gke\n"
	for name, c := range map[string]struct {
		backend, passphrase, answer, broken string
		calls, real                         string
	}{
		"no backend":             {"", "p", "", "", nothing, "real=no\n"},
		"a fork, without secret": {"s3://b", "", "", "", nothing, "real=no\n"},
		"a state":                {"s3://b", "p", "", "", "login s3://b\nstack select gke\n", "real=yes\n"},
		"a stack to come":        {"s3://b", "p", "error: no stack named 'gke' found", "", "login s3://b\nstack select gke\n" + nothing, "real=no\n"},
		"another stack":          {"s3://b", "p", "error: no stack named 'gke-old' found", "", "login s3://b\nstack select gke\n", ""},
		"a state out of reach":   {"s3://b", "p", "error: could not list bucket: 403\nforbidden", "", "login s3://b\nstack select gke\n", ""},
		"no login":               {"s3://b", "p", "", "s3://b", "login s3://b\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, map[string]string{"pulumi": fakePulumi}, "STACK=gke", "BACKEND="+c.backend, "PULUMI_ACCESS_TOKEN=",
				"PULUMI_CONFIG_PASSPHRASE="+c.passphrase, "SELECT="+c.answer, "BROKEN="+c.broken)
			out, err := b.run(t, "preview", "preview", "the state")
			assert.Equal(t, c.real != "", err == nil, out)
			assert.Equal(t, c.calls, strings.ReplaceAll(b.read(t, "calls"), b.dir, "RUNNER"))
			assert.Equal(t, c.real, b.read(t, "output"))
			if strings.Contains(c.answer, "403") {
				assert.Contains(t, out, "::error::the state of gke cannot be read, and nothing is previewed: error: could not list bucket: 403 forbidden\n")
			}
		})
	}
}

// An update without a plan says why there is none, and touches nothing.
func TestAnUpdateWithoutAPlan(t *testing.T) {
	b := newBench(t, map[string]string{"pulumi": `echo "$*" >>calls` + "\n"}, "STACK=gke", "BACKEND=s3://b")
	out, err := b.run(t, "up", "up", "update")
	require.Error(t, err)
	assert.Contains(t, out, "::error::the reviewed preview of gke kept no plan")
	assert.Empty(t, b.read(t, "calls"))
	b.write(t, "preview/plan.json", "{}")
	out, err = b.run(t, "up", "up", "update")
	require.NoError(t, err, out)
	assert.Equal(t, "login s3://b\nup --yes --non-interactive --skip-preview --stack gke --policy-pack policy/pack --plan preview/plan.json\n", b.read(t, "calls"))
}
