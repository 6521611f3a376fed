package onbox

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestStory is the blog post's story on 3.5 by the stack dev, and what may go wrong on the way.
func TestStory(t *testing.T) {
	t.Parallel()
	p := newProject(t, onTheBox(t), "dev", "story")
	out := p.up()
	assert.Contains(t, out, "LEADER", "the members' table ends an update")
	assert.Equal(t, 2, followers(out), out)
	assert.Equal(t, "3 cores, 0 read replicas", p.topology())
	p.unchanged()
	p.write("a-three")

	// Each chapter begins where the last one ended, so the first that fails ends the story.
	for _, chapter := range []struct {
		name string
		tell func(*testing.T)
	}{
		{"neo4jcheck says the same", p.checkedByCommand},
		{"browser and Bolt through a port-forward", func(t *testing.T) { p.servesBrowserAndBolt(t, 3) }},
		{"grow to five and back", p.growsAndShrinks},
		{"read replicas", p.takesReadReplicas},
		{"steps that would lose the quorum are refused", p.refusesToLoseTheQuorum},
		{"another stack may not take the members", p.refusesAnotherStack},
		{"Ctrl-C ends a check", p.endsByCtrlC},
		{"leader killed", func(t *testing.T) { p.survivesTheLeader(t, "a-three", "b-five") }},
		{"destroy keeps the data", p.keepsDataOverDestroy},
		{"nothing secret leaks", p.leaksNothing},
	} {
		told := t.Run(chapter.name, func(chapterT *testing.T) {
			p.t = chapterT
			defer func() { p.t = t }()
			chapter.tell(chapterT)
		})
		if !told {
			t.FailNow()
		}
	}
}

// TestLostNode runs alone: whoever has a pod on the node is without it.
func TestLostNode(t *testing.T) {
	p := newProject(t, onTheBox(t), "dev", "lost-node")
	p.up()
	p.write("a-three")
	p.survivesANode(t)
}

// TestMinikubeVolumes is the story with the minikube stack's own hostPath volumes and claims.
func TestMinikubeVolumes(t *testing.T) {
	t.Parallel()
	p := newProject(t, onTheBox(t), "minikube", "minikube-story")
	p.set("cluster.storage.retain", true)
	p.up()
	claims := p.kubectl("get", "pvc", "-o", "name")
	assert.Contains(t, claims, "datadir-neo4j-0")
	volumes := p.kubectl("get", "pv", "-o", "jsonpath={.items[*].spec.hostPath.path}")
	assert.Contains(t, volumes, "neo4j-2", "a folder of the node a member")
	p.write("a-three")
	p.growsAndShrinks(t)
	p.takesReadReplicas(t)
}

// TestBlogPostRelease is the story on the post's own release, with the post's own volumes.
func TestBlogPostRelease(t *testing.T) {
	t.Parallel()
	p := newProject(t, onTheBox(t), "minikube", "blog-post")
	p.set("cluster.release", "3.1.0-M13-beta3")
	p.set("cluster.storage.retain", true)
	out := p.up()
	assert.Equal(t, 2, followers(out), out)
	p.unchanged()
	p.servesBrowserAndBolt(t, 1)
	p.write("a-three")
	p.growsAndShrinks(t)
	p.takesReadReplicas(t)
	// The image's own entry point would end with an error where the volume has users. A member that starts while another's old address
	// can still be resolved would not be heard again: docs/adr/0009.
	p.restartsTogether(t, "a-three", "b-five")
}

// followers counts the followers in the table of members; the progress above it may name some too.
func followers(out string) int { return strings.Count(out, "│ FOLLOWER ") }

func (p *project) checkedByCommand(t *testing.T) {
	cmd := p.box.Command(t.Context(), p.box.neo4jcheck, "--stack", p.Stack, "--dir", p.Dir)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Contains(t, string(out), "LEADER")
	assert.Equal(t, 2, followers(string(out)), "%s", out)
}

// servesBrowserAndBolt expects the browser's page on 7474, and on 7687 the newest version of Bolt that the release speaks.
func (p *project) servesBrowserAndBolt(t *testing.T, bolt byte) {
	address, stop := p.forward("neo4j-0", 7474)
	defer stop()
	resp, err := http.Get("http://" + address + "/browser/")
	require.NoError(t, err)
	page, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, http.StatusOK, resp.StatusCode)
	assert.Contains(t, string(page), "Neo4j Browser")

	address, stop = p.forward("neo4j-1", 7687)
	defer stop()
	conn, err := net.DialTimeout("tcp", address, 10*time.Second)
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	// The Bolt preamble and four proposals: versions 3, 2, 1 and none. The server answers with the one it takes.
	_, err = conn.Write([]byte("\x60\x60\xb0\x17\x00\x00\x00\x03\x00\x00\x00\x02\x00\x00\x00\x01\x00\x00\x00\x00"))
	require.NoError(t, err)
	version := make([]byte, 4)
	_, err = io.ReadFull(conn, version)
	require.NoError(t, err)
	assert.Equal(t, []byte{0, 0, 0, bolt}, version)
}

func (p *project) growsAndShrinks(t *testing.T) {
	before := p.uids()
	p.set("cluster.primaries", 5)
	p.up()
	assert.Equal(t, "5 cores, 0 read replicas", p.topology())
	grown := p.uids()
	assert.Len(t, grown, 5)
	for name, id := range before {
		assert.Equal(t, id, grown[name], "growing restarts nobody")
	}
	p.write("b-five")
	requireNotes(t, p, "neo4j-4", "a-three", "b-five")

	p.set("cluster.primaries", 3)
	out := p.up()
	assert.Contains(t, out, "5 -> 4", "one member at a time")
	assert.Contains(t, out, "4 -> 3", "one member at a time")
	assert.Equal(t, before, p.uids(), "shrinking restarts nobody and removes the highest ordinals")
	for pod := range before {
		requireNotes(t, p, pod, "a-three", "b-five")
	}
	p.unchanged()
}

func (p *project) takesReadReplicas(t *testing.T) {
	before := p.uids()
	p.set("cluster.secondaries", 2)
	out := p.up()
	assert.Equal(t, 2, strings.Count(out, "READ_REPLICA"), out)
	assert.Equal(t, "3 cores, 2 read replicas", p.topology())
	requireNotes(t, p, "neo4j-read-1", "a-three", "b-five")
	p.unchanged()
	p.set("cluster.secondaries", 0)
	p.up()
	assert.Equal(t, before, p.uids(), "the cores do not notice")
	assert.Equal(t, "3 cores, 0 read replicas", p.topology())
}

func (p *project) refusesToLoseTheQuorum(t *testing.T) {
	before := p.uids()
	version := p.versions()
	for _, primaries := range []int{1, 2} {
		p.set("cluster.primaries", primaries)
		out, err := p.run(time.Minute, "preview")
		require.Error(t, err, "a reviewer sees the refusal\n%s", out)
		assert.Contains(t, out, "quorum")
		assert.Contains(t, p.refused(), "quorum")
	}
	assert.Equal(t, before, p.uids())
	assert.Equal(t, version, p.versions(), "nothing was touched")
	p.set("cluster.primaries", 3)
	p.unchanged()
}

// versions change with every write to one of the objects that an update touches.
func (p *project) versions() string {
	return p.kubectl("get", "statefulset,svc,pdb,configmap,secret", "-o", "jsonpath={.items[*].metadata.resourceVersion}")
}

func (p *project) refusesAnotherStack(t *testing.T) {
	before, version := p.uids(), p.versions()
	other, err := p.box.Clone(t.Context(), "../..", t.TempDir(), p.box.program, "dev", p.Stack+"-copied")
	require.NoError(t, err)
	defer func() {
		for _, args := range [][]string{{"destroy", "--yes", "--skip-preview"}, {"stack", "rm", "--yes", other.Stack}} {
			out, err := other.Pulumi(context.Background(), time.Minute, args...)
			assert.NoError(t, err, "pulumi %s\n%s", args, out)
		}
		assert.Equal(t, before, p.uids(), "the end of the one is not the end of the other")
		assert.Equal(t, version, p.versions(), "nothing was touched")
	}()
	for _, args := range [][]string{
		{"config", "set", "--path", "cluster.namespace", p.Namespace}, {"preview"}, {"up", "--yes", "--skip-preview"},
	} {
		out, err := other.Pulumi(t.Context(), time.Minute, args...)
		if args[0] == "config" {
			require.NoError(t, err, out)
			continue
		}
		require.Error(t, err, "pulumi %s\n%s", args, out)
		assert.Contains(t, out, "is refused, nothing was touched: it is there already and belongs to the stack organization/neo4j/"+p.Stack+"; ")
	}
}
