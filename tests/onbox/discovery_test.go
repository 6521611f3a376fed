package onbox

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestDiscovery forms a real 3.5 cluster by each resolver that the stack may choose in place of the list of names, and grows it: those
// who come later find the others by the same way.
func TestDiscovery(t *testing.T) {
	for _, resolver := range []string{"DNS", "SRV", "K8S"} {
		t.Run(resolver, func(t *testing.T) {
			p := newProject(t, onTheBox(t), "dev", "discovery-"+strings.ToLower(resolver))
			p.set("cluster.discovery.type", resolver)
			out := p.up()
			assert.Equal(t, 2, strings.Count(out, "FOLLOWER"), out)
			p.unchanged()
			p.set("cluster.secondaries", 1)
			p.up()
			assert.Equal(t, "3 cores, 1 read replica", p.topology())
		})
	}
}
