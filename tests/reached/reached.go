// Package reached opens the members of a scripted cluster as an operation reaches those of a real one: over real sockets, at addresses of
// the test's own. It is for tests only.
package reached

import (
	"testing"

	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/tests/dial"
	"neo4j-kubernetes/tests/scripted"
	"neo4j-kubernetes/verify"
)

// Secret is the password that the scripted members take.
const Secret = "scripted-password"

// Servers serves a scripted cluster of 5.x or later of a topology until the test ends, and gives its members, open.
func Servers(t testing.TB, topology neo4j.Topology, c *scripted.Cluster) verify.Members {
	t.Helper()
	return open(t, topology, dial.To(scripted.Servers(t, topology, func() *scripted.Server { return &scripted.Server{Password: Secret} }, c.At)))
}

// Cores is the same for a scripted cluster of 4.x.
func Cores(t testing.TB, topology neo4j.Topology, c *scripted.Cores) verify.Members {
	t.Helper()
	return open(t, topology, dial.Ports(c.Served(t, topology, Secret)))
}

func open(t testing.TB, topology neo4j.Topology, to reach.Dialer) verify.Members {
	t.Helper()
	members, err := verify.Over(to, topology, reach.Login{Password: Secret})
	require.NoError(t, err)
	t.Cleanup(members.Close)
	return members
}
