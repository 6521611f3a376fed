package onbox

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// turns are the members in the order in which they were replaced.
var turns = regexp.MustCompile(`replacement of (\S+): \S+ is replaced(: it leads the cluster, so it comes last)?`)

// TestRollingChange changes a running cluster of 3.5: settings that running members take; one that they do not, with the update killed on the way; a value that the JVM refuses, which
// costs one member and a minute; and the way back.
func TestRollingChange(t *testing.T) {
	t.Parallel()
	p := newProject(t, onTheBox(t), "dev", "rolling")
	p.set("cluster.secondaries", 1)
	p.up()
	p.write("a-three")
	before := p.uids()

	p.takesLive(before)

	p.set(`cluster.settings["dbms.transaction.bookmark_ready_timeout"]`, "90s")
	out := p.killedAfter("replacement of neo4j-read-0: done in")
	require.NotEqual(t, before["neo4j-read-0"], p.uids()["neo4j-read-0"], "one that never votes comes first\n%s", out)
	p.must("cancel", "--yes")
	out = p.up()
	assert.NotContains(t, p.requireLeaderLast(out), "neo4j-read-0", "what is done is not done again")
	now := p.uids()
	for name, uid := range before {
		assert.NotEqual(t, uid, now[name], "%s is of the present plan", name)
		assert.Equal(t, "90000ms", p.setting(name, "dbms.transaction.bookmark_ready_timeout"), name)
		assert.Equal(t, "20000ms", p.setting(name, "dbms.transaction.timeout"), "%s read it when it started", name)
		requireNotes(t, p, name, "a-three")
	}
	p.unchanged()

	p.must("config", "set-all", "--path", "--plaintext", "cluster.jvm.arguments[2]=-XX:MetaspaceSize=bogus")
	out = p.refused()
	assert.Regexp(t, `neo4j-read-0 does not come up: container neo4j ended with exit code 1 \(Error\); its log says: .*MetaspaceSize=bogus`, out)
	broken := p.uids()
	for _, name := range []string{"neo4j-0", "neo4j-1", "neo4j-2"} {
		assert.Equal(t, now[name], broken[name], "a bad change stops at the first member")
	}
	p.write("b-five")

	p.must("config", "rm", "--path", "cluster.jvm.arguments[2]")
	out = p.up()
	assert.Contains(t, out, "neo4j-read-0 is of an earlier plan and down: replaced at once")
	mended := p.uids()
	for _, name := range []string{"neo4j-0", "neo4j-1", "neo4j-2"} {
		assert.Equal(t, now[name], mended[name], "who runs the plan that came back is not replaced")
	}
	requireNotes(t, p, "neo4j-read-0", "a-three", "b-five")
	p.unchanged()

	p.handsOver()
}

// handsOver has the leader's pod deleted, as a drain of its node does: another member leads while the server of the one before is still
// there. One that is told to end without that leads until its process is gone.
func (p *project) handsOver() {
	p.t.Helper()
	leader := p.leader()
	others := map[string]string{}
	for _, name := range []string{"neo4j-0", "neo4j-1", "neo4j-2"} {
		if name != leader {
			address, stop := p.forward(name, 7474)
			defer stop()
			others[name] = address
		}
	}
	before, _, _ := strings.Cut(p.uids()[leader], "/")
	p.kubectl("delete", "pod", leader, "--wait=false")
	client := &http.Client{Timeout: 2 * time.Second}
	eventually(p.t, time.Minute, "another leader", func() error {
		for _, address := range others {
			answer, err := client.Get("http://" + address + "/db/manage/server/core/writable")
			if err != nil {
				return err
			}
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		return fmt.Errorf("neither of %v leads", slices.Sorted(maps.Keys(others)))
	})
	state := p.kubectl("get", "pod", leader, "-o", "jsonpath={.metadata.uid} {.status.containerStatuses[0].state}")
	assert.Contains(p.t, state, before, "its pod is gone already")
	assert.Contains(p.t, state, `"running"`, "its server is gone already")
	eventually(p.t, 3*time.Minute, "another pod in its place", func() error {
		if now := p.uids()[leader]; now == "" || strings.HasPrefix(now, before) {
			return fmt.Errorf("%s is %q", leader, now)
		}
		return nil
	})
	p.up()
	requireNotes(p.t, p, leader, "a-three", "b-five")
}

// requireLeaderLast reads in what an update printed that three members had their turns, who led last, and gives their names.
func (p *project) requireLeaderLast(out string) map[string]bool {
	p.t.Helper()
	told := map[string]bool{} // once as it happens, and once more at the end
	for _, turn := range turns.FindAllStringSubmatch(out, -1) {
		told[turn[1]] = true
		if turn[2] != "" {
			assert.Len(p.t, told, 3, "the leader comes last\n%s", out)
		}
	}
	require.Len(p.t, told, 3, out)
	return told
}

// takesLive changes a setting that a running server takes: nobody restarts, every member has it, and what a member refuses is written nowhere.
func (p *project) takesLive(running map[string]string) {
	const name = "dbms.transaction.timeout"
	p.set(`cluster.settings["`+name+`"]`, "30s")
	p.set(`cluster.settings["dbms.logs.query.threshold"]`, "2s")
	out, err := p.run(2*time.Minute, "preview")
	require.NoError(p.t, err, out)
	assert.Contains(p.t, out, "applied live, nobody restarts: "+name+" its default -> 30s")
	assert.NotContains(p.t, out, "replaces")
	assert.Contains(p.t, p.up(), "settings of neo4j-0: neo4j-0 takes dbms.logs.query.threshold=2s, "+name+"=30s")
	p.set(`cluster.settings["`+name+`"]`, "20s")
	p.must("config", "rm", "--path", `cluster.settings["dbms.logs.query.threshold"]`)
	p.up()
	for member := range running {
		assert.Equal(p.t, "20000ms", p.setting(member, name), member)
		assert.Equal(p.t, "0ms", p.setting(member, "dbms.logs.query.threshold"), "%s: back to its default", member)
	}
	assert.Equal(p.t, running, p.uids(), "nobody restarted")
	p.unchanged()
}

// setting is what a running member says that it has.
func (p *project) setting(member, name string) string {
	p.t.Helper()
	rows, err := p.cypher(member, "CALL dbms.listConfig('"+name+"') YIELD name, value WITH * WHERE name = '"+name+"' RETURN value")
	require.NoError(p.t, err)
	require.Len(p.t, rows, 1, "%s on %s", name, member)
	return fmt.Sprint(rows[0][0])
}

// killedAfter kills an update when it has printed a text: the engine saves nothing more.
func (p *project) killedAfter(text string) string {
	p.t.Helper()
	ctx, kill := context.WithCancel(p.t.Context())
	defer kill()
	p.undone = true
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
