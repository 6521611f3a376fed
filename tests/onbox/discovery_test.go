package onbox

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestDiscovery forms real clusters of 3.4 and 3.5 by each resolver that a stack may choose in place of the list of names. Those who
// come later find the others by the same way, and shrinking is proven on the release whose members do not say who votes.
func TestDiscovery(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ resolver, release string }{{"DNS", "3.4.10"}, {"SRV", "3.4.10"}, {"K8S", "3.5.0-beta03"}} {
		t.Run(c.resolver+" "+c.release, func(t *testing.T) {
			t.Parallel()
			p := newProject(t, onTheBox(t), "dev", "discovery-"+strings.ToLower(c.resolver))
			p.set("cluster.release", c.release)
			p.set("cluster.discovery.type", c.resolver)
			out := p.up()
			assert.Equal(t, 2, followers(out), out)
			p.unchanged()
			before := p.uids()
			p.set("cluster.secondaries", 1)
			p.up()
			assert.Equal(t, "3 cores, 1 read replica", p.topology())
			if c.resolver == "DNS" {
				p.set("cluster.primaries", 5)
				p.up()
				p.set("cluster.primaries", 3)
				p.set("cluster.secondaries", 0)
				out = p.up()
				assert.Contains(t, out, "5 -> 4", "one member at a time")
				assert.Equal(t, "3 cores, 0 read replicas", p.topology(), "both pools shrank in one update")
				assert.Equal(t, before, p.uids(), "and nobody restarted")
			}
		})
	}
}
