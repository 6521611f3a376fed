package verify

import (
	"context"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/reach"
)

// reviser knows which members run an earlier plan.
type reviser interface {
	Outdated(ctx context.Context) (map[string]string, error)
}

// revisions are findings on members whose pods are not of the plan that was just applied: what they prove is the one before.
func revisions(ctx context.Context, p Prober, t neo4j.Topology) []Finding {
	r, ok := p.(reviser)
	if !ok {
		return nil
	}
	const expected = "a pod of its StatefulSet's present revision"
	outdated, err := r.Outdated(ctx)
	if err != nil {
		return []Finding{{t.Name, expected + " a member", reach.FirstLine(err)}}
	}
	var findings []Finding
	for _, m := range t.Members {
		if found := outdated[m.Name]; found != "" {
			findings = append(findings, Finding{m.Name, expected, found})
		}
	}
	return findings
}
