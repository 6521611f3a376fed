package onbox

import (
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestBadChanges gives a running server one change after another that it does not come back from: each ends the update within a minute of the
// server's end, says why in the server's or in Kubernetes' own words, and the next update takes its place at once.
func TestBadChanges(t *testing.T) {
	t.Parallel()
	p := newProject(t, onTheBox(t), "dev", "bad-changes")
	p.set("cluster.edition", "community")
	p.set("cluster.release", "2026.08.1")
	p.set("cluster.primaries", 1)
	p.up()
	p.bolt("MERGE (n:Note {text: $text})", map[string]any{"text": "kept"})
	running := p.uids()

	p.set(`cluster.settings["db.transaction.timeuot"]`, "10s")
	assert.Contains(t, p.refused(), "is no setting of 2026", "an unknown setting is refused before anything is touched")
	assert.Equal(t, running, p.uids())
	p.must("config", "rm", "--path", "cluster.settings")

	p.kubectl("create", "secret", "generic", "timeout", "--from-literal", "value=banana")
	for _, bad := range []struct {
		what, remove string
		set          map[string]any
		want         string
	}{
		{"a value that the server refuses", `cluster.settings`, map[string]any{
			`cluster.settings["db.transaction.timeout"].secret`: "timeout", `cluster.settings["db.transaction.timeout"].key`: "value"},
			`neo4j-0 does not come up: container neo4j ended with exit code \d+ \(Error\); its log says: .*db\.transaction\.timeout`},
		{"an image that is not there", "cluster.image", map[string]any{"cluster.image.name": "neo4j:none"},
			`neo4j-0 does not come up: container neo4j: (ImagePullBackOff|ErrImagePull|ErrImageNeverPull): `},
		{"more memory than any node has", "cluster.resources", map[string]any{"cluster.resources.memory": "900Gi"},
			`neo4j-0 does not come up: it is not scheduled: 0/3 nodes are available: .*Insufficient memory`},
		{"a volume that cannot be had", "cluster.volumes", map[string]any{
			"cluster.volumes[0].name": "more", "cluster.volumes[0].mountPath": "/more", "cluster.volumes[0].secret": "none"},
			`neo4j-0 does not come up: FailedMount: MountVolume.SetUp failed for volume "more" : secret "none" not found`},
	} {
		for path, value := range bad.set {
			p.set(path, value)
		}
		out := p.refused()
		took := time.Since(p.made("neo4j-0"))
		t.Logf("%s: the update ended %s after the server", bad.what, took.Round(time.Second))
		assert.LessOrEqual(t, took, time.Minute, bad.what)
		assert.Regexp(t, regexp.MustCompile(bad.want), out, bad.what)
		p.must("config", "rm", "--path", bad.remove)
	}
	out := p.up()
	assert.Contains(t, out, "neo4j-0 is of an earlier plan and down: replaced at once")
	assert.Equal(t, []string{"kept"}, p.bolt("MATCH (n:Note) RETURN n.text", nil))
	p.unchanged()
}

// made is when a member's pod was made, which is when the one before was gone.
func (p *project) made(name string) time.Time {
	p.t.Helper()
	at, err := time.Parse(time.RFC3339, p.kubectl("get", "pod", name, "-o", "jsonpath={.metadata.creationTimestamp}"))
	require.NoError(p.t, err)
	return at
}
