package main

import (
	"encoding/json"
	"fmt"
	"time"

	"neo4j-kubernetes/config"
	"neo4j-kubernetes/neo4j"
	planned "neo4j-kubernetes/plan"
)

// stackOf is the configuration of one of a hundred clusters: sizes and settings that differ, a release of each family in turn.
func stackOf(i int) ([]byte, error) {
	f := neo4j.Families[i%len(neo4j.Families)]
	return json.Marshal(map[string]any{
		"platform": "gke", "name": fmt.Sprintf("graph-%d", i), "release": f.First().String(), "acceptLicense": "yes",
		"primaries": 3 + 2*(i%3), "kubernetes": map[string]any{"context": "bench"},
		"storage": map[string]any{"size": fmt.Sprintf("%dGi", 10+i)},
		"env":     map[string]any{"TZ": "UTC", "TEAM": fmt.Sprint(i)},
	})
}

// plan renders the neo4j.conf of every family and role, and parses, validates and plans a hundred clusters: what a preview computes
// before it asks anybody.
func plan(clusters int) (time.Duration, error) {
	texts := make([][]byte, clusters)
	for i := range texts {
		var err error
		if texts[i], err = stackOf(i); err != nil {
			return 0, err
		}
	}
	began := time.Now()
	for _, f := range neo4j.Families {
		for _, role := range neo4j.Roles {
			p := planned.Plan{
				Name: "neo4j", Namespace: "neo4j", ClusterDomain: "cluster.local",
				Spec: neo4j.Spec{
					Release: f.First(), Edition: neo4j.Enterprise, Primaries: 3, Secondaries: 2,
					Discovery: neo4j.Discovery{Type: "LIST"}, Memory: neo4j.Memory{Heap: 1 << 30, PageCache: 1 << 30},
				},
			}
			lines, err := neo4j.Conf(p.Neo4j(), role)
			if err != nil {
				return 0, fmt.Errorf("neo4j.conf of %s: %w", f.Name, err)
			}
			if neo4j.Render(lines) == "" {
				return 0, fmt.Errorf("neo4j.conf of %s is empty", f.Name)
			}
		}
	}
	members := 0
	for _, text := range texts {
		stack, err := config.Parse(text)
		if err != nil {
			return 0, err
		}
		members += len(stack.Plan.Topology().Members)
	}
	if members < 3*clusters {
		return 0, fmt.Errorf("%d clusters were planned with %d members", clusters, members)
	}
	return time.Since(began), nil
}
