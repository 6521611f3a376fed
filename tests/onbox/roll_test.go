package onbox

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// turns are the members in the order in which they were replaced.
var turns = regexp.MustCompile(`replacement of (\S+): \S+ is replaced(: it leads the cluster, so it comes last)?`)

// TestRollingChange changes a running cluster of 3.5: a setting, with the update killed on the way; a value that the JVM refuses, which
// costs one member and a minute; and the way back.
func TestRollingChange(t *testing.T) {
	t.Parallel()
	p := newProject(t, onTheBox(t), "dev", "rolling")
	p.set("cluster.secondaries", 1)
	p.up()
	p.write("a-three")
	before := p.uids()

	p.set(`cluster.settings["dbms.transaction.timeout"]`, "90s")
	out := p.killedAfter("replacement of neo4j-read-0: done in")
	require.NotEqual(t, before["neo4j-read-0"], p.uids()["neo4j-read-0"], "one that never votes comes first\n%s", out)
	p.must("cancel", "--yes")
	out = p.up()
	told := map[string]bool{} // once as it happens, and once more at the end
	for _, turn := range turns.FindAllStringSubmatch(out, -1) {
		assert.NotEqual(t, "neo4j-read-0", turn[1], "what is done is not done again")
		told[turn[1]] = true
		if turn[2] != "" {
			assert.Len(t, told, 3, "the leader comes last\n%s", out)
		}
	}
	require.Len(t, told, 3, out)
	now := p.uids()
	for name, uid := range before {
		assert.NotEqual(t, uid, now[name], "%s is of the present plan", name)
		rows, err := p.cypher(name, "CALL dbms.listConfig('dbms.transaction.timeout') YIELD value")
		require.NoError(t, err)
		assert.Equal(t, [][]any{{"90000ms"}}, rows, name)
		requireNotes(t, p, name, "a-three")
	}
	p.unchanged()

	p.must("config", "set-all", "--path", "--plaintext", "cluster.jvm.arguments[0]=-XX:MetaspaceSize=bogus")
	out = p.refused()
	assert.Regexp(t, `neo4j-read-0 does not come up: container neo4j ended with exit code 1 \(Error\); its log says: .*MetaspaceSize=bogus`, out)
	broken := p.uids()
	for _, name := range []string{"neo4j-0", "neo4j-1", "neo4j-2"} {
		assert.Equal(t, now[name], broken[name], "a bad change stops at the first member")
	}
	p.write("b-five")

	p.must("config", "rm", "--path", "cluster.jvm")
	out = p.up()
	assert.Contains(t, out, "neo4j-read-0 is of an earlier plan and down: replaced at once")
	mended := p.uids()
	for _, name := range []string{"neo4j-0", "neo4j-1", "neo4j-2"} {
		assert.Equal(t, now[name], mended[name], "who runs the plan that came back is not replaced")
	}
	requireNotes(t, p, "neo4j-read-0", "a-three", "b-five")
	p.unchanged()
}

// killedAfter kills an update when it has printed a text: the engine saves nothing more.
func (p *project) killedAfter(text string) string {
	p.t.Helper()
	ctx, kill := context.WithCancel(p.t.Context())
	defer kill()
	var out lockedBuffer
	cmd := p.Command(ctx, "up", "--yes", "--skip-preview")
	cmd.Stdout, cmd.Stderr = &out, &out
	require.NoError(p.t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for limit := time.After(10 * time.Minute); !strings.Contains(out.String(), text); {
		select {
		case err := <-ended:
			require.Failf(p.t, "the update ended before it was killed", "%v: no %q in\n%s", err, text, out.String())
		case <-limit:
			require.Failf(p.t, "the update did not come so far", "no %q in\n%s", text, out.String())
		case <-time.After(100 * time.Millisecond):
		}
	}
	kill()
	require.Error(p.t, <-ended)
	return out.String()
}
