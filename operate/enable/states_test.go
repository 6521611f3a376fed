package enable

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/tests/scripted"
)

func TestACordonedServerIsEnabledAgainAsItWas(t *testing.T) {
	for _, release := range []string{"5.0.0", "5.26.30", "2026.08.1"} {
		topology := planned(release, 3, 1)
		c, members := served(t, topology)
		c.Locked(func() { c.Server(host("neo4j-read-0")).State = "Cordoned" })
		said, err := enabled(t, members, topology, 10*time.Second)
		require.NoError(t, err, said)
		assert.Contains(t, said, "join of servers: neo4j-read-0 was Cordoned and is enabled again as server 5e7e7000-0000-4000-8000-000000000003\n")
		c.Locked(func() {
			assert.Equal(t, []string{"ENABLE SERVER '5e7e7000-0000-4000-8000-000000000003'"}, c.Orders)
			assert.Equal(t, "SECONDARY", c.Server(host("neo4j-read-0")).Constraint)
		})
	}
}

func TestACordonedServerThatIsNotWellIsWaitedFor(t *testing.T) {
	topology := planned("5.26.30", 3, 0)
	c, members := served(t, topology)
	c.Locked(func() {
		c.Server(host("neo4j-2")).State, c.Server(host("neo4j-2")).Health = "Cordoned", "Unavailable"
		c.After = func(c *scripted.Cluster) {
			if c.Looks == 12 {
				c.Server(host("neo4j-2")).Health = "Available"
			}
		}
	})
	said, err := enabled(t, members, topology, 10*time.Second)
	require.NoError(t, err, said)
	assert.Contains(t, said, "join of servers: neo4j-2 is Cordoned and Unavailable: it is enabled again when it is Available\n")
}

func TestWhoWasToldToLeaveByHandIsRefused(t *testing.T) {
	for _, state := range []string{"Deallocating", "Deallocated"} {
		topology := planned("5.26.30", 3, 1)
		c, members := served(t, topology)
		c.Locked(func() {
			c.AddressStays, c.Hold = true, true
			c.Server(host("neo4j-read-0")).State = state
		})
		_, err := enabled(t, members, topology, 10*time.Second)
		require.EqualError(t, err, "join of servers: neo4j-read-0 cannot be taken up: its server 5e7e7000-0000-4000-8000-000000000003 is "+state+
			", which nothing undoes (operations manual 5, \"managing servers in a cluster\"): it never hosts databases again; set neo4j:cluster.secondaries to 0 and update, which takes it out, and grow again then")
	}
	topology := planned("5.26.30", 4, 0)
	c, members := served(t, topology)
	c.Locked(func() { c.Server(host("neo4j-3")).State, c.Hold = "Deallocating", true })
	_, err := enabled(t, members, topology, 200*time.Millisecond)
	assert.EqualError(t, err, "join of servers: neo4j has not taken up all servers of its plan after 200ms: neo4j-3 has not joined "+
		"(without an address: 5e7e7000-0000-4000-8000-000000000003 Deallocating); the next update goes on from here")
}

// A member that was given an empty volume is another server at the same address, beside the old one.
func TestTheLiveliestServerOfAnAddressIsTheMembers(t *testing.T) {
	topology := planned("5.26.30", 4, 0)
	c, members := served(t, topology)
	c.Locked(func() {
		c.AddressStays, c.Hold = true, true
		old := c.Server(host("neo4j-3"))
		old.State, old.Health = "Deallocated", "Unavailable"
		c.Servers = append(c.Servers, &scripted.ModelServer{ID: "another", Host: host("neo4j-3"), State: "Free", Health: "Available", Version: "5.26.30"})
	})
	j := &joining{members: members, topology: topology}
	_, left, err := j.look(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []neo4j.Member{topology.Members[3]}, left)
	said, err := enabled(t, members, topology, 10*time.Second)
	require.NoError(t, err, said)
	assert.Contains(t, said, "neo4j-3 is enabled as server another")
}
