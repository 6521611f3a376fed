package verify

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/tests/scripted"
)

// outside are addresses for clients outside of all members but one, which was not replaced yet: one name of the nodes, a port a member.
func outside(t neo4j.Topology) map[string]string {
	addresses := map[string]string{}
	for i, m := range t.Members[1:] {
		addresses[m.Host] = fmt.Sprintf("Nodes.example.org:%d", 31000+i)
	}
	return addresses
}

// A member is known by its own name, wherever it has clients dial.
func TestMembersWithAddressesOutsideAreProven(t *testing.T) {
	for _, release := range []string{"4.0.12", "4.4.38", "5.1.0", "5.26.30", "2026.08.1"} {
		t.Run(release, func(t *testing.T) {
			topology := planned(release, 3, 1)
			var members Members
			if topology.Release.Major == 4 {
				_, members = cored(t, topology, func(c *scripted.Cores) { c.Bolt = outside(topology) })
			} else {
				members = modelled(t, topology, func(c *scripted.Cluster) { c.Bolt = outside(topology) })
			}
			_, err := Prove(t.Context(), members, topology, Options{Timeout: 10 * time.Second, Canary: true})
			require.NoError(t, err)
		})
	}
}

func TestOverviewRowKnowsTheMemberByItsOwnName(t *testing.T) {
	topology := planned("3.5.35", 3, 0)
	members := Members{&reach.Members{Topology: topology}}
	for name, test := range map[string]struct {
		addresses []any
		want      Row
	}{
		"inside alone": {[]any{"http://short:7474", "bolt://" + host0 + ":7687"}, Row{Host: host0, Bolt: host0 + ":7687"}},
		"outside":      {[]any{"bolt://neo4j-0.Graph.example.org:7687", "http://" + host0 + ":7474"}, Row{Host: host0, Bolt: "neo4j-0.graph.example.org:7687"}},
		"a stranger":   {[]any{"http://short:7474", "bolt://stranger.graph.svc:7687"}, Row{Host: "stranger.graph.svc", Bolt: "stranger.graph.svc:7687"}},
	} {
		test.want.ID, test.want.Role = "id", leader
		assert.Equal(t, test.want, members.overviewRow([]any{"id", test.addresses, leader}), name)
	}
	assert.Equal(t, Row{}, members.overviewRow([]any{nil, nil, nil}), "an answer of another shape is no member")
}
