package scripted

import (
	"fmt"
	"net"
	"net/http/httptest"
	"strings"
	"testing"

	"neo4j-kubernetes/neo4j"
)

// ClusterOf is a healthy cluster of a topology's servers.
func ClusterOf(t neo4j.Topology) *Cluster {
	primaries, others := hostsOf(t)
	return NewCluster(t.Release.String(), primaries, others)
}

// CoresOf is a healthy cluster of 4.x of a topology's members.
func CoresOf(t neo4j.Topology) *Cores {
	cores, replicas := hostsOf(t)
	return NewCores(t.Release.String(), cores, replicas)
}

func hostsOf(t neo4j.Topology) (primaries, others []string) {
	for _, m := range t.Members {
		if m.Role == neo4j.Primary {
			primaries = append(primaries, m.Host)
		} else {
			others = append(others, m.Host)
		}
	}
	return primaries, others
}

// Served serves the members of a cluster of 4.x, Bolt a member and the HTTP port of all, and gives the address of a member's port.
func (c *Cores) Served(t testing.TB, topology neo4j.Topology, password string) func(m neo4j.Member, port int) string {
	t.Helper()
	family, err := neo4j.FamilyOf(topology.Release)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(c.Web())
	t.Cleanup(web.Close)
	bolt := Servers(t, topology, func() *Server { return &Server{Bolt: Version{Major: 4, Minor: 2}, Password: password} }, c.At)
	return func(m neo4j.Member, port int) string {
		if port == family.Ports.HTTP {
			return strings.TrimPrefix(web.URL, "http://")
		}
		return bolt(m)
	}
}

// Servers serves each member of a topology by a server that like makes, which needs no more than its users' passwords, and gives their
// addresses by the members' names. At gives the answers of the server at a host.
func Servers(t testing.TB, topology neo4j.Topology, like func() *Server, at func(host string) func(Query) Answer) func(neo4j.Member) string {
	t.Helper()
	addresses := map[string]string{}
	for _, m := range topology.Members {
		s := like()
		s.Release, s.Answer = topology.Release.String(), at(m.Host)
		if s.Bolt == (Version{}) {
			s.Bolt = Version{Major: 5, Minor: 8}
		}
		addresses[m.Name] = fmt.Sprintf("127.0.0.1:%d", s.Serve(t).Port())
	}
	return func(m neo4j.Member) string { return addresses[m.Name] }
}

// Nobody gives an address where connections are taken and closed, as a port-forward does when nobody listens in the pod.
func Nobody(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_ = c.Close()
		}
	}()
	return l.Addr().String()
}
