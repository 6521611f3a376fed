package cluster

import (
	_ "embed"
	"fmt"
	"time"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

//go:embed stepaside.sh
var stepAside string

// handsOver has a leader's successor be elected before its server is told to end, whoever ends it: a change, a drain, a deletion by hand.
// Nil for families that hand over otherwise (operate/roll), and for those whose members do not tell without credentials whether they lead.
func handsOver(s plan.Plan, family neo4j.Family, role neo4j.Role) *corev1.LifecycleArgs {
	if family.Leads == "" || !s.Clustered() || role != neo4j.Primary {
		return nil
	}
	return &corev1.LifecycleArgs{PreStop: &corev1.LifecycleHandlerArgs{Exec: &corev1.ExecActionArgs{Command: script("/bin/bash", stepAside,
		"step-aside", s.Host(s.Pool(role)+"-%d"), fmt.Sprint(family.Ports.HTTP), family.Leads, fmt.Sprint(heldFor(s)), "/proc",
	)}}}
}

// heldFor is how many seconds a leader is held at most: for two elections, of which each begins within twice the timeout.
func heldFor(s plan.Plan) int {
	return int(4 * max(s.ElectionTimeout(), time.Second) / time.Second)
}
