package verify

import (
	"context"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/reach"
)

// Members are the members of a cluster as the check asks them: Observe is what it asks each.
type Members struct{ *reach.Members }

// Open opens the Kubernetes API and reads from the cluster's Secret whom to ask as; members are dialled when they are asked. Close it.
func Open(ctx context.Context, a reach.Access, t neo4j.Topology) (Members, error) {
	members, err := reach.Open(ctx, a, t)
	return Members{members}, err
}

// Over reaches members by a way of the caller's own. Close it.
func Over(dial reach.Dialer, t neo4j.Topology, as reach.Login) (Members, error) {
	members, err := reach.Over(dial, t, as)
	return Members{members}, err
}
