package onbox

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestReleaseChange takes a running cluster of 3.5 to another release, member by member, while somebody writes: the two pre-releases are
// those of 3.5 that can be had, and leave the store's format as it is.
func TestReleaseChange(t *testing.T) {
	t.Parallel()
	const from, to = "3.5.0-beta02", "3.5.0-beta03"
	p := newProject(t, onTheBox(t), "dev", "release")
	p.set("cluster.release", from)
	p.up()
	p.write("a-three")
	before := p.uids()
	p.requireRelease(from)

	p.set("cluster.release", to)
	out, err := p.run(2*time.Minute, "preview")
	require.NoError(t, err, out)
	for _, note := range []string{
		from + " -> " + to + " cannot be taken back, for no release opens a store that a newer one has written: have a full backup of every database first",
		"backups of before are no base for incremental ones: take a full one into an empty folder right afterwards",
		"members of both releases run side by side, which is for releases that leave the store's format as it is",
	} {
		assert.Contains(t, out, "neo4j:cluster.release: "+note)
	}
	assert.Contains(t, out, "replaces 3 of 3 members, one at a time, the one that leads most databases last")
	assert.Equal(t, before, p.uids(), "a preview touches nobody")

	stop := p.keepWriting()
	out = p.up()
	stop()
	p.requireLeaderLast(out)
	now := p.uids()
	require.Len(t, now, 3)
	for name, uid := range before {
		assert.NotEqual(t, uid, now[name], "%s is of the present plan", name)
		requireNotes(t, p, name, "a-three")
	}
	p.requireRelease(to)
	assert.Equal(t, "3 cores, 0 read replicas", p.topology())
	p.write("b-five")
	requireNotes(t, p, "neo4j-0", "a-three", "b-five")
	p.unchanged()

	p.refusesTheWayBack(to, from)
}

// requireRelease asks every member for its release.
func (p *project) requireRelease(release string) {
	p.t.Helper()
	for name := range p.uids() {
		rows, err := p.cypher(name, "CALL dbms.components() YIELD versions RETURN versions[0]")
		require.NoError(p.t, err, name)
		assert.Equal(p.t, [][]any{{release}}, rows, name)
	}
}

// refusesTheWayBack wants an older release refused before anything is touched, in the preview too, and leaves the stack as it was.
func (p *project) refusesTheWayBack(now, older string) {
	p.t.Helper()
	before, version := p.uids(), p.versions()
	p.set("cluster.release", older)
	refusal := "neo4j:cluster.release: " + now + " -> " + older + " is refused, nothing was touched: a store is never opened by an older release than the one that wrote it"
	out, err := p.run(2*time.Minute, "preview")
	require.Error(p.t, err, "a reviewer sees the refusal\n%s", out)
	assert.Contains(p.t, out, refusal)
	assert.Contains(p.t, p.refused(), refusal)
	assert.Equal(p.t, before, p.uids())
	assert.Equal(p.t, version, p.versions(), "nothing was touched")
	p.set("cluster.release", now)
	p.unchanged()
}
