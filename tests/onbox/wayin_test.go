package onbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/tests/harness"
)

// TestWayIn has an ordinary driver outside the cluster's networks follow the routing table: on a cluster of 3.5 to the address that each
// member has by its own load balancer, then by its own port of the nodes, and on Community to the one address that it came by.
func TestWayIn(t *testing.T) {
	t.Parallel()
	b := onTheBox(t)
	client := filepath.Join(b.Home, "outside")
	require.NoError(t, harness.Build(t.Context(), client, "../outside"))
	t.Run("members", func(t *testing.T) {
		t.Parallel()
		p := newProject(t, b, "dev", "way-in")
		p.set("cluster.expose.members.type", "LoadBalancer")
		p.set("cluster.expose.members.address", "{member}.graph.example.org")
		p.up()
		p.unchanged()
		assert.Equal(t, "bolt+routing://neo4j-0.graph.example.org:7687", p.outsideURI())
		hosts := map[string]string{}
		eventually(t, time.Minute, "every member has a load balancer", func() error {
			for _, name := range []string{"neo4j-0", "neo4j-1", "neo4j-2"} {
				address, err := b.tryKubectl("-n", p.Namespace, "get", "service", name+"-outside", "-o", "jsonpath={.status.loadBalancer.ingress[0].ip}")
				if err != nil || address == "" {
					return fmt.Errorf("%s: %q %w", name, address, err)
				}
				hosts[name+".graph.example.org"] = address
			}
			return nil
		})
		p.routesOutside(t, client, hosts, "neo4j-0.graph.example.org:7687", "neo4j-1.graph.example.org:7687", "neo4j-2.graph.example.org:7687")

		// While the members change their addresses one by one, each is known by its own name.
		before := p.uids()
		p.set("cluster.expose.members.type", "NodePort")
		p.set("cluster.expose.members.address", "nodes.example.org")
		p.set("cluster.expose.members.nodePort", 31000)
		p.up()
		assert.NotEqual(t, before, p.uids(), "a member says another address only when it starts")
		hosts = map[string]string{"nodes.example.org": p.box.kubectl(t, "get", "node", "dev2", "-o", `jsonpath={.status.addresses[?(@.type=="InternalIP")].address}`)}
		p.routesOutside(t, client, hosts, "nodes.example.org:31000", "nodes.example.org:31001", "nodes.example.org:31002")
	})
	for name, of := range map[string]struct{ stack, release string }{"a server of 5.26": {"gke", "5.26.30"}, "a server of 2026.08": {"dev", "2026.08.1"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProject(t, b, of.stack, "way-in-"+strings.ReplaceAll(of.release, ".", "-"))
			p.set("cluster.release", of.release)
			p.set("cluster.edition", "community")
			p.set("cluster.primaries", 1)
			p.set("cluster.expose.type", "LoadBalancer")
			p.up()
			_, address, found := strings.Cut(p.outsideURI(), "neo4j://10.80.0.")
			require.True(t, found, "the box's range of load balancers: %s", p.outsideURI())
			p.routesOutside(t, client, nil, "10.80.0."+address)
			if of.stack == "dev" {
				p.servesByNodesAndRanges(t, client, "10.80.0."+address)
			}
		})
	}
}

// servesByNodesAndRanges has the load balancer serve some network that is not the client's, and then the nodes serve everybody: Services change in
// place, and nobody restarts.
func (p *project) servesByNodesAndRanges(t *testing.T, client, balancer string) {
	t.Helper()
	before := p.uids()
	dials := func() error {
		out, err := p.box.Command(t.Context(), p.box.Bin, "outside", "timeout", "5", "bash", "-c", "exec 3<>/dev/tcp/"+strings.ReplaceAll(balancer, ":", "/")).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		return nil
	}
	require.NoError(t, dials())
	p.set("cluster.expose.sourceRanges[0]", "203.0.113.0/24")
	p.up()
	eventually(t, time.Minute, "the client is turned away", func() error {
		if dials() == nil {
			return errors.New("it is served")
		}
		return nil
	})
	p.must("config", "rm", "--path", "cluster.expose.sourceRanges")
	node := p.box.kubectl(t, "get", "node", "dev2", "-o", `jsonpath={.status.addresses[?(@.type=="InternalIP")].address}`)
	p.set("cluster.expose.type", "NodePort")
	p.set("cluster.expose.address", node)
	p.up()
	port := p.kubectl("get", "service", "neo4j-client", "-o", `jsonpath={.spec.ports[?(@.name=="bolt")].nodePort}`)
	p.routesOutside(t, client, nil, node+":"+port)
	assert.Equal(t, before, p.uids(), "nobody restarts")
}

func (p *project) outsideURI() string {
	p.t.Helper()
	return strings.TrimSpace(p.must("stack", "output", "outsideURI"))
}

// routesOutside runs the client outside, where hosts are the names that it can resolve, and holds that its routing table has the addresses, and
// that what it writes is read from each of them.
func (p *project) routesOutside(t *testing.T, client string, hosts map[string]string, addresses ...string) {
	t.Helper()
	var names strings.Builder
	for name, address := range hosts {
		_, _ = fmt.Fprintf(&names, "%s %s\n", address, name)
	}
	file := filepath.Join(t.TempDir(), "hosts")
	require.NoError(t, os.WriteFile(file, []byte(names.String()), 0o600))
	_, at, _ := strings.Cut(p.outsideURI(), "://") // drivers of today say neo4j:// to 3.5, too
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	const resolving = `mount --bind "$0" /etc/hosts && exec "$@"`
	run := p.box.Command(ctx, p.box.Bin, "outside", "unshare", "--mount", "sh", "-c", resolving, file, client, "neo4j://"+at)
	run.Env = append(run.Env, "NEO4J_PASSWORD="+p.password())
	var said strings.Builder
	run.Stderr = &said
	out, err := run.Output()
	require.NoError(t, err, "%s%s", out, said.String())
	var report struct {
		Table map[string][]string
		Wrote string
		Read  map[string]string
	}
	require.NoError(t, json.Unmarshal(out, &report), "%s", out)
	t.Logf("%s", out)
	same := map[string]string{}
	for _, address := range addresses {
		same[address] = "the same"
	}
	assert.Equal(t, same, report.Read)
	assert.ElementsMatch(t, addresses, report.Table["ROUTE"])
	assert.Contains(t, addresses, report.Wrote)
	assert.Equal(t, []string{report.Wrote}, report.Table["WRITE"])
}
