package onbox

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestGKE brings up the stack gke with the class, the zones and the load balancer that it is written for. By the commands that a user types
// it is TestStackScript's, as eks is.
func TestGKE(t *testing.T) {
	t.Parallel()
	b := onTheBox(t)
	p := newProject(t, b, "gke", "on-gke") // the box has the class that GKE brings
	p.set("cluster.placement.zones", "require")
	p.set("cluster.expose.httpInside", true)
	assert.Contains(t, p.up(), "LEADER")
	assert.Equal(t, "3 cores, 0 read replicas", p.topology())
	assert.ElementsMatch(t, []string{"dev1", "dev2", "dev3"}, p.nodes(), "a member a node, and a node a zone")
	assert.Equal(t, "premium-rwo premium-rwo premium-rwo", p.kubectl("get", "pvc", "-o", "jsonpath={.items[*].spec.storageClassName}"))
	address := b.servesByBalancer(t, p.must("stack", "output", "outsideURI"), p.Namespace, "neo4j-0")
	require.Error(t, b.dials(p.Namespace, "neo4j-0", address, 7474), "HTTP stays inside")
	require.NoError(t, b.dials(p.Namespace, "neo4j-0", "neo4j-http", 7474))
	p.leavesNothing(t)
}

// TestDedicatedPool is the stack for any cluster, of whose nodes one is a pool of its own by a taint, and what an update says that does not
// tolerate it. It runs alone: whoever does not tolerate the taint is without that node.
func TestDedicatedPool(t *testing.T) {
	b := onTheBox(t)
	b.clusterHas(t, "existing")
	p := newProject(t, b, "existing", "on-existing")
	p.set("cluster.release", "5.26.30")
	p.set("cluster.edition", "community")
	p.set("cluster.primaries", 1)
	p.set("cluster.storage.class", "disk")
	p.set(`cluster.placement.nodeSelector["topology.kubernetes.io/zone"]`, "box-c")

	p.set("cluster.placement.tolerations[0].value", "other")
	p.set("cluster.timeouts.ready", "30s")
	out := p.refused()
	assert.Contains(t, out, "neo4j-0: it is not scheduled: 0/3 nodes are available: 1 node(s) had untolerated taint", "the scheduler's words")
	assert.Contains(t, out, "Which taints of nodes the members tolerate is neo4j:cluster.placement.tolerations")

	p.set("cluster.placement.tolerations[0].value", "graph")
	p.must("config", "rm", "--path", "cluster.timeouts.ready")
	p.up()
	assert.Equal(t, []string{"dev3"}, p.nodes(), "the pool's one node")
	assert.Equal(t, "disk", p.kubectl("get", "pvc", "-o", "jsonpath={.items[*].spec.storageClassName}"))
	p.leavesNothing(t)
	b.makes(t, "existing", func(t *testing.T) {
		assert.ElementsMatch(t, []string{"dev1", "dev2", "dev3"}, b.nodesOf(t, "graph"), "the tainted one, too")
	})
}

// clusterHas gives the box, until the test ends, what a platform's Kubernetes cluster has and the box has not by itself.
func (b *box) clusterHas(t *testing.T, stack string) {
	t.Helper()
	script := func(verb string) {
		out, err := b.Command(context.Background(), "../../dev/platforms/cluster.sh", verb, stack).CombinedOutput()
		assert.NoError(t, err, "cluster.sh %s %s\n%s", verb, stack, out)
	}
	t.Cleanup(func() { script("remove") })
	script("make")
}

// nodes are those on which the members run.
func (p *project) nodes() []string {
	p.t.Helper()
	return p.box.nodesOf(p.t, p.Namespace)
}

// nodesOf are those on which the members in a namespace run.
func (b *box) nodesOf(t *testing.T, namespace string) []string {
	t.Helper()
	return strings.Fields(b.kubectl(t, "-n", namespace, "get", "pods", "-l", "app.kubernetes.io/name=neo4j", "-o", "jsonpath={.items[*].spec.nodeName}"))
}

// servesByBalancer dials the load balancer's address from a member's pod, by the output that names it, and gives the address.
func (b *box) servesByBalancer(t *testing.T, outsideURI, namespace, from string) string {
	t.Helper()
	at, err := url.Parse(strings.TrimSpace(outsideURI))
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(at.Hostname(), "10.80.0."), "the box's range of load balancers: %s", outsideURI)
	port, err := strconv.Atoi(at.Port())
	require.NoError(t, err)
	require.NoError(t, b.dials(namespace, from, at.Hostname(), port))
	return at.Hostname()
}

// leavesNothing previews without a change, destroys, and finds nothing of the stack in the cluster.
func (p *project) leavesNothing(t *testing.T) {
	t.Helper()
	p.unchanged()
	p.must("destroy", "--yes", "--skip-preview")
	assert.Empty(t, p.kubectl("get", "pods,statefulsets,services,configmaps,secrets,pvc,networkpolicies,poddisruptionbudgets", "-l", "app.kubernetes.io/name=neo4j", "-o", "name"))
}
