package neo4j

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestWaits(t *testing.T) {
	spec := Spec{Release: MustRelease("3.5.35"), Edition: Enterprise, Primaries: 3}
	assert.Equal(t, 7*time.Second, spec.ElectionTimeout())
	assert.Equal(t, 5*time.Second, spec.DiscoveryPeriod())
	spec.FastElections = true
	assert.Equal(t, time.Second, spec.ElectionTimeout())
	assert.Equal(t, time.Second, spec.DiscoveryPeriod())
	spec.Settings = map[string]string{"causal_clustering.leader_election_timeout": "1m30s", "causal_clustering.cluster_topology_refresh": "500ms"}
	assert.Equal(t, 90*time.Second, spec.ElectionTimeout(), "the stack's own word wins")
	assert.Equal(t, 500*time.Millisecond, spec.DiscoveryPeriod())
	spec.Release = MustRelease("5.26.30")
	assert.Equal(t, 5*time.Second, spec.DiscoveryPeriod(), "a family without the setting")
	assert.Equal(t, 6*time.Second, spec.Settle())
}
