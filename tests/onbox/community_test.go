package onbox

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestCommunity takes a real Community server of 5.x and of the calendar releases through its life: up, proven, restarted,
// configured anew, destroyed and found again; the one of 5.26 becomes a calendar release in the end.
func TestCommunity(t *testing.T) {
	t.Parallel()
	for _, release := range []string{"5.26.30", "2026.08.1"} {
		t.Run(release, func(t *testing.T) {
			t.Parallel()
			p := newProject(t, onTheBox(t), "dev", "community-"+strings.ReplaceAll(release, ".", "-"))
			p.set("cluster.edition", "community")
			p.set("cluster.release", release)
			p.set("cluster.primaries", 1)
			p.set("cluster.storage.class", "disk")
			p.set("cluster.storage.volumes.logs", "share")
			p.set("cluster.storage.volumes.backups.size", "64Mi")
			p.set("cluster.storage.volumes.backups.class", "disk")
			out := p.up()
			assert.Contains(t, out, "SINGLE")
			assert.Contains(t, out, release)
			assert.Equal(t, "1 standalone server", p.topology())
			p.unchanged()
			p.bolt("MERGE (n:Note {text: $text})", map[string]any{"text": "kept"})

			firstLine := p.kubectl("exec", "neo4j-0", "--", "sh", "-c", "touch /backups/kept && head -1 /logs/debug.log")
			require.NotEmpty(t, firstLine)
			p.kubectl("delete", "pod", "neo4j-0")
			p.up()
			assert.Equal(t, firstLine, p.kubectl("exec", "neo4j-0", "--", "sh", "-c", "test -f /backups/kept && head -1 /logs/debug.log"), "logs and backups outlive a pod")
			assert.Equal(t, []string{"kept"}, p.bolt("MATCH (n:Note) RETURN n.text", nil), "a restart keeps the data")

			before := p.uids()
			const setting = "db.tx_log.rotation.retention_policy"
			p.set(`cluster.settings["`+setting+`"]`, "3 days")
			p.set("cluster.memory.heap", "300m")
			p.set("cluster.storage.size", "2Gi")
			out, err := p.run(time.Minute, "preview", "--diff")
			require.NoError(t, err, out)
			assert.Regexp(t, `\+ `+regexp.QuoteMeta(setting)+` *: "3 days"`, out, "a reviewer sees the setting, not a whole new file")
			assert.Contains(t, out, "grows 1 volume 1Gi -> 2Gi in place")
			p.up()
			requireDisks(t, p, 2, "neo4j-0")
			assert.NotEqual(t, before, p.uids(), "a changed configuration restarts the server")
			assert.Equal(t, []string{"3 days"}, p.bolt("SHOW SETTINGS '"+setting+"' YIELD value", nil))
			assert.Equal(t, []string{"300.00MiB"}, p.bolt("SHOW SETTINGS 'server.memory.heap.max_size' YIELD value", nil))
			assert.Equal(t, []string{"kept"}, p.bolt("MATCH (n:Note) RETURN n.text", nil))
			p.unchanged()

			p.set("cluster.primaries", 3)
			assert.Contains(t, p.refused(), "does not cluster")
			p.set("cluster.primaries", 1)

			p.must("destroy", "--yes", "--skip-preview")
			assert.Empty(t, strings.TrimSpace(p.kubectl("get", "pods", "-o", "name")))
			p.up()
			assert.Equal(t, []string{"kept"}, p.bolt("MATCH (n:Note) RETURN n.text", nil), "a destroy keeps the claim")

			if release == "5.26.30" {
				p.takesACalendarRelease(release, "2026.08.1")
			}
		})
	}
}

// takesACalendarRelease restarts a server of 5.26 as one of a calendar release, on the same volume and with the same settings.
func (p *project) takesACalendarRelease(from, to string) {
	p.t.Helper()
	before := p.uids()
	p.set("cluster.release", to)
	out, err := p.run(2*time.Minute, "preview")
	require.NoError(p.t, err, out)
	assert.Contains(p.t, out, "neo4j:cluster.release: "+from+" -> "+to+" cannot be taken back, for no release opens a store that a newer one has written: have a full backup of every database first")
	assert.Contains(p.t, out, "replaces the server: nobody is served until it has started again")
	assert.Equal(p.t, before, p.uids(), "a preview touches nobody")

	out = p.up()
	assert.Contains(p.t, out, to)
	assert.Equal(p.t, []string{to}, p.bolt("CALL dbms.components() YIELD name, versions WHERE name = 'Neo4j Kernel' RETURN versions[0]", nil))
	assert.Equal(p.t, []string{"kept"}, p.bolt("MATCH (n:Note) RETURN n.text", nil), "the release opens the store of the one before")
	assert.Equal(p.t, []string{"3 days"}, p.bolt("SHOW SETTINGS 'db.tx_log.rotation.retention_policy' YIELD value", nil), "what was set stays set")
	p.unchanged()
	p.refusesTheWayBack(to, from)
}

// bolt runs one statement on the server that stands alone, and gives the first value of each row as text. The driver asks it who serves
// what, and dials the answer: through a port-forward it must be the address that the driver came by.
func (p *project) bolt(statement string, parameters map[string]any) []string {
	p.t.Helper()
	address, stop := p.forward("neo4j-0", 7687)
	defer stop()
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute)
	defer cancel()
	driver, err := neo4j.NewDriverWithContext("neo4j://"+address, neo4j.BasicAuth("neo4j", p.password(), ""))
	require.NoError(p.t, err)
	defer func() { _ = driver.Close(ctx) }()
	result, err := neo4j.ExecuteQuery(ctx, driver, statement, parameters, neo4j.EagerResultTransformer)
	require.NoError(p.t, err, statement)
	var values []string
	for _, record := range result.Records {
		values = append(values, fmt.Sprint(record.Values[0]))
	}
	return values
}
