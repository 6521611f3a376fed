package roll

import (
	"context"

	"k8s.io/apimachinery/pkg/types"

	"neo4j-kubernetes/neo4j"
)

// stale are pods of which some count as of an earlier plan although they are of the present one: what they have read at their start is another
// now. Those that come in their place are others.
type stale struct {
	pods
	of map[types.UID]bool
}

func (s stale) look(ctx context.Context, t neo4j.Topology) (map[string]pod, error) {
	found, err := s.pods.look(ctx, t)
	for name, p := range found {
		if s.of[p.uid] {
			p.outdated = true
			found[name] = p
		}
	}
	return found, err
}
