package scale

import (
	"context"
	"fmt"
	"path"
	"strings"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/verify"
)

// Out refuses to let a pool grow onto claims of members that left a cluster of 5.x or later for good: their data carries a server id
// that was dropped, and the new member would be turned away for ever. It deletes nothing; the error says how.
func Out(ctx context.Context, a verify.Access, to neo4j.Spec) error {
	client, err := a.Client()
	if err != nil {
		return err
	}
	return out(ctx, objects{client, to.Namespace}, to)
}

func out(ctx context.Context, p pods, to neo4j.Spec) error {
	family, err := neo4j.FamilyOf(to.Release)
	if err != nil || family.Proof != neo4j.ByServers {
		return err
	}
	var left, names []string
	for _, role := range neo4j.Roles {
		now, err := p.replicas(ctx, to.Pool(role))
		if err != nil {
			return err
		}
		for _, m := range to.Topology().Of(role) {
			if m.Ordinal < now {
				continue
			}
			id, err := p.identity(ctx, m)
			if err != nil {
				return err
			}
			if id != "" {
				left = append(left, fmt.Sprintf("%s (server %s)", claimOf(m), id))
				names = append(names, claimOf(m))
			}
		}
	}
	if len(left) == 0 {
		return nil
	}
	mend := fmt.Sprintf("kubectl delete pvc --namespace %s %s", to.Namespace, strings.Join(names, " "))
	if to.Storage.HostPath != "" {
		mend += fmt.Sprintf(", and the folders of these names below %s of the nodes", path.Join(to.Storage.HostPath, to.Namespace))
	}
	return fmt.Errorf("scale-out is refused, no member was added: %s hold what members that were dropped from the cluster left behind, and a dropped server can never "+
		"come back; the other members have all its databases. Delete them: %s", strings.Join(left, ", "), mend)
}
