package roll

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/types"

	"neo4j-kubernetes/operate"
)

// Pods of the present plan are replaced all the same where they are named, each once, in the order of every change.
func TestStalePodsAreReplaced(t *testing.T) {
	w := newWorld(1)
	named := map[types.UID]bool{}
	for name, p := range w.pods {
		p.outdated = false
		w.pods[name] = p
		named[p.uid] = name != "neo4j-1"
	}
	var said strings.Builder
	r := &rolling{pods: stale{w, named}, members: w, topology: w.topology, agree: w.agree}
	require.NoError(t, operate.Run(t.Context(), r, operate.Options{Timeout: time.Second, Pause: time.Millisecond, Progress: &said}), said.String())
	assert.Equal(t, []string{"neo4j-read-0", "neo4j-0", "neo4j-2"}, w.removed, "the leader last, and not the one that is not named")
}
