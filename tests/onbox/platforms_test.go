package onbox

import (
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// awsController stands for the AWS Load Balancer Controller, by whose API group the program knows that it is installed; the box gives the
// addresses in its place.
const awsController = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: targetgroupbindings.elbv2.k8s.aws
  annotations: {api-approved.kubernetes.io: unapproved}
spec:
  group: elbv2.k8s.aws
  scope: Namespaced
  names: {kind: TargetGroupBinding, plural: targetgroupbindings}
  versions:
    - {name: v1beta1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}
`

// TestPlatforms brings up the stacks of the clouds, and that for any cluster, with their own classes, zones and load balancers.
func TestPlatforms(t *testing.T) {
	t.Parallel()
	b := onTheBox(t)
	t.Run("gke", func(t *testing.T) {
		p := b.platform(t, "gke") // the box has the class that GKE brings
		p.set("cluster.release", "3.5.0-beta03")
		p.set("cluster.placement.zones", "require")
		assert.Contains(t, p.up(), "LEADER")
		assert.Equal(t, "3 cores, 0 read replicas", p.topology())
		nodes := strings.Fields(p.kubectl("get", "pods", "-l", "app.kubernetes.io/name=neo4j", "-o", "jsonpath={.items[*].spec.nodeName}"))
		assert.ElementsMatch(t, []string{"dev1", "dev2", "dev3"}, nodes, "a member a node, and a node a zone")
		assert.Equal(t, "premium-rwo premium-rwo premium-rwo", p.kubectl("get", "pvc", "-o", "jsonpath={.items[*].spec.storageClassName}"))
		p.servesByBalancer(t, "neo4j-0")
		p.leavesNothing(t)
	})
	t.Run("eks", func(t *testing.T) {
		b.apply(t, awsController)
		t.Cleanup(func() { _, _ = b.tryKubectl("delete", "crd", "targetgroupbindings.elbv2.k8s.aws") })
		p := b.platform(t, "eks")
		p.set("cluster.edition", "community")
		p.set("cluster.primaries", 1)
		p.up()
		assert.Equal(t, "neo4j-gp3", p.kubectl("get", "pvc", "-o", "jsonpath={.items[*].spec.storageClassName}"))
		volume := p.kubectl("get", "pvc", "-o", "jsonpath={.items[*].spec.volumeName}")
		p.servesByBalancer(t, "neo4j-0")
		p.leavesNothing(t)
		assert.Equal(t, "Released", p.kubectl("get", "pv", volume, "-o", "jsonpath={.status.phase}"), "the class keeps the disk, as the README says")
		p.kubectl("delete", "pv", volume)
	})
	t.Run("existing", func(t *testing.T) {
		p := b.platform(t, "existing")
		p.set("cluster.release", "5.26.30")
		p.set("cluster.edition", "community")
		p.set("cluster.primaries", 1)
		p.set("cluster.storage.class", "disk")
		p.set(`cluster.placement.nodeSelector["topology.kubernetes.io/zone"]`, "box-b")
		p.up()
		assert.Equal(t, "dev2", p.kubectl("get", "pod", "neo4j-0", "-o", "jsonpath={.spec.nodeName}"), "the one node of the zone")
		assert.Equal(t, "disk", p.kubectl("get", "pvc", "-o", "jsonpath={.items[*].spec.storageClassName}"))
		p.leavesNothing(t)
	})
}

// platform is a project of a platform's stack, in sizes that the box bears.
func (b *box) platform(t *testing.T, stack string) *project {
	t.Helper()
	p := newProject(t, b, stack, "on-"+stack)
	p.small()
	p.set("cluster.storage.size", "1Gi")
	p.set("cluster.storage.retain", false)
	p.set("cluster.protect", false)
	return p
}

// servesByBalancer dials the load balancer's address from a member's pod, by the output that names it.
func (p *project) servesByBalancer(t *testing.T, from string) {
	t.Helper()
	out := p.must("stack", "output", "outsideURI")
	at, err := url.Parse(strings.TrimSpace(out))
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(at.Hostname(), "10.80.0."), "the box's range of load balancers: %s", out)
	port, err := strconv.Atoi(at.Port())
	require.NoError(t, err)
	require.NoError(t, p.dials(p.Namespace, from, at.Hostname(), port))
}

// leavesNothing previews without a change, destroys, and finds nothing of the stack in the cluster.
func (p *project) leavesNothing(t *testing.T) {
	t.Helper()
	p.unchanged()
	p.must("destroy", "--yes", "--skip-preview")
	assert.Empty(t, p.kubectl("get", "pods,statefulsets,services,configmaps,secrets,pvc,networkpolicies,poddisruptionbudgets", "-l", "app.kubernetes.io/name=neo4j", "-o", "name"))
}
