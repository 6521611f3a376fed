package scale

import (
	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

func planned(primaries, secondaries int) neo4j.Topology {
	return shape(primaries, secondaries).Topology()
}

func shape(primaries, secondaries int) plan.Plan {
	return plan.Plan{
		Name: "neo4j", Namespace: "graph", ClusterDomain: "cluster.local",
		Spec: neo4j.Spec{Release: neo4j.MustRelease("3.5.0-beta03"), Edition: neo4j.Enterprise, Primaries: primaries, Secondaries: secondaries},
	}
}
