package onbox

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// growing is a class of the box whose volumes are disks that grow; refusing adds a parameter with which they do not.
const (
	growing = `
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: %s}
provisioner: box.local/dir
volumeBindingMode: WaitForFirstConsumer
allowVolumeExpansion: %t
`
	refusing = "parameters: {box.local/fail-expansion: the pool of disks is full}\n"
)

// TestDisksGrow lets the disks of a running cluster of 3.5 grow: together with a new member, refused by a class that cannot, by a driver
// that fails, and killed on the way.
func TestDisksGrow(t *testing.T) {
	t.Parallel()
	b := onTheBox(t)
	p := newProject(t, b, "dev", "disks")
	class := "disks-that-grow"
	t.Cleanup(func() { _, _ = b.tryKubectl("delete", "storageclass", class, "--ignore-not-found") })
	declare := func(expands bool, more string) {
		_, err := b.tryKubectl("delete", "storageclass", class, "--ignore-not-found")
		require.NoError(t, err)
		b.apply(t, fmt.Sprintf(growing, class, expands)+more)
	}
	declare(true, "")
	p.set("cluster.storage.class", class)
	p.up()
	p.write("a-three")
	before := p.uids()
	requireDisks(t, p, 1, "neo4j-0", "neo4j-1", "neo4j-2")

	p.set("cluster.storage.size", "2Gi")
	p.set("cluster.secondaries", 1)
	out, err := p.run(2*time.Minute, "preview")
	require.NoError(t, err, out)
	assert.Contains(t, out, "grows 3 volumes 1Gi -> 2Gi in place, nobody restarts")
	assert.NotContains(t, out, "replace", "the StatefulSets stay as they are")
	out = p.up()
	assert.Regexp(t, "growth of volumes: datadir-neo4j-0, datadir-neo4j-1, datadir-neo4j-2(, datadir-neo4j-read-0)? grow 1Gi -> 2Gi", out)
	requireDisks(t, p, 2, "neo4j-0", "neo4j-1", "neo4j-2", "neo4j-read-0")
	after := p.uids()
	for name, uid := range before {
		assert.Equal(t, uid, after[name], "%s serves on", name)
	}
	requireNotes(t, p, "neo4j-read-0", "a-three")
	p.unchanged()

	p.set("cluster.storage.size", "1Gi")
	assert.Contains(t, p.refused(), "neo4j:cluster.storage.size: 2Gi -> 1Gi is refused, nothing was touched: volumes do not shrink")
	declare(false, "")
	p.set("cluster.storage.size", "3Gi")
	assert.Contains(t, p.refused(), "neo4j:cluster.storage.size: 2Gi -> 3Gi is refused, nothing was touched: the storage class "+class+
		" of datadir-neo4j-0, datadir-neo4j-1, datadir-neo4j-2, datadir-neo4j-read-0 does not let volumes grow (allowVolumeExpansion)")
	declare(true, refusing)
	out = p.refused()
	assert.Contains(t, out, "datadir-neo4j-0 cannot grow from 2Gi to 3Gi: ControllerResizeError: ")
	assert.Contains(t, out, "the pool of disks is full")
	assert.Contains(t, out, "datadir-neo4j-read-0 is put back: it asks for 2147483649 bytes, the least that Kubernetes takes over its 2Gi")
	requireDisks(t, p, 2, "neo4j-0", "neo4j-1", "neo4j-2", "neo4j-read-0")
	p.write("b-five")

	declare(true, "")
	p.killedAfter("growth of volumes: datadir-neo4j-0")
	p.must("cancel", "--yes")
	p.up()
	requireDisks(t, p, 3, "neo4j-0", "neo4j-1", "neo4j-2", "neo4j-read-0")
	assert.Equal(t, after, p.uids(), "nobody restarted")
	for _, name := range []string{"neo4j-0", "neo4j-read-0"} {
		requireNotes(t, p, name, "a-three", "b-five")
	}
	p.unchanged()
}

// requireDisks fails the test unless the file systems below /data of the members are of a size in GiB, as the members themselves see them.
func requireDisks(t *testing.T, p *project, gibibytes int, members ...string) {
	t.Helper()
	for _, name := range members {
		out := p.kubectl("exec", name, "-c", "neo4j", "--", "df", "--output=size", "-B1M", "/data")
		var mebibytes int
		_, err := fmt.Sscan(strings.Fields(out)[1], &mebibytes)
		require.NoError(t, err, out)
		// A file system keeps some of its disk for itself.
		assert.InDelta(t, gibibytes*1024, mebibytes, float64(gibibytes*1024)/10, "%s: %s", name, out)
	}
}
