package onbox

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	kills     = flag.Int("kills", 0, "how often TestKills kills an update; make kills says 30")
	killsSeed = flag.Uint64("kills.seed", 0, "what TestKills draws its moments from; 0 draws that, too")
)

// TestKills kills updates of a running cluster of 3.5 at random moments, of rolling changes, of growing disks, and of both at once: the
// next update ends proven, with all that was wanted.
func TestKills(t *testing.T) {
	if *kills == 0 {
		t.Skip("takes half an hour and more: make kills")
	}
	t.Parallel()
	b := onTheBox(t)
	seed := *killsSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("-kills %d -kills.seed %d", *kills, seed)
	k := &killing{project: newProject(t, b, "dev", "kills"), random: rand.New(rand.NewPCG(seed, 0)), gibibytes: 1, seconds: 30}
	k.set("cluster.storage.class", "disk")
	k.up()
	k.note()
	k.change(true, false)
	k.rolls = k.proven()
	k.change(false, true)
	k.grows = k.proven()
	t.Logf("undisturbed, a setting takes %s and a growth %s", k.rolls.Round(time.Second), k.grows.Round(time.Second))
	for done, round := 0, 0; done < *kills; round++ {
		// Bounded, so that updates that always end before they are killed are no endless test.
		require.Less(t, round, 10+10**kills, "only %d updates could be killed", done)
		both := k.random.IntN(4) == 0
		setting := round%2 == 0 || both
		k.change(setting, round%2 == 1 || both)
		within := k.grows
		if setting {
			within = k.rolls
		}
		for again := true; again && done < *kills; again = k.random.IntN(3) == 0 {
			if !k.killedWithin(time.Duration(k.random.Float64() * float64(within))) {
				break
			}
			done++
			k.must("cancel", "--yes")
			k.note()
			within /= 2 // less is left to do
		}
		took := k.proven()
		t.Logf("round %d: %d of %d kills; proven by an update of %s", round, done, *kills, took.Round(time.Second))
	}
}

// killing is a cluster whose updates are killed, and what it must have after the next one.
type killing struct {
	*project
	random *rand.Rand
	// gibibytes is the size of its disks, seconds the value of a setting that 3.5 takes at a start only, notes what was written.
	gibibytes, seconds int
	notes              []string
	// rolls and grows are how long an undisturbed change of the setting, and of the size, takes.
	rolls, grows time.Duration
}

// killed is that setting.
const killed = "dbms.transaction.bookmark_ready_timeout"

func (k *killing) change(setting, size bool) {
	if setting {
		k.seconds++
		k.set(`cluster.settings["`+killed+`"]`, fmt.Sprintf("%ds", k.seconds))
	}
	if size {
		k.gibibytes++
		k.set("cluster.storage.size", fmt.Sprintf("%dGi", k.gibibytes))
	}
}

// note writes one more note, through whoever leads now.
func (k *killing) note() {
	note := fmt.Sprintf("note-%03d", len(k.notes))
	k.write(note)
	k.notes = append(k.notes, note)
}

// proven updates the cluster, gives how long that took, and fails the test unless every member has all that was wanted.
func (k *killing) proven() time.Duration {
	t := k.t
	began := time.Now()
	out := k.up()
	took := time.Since(began)
	assert.Contains(t, out, "LEADER", out)
	assert.Equal(t, 2, followers(out), out)
	assert.Equal(t, "3 cores, 0 read replicas", k.topology())

	revision := k.kubectl("get", "statefulset", "neo4j", "-o", "jsonpath={.status.updateRevision}")
	require.NotEmpty(t, revision)
	revisions := k.kubectl("get", "pods", "-l", "app.kubernetes.io/name=neo4j", "-o", `jsonpath={.items[*].metadata.labels.controller-revision-hash}`)
	assert.Equal(t, []string{revision, revision, revision}, strings.Fields(revisions), "every member is of the present plan")
	members := []string{"neo4j-0", "neo4j-1", "neo4j-2"}
	requireDisks(t, k.project, k.gibibytes, members...)
	for _, name := range members {
		rows, err := k.cypher(name, "CALL dbms.listConfig('"+killed+"') YIELD value")
		require.NoError(t, err)
		assert.Equal(t, [][]any{{fmt.Sprintf("%d000ms", k.seconds)}}, rows, name)
		requireNotes(t, k.project, name, k.notes...)
	}
	k.unchanged()
	require.False(t, t.Failed(), "a cluster that is not as it should be is not changed again")
	return took
}
