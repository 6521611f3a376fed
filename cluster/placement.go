package cluster

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

const hostnameLabel, zoneLabel = "kubernetes.io/hostname", "topology.kubernetes.io/zone"

// spread prefers an even spread of a pool over nodes and zones: losing one of either should cost as few voters as can be.
func spread(s plan.Plan, role neo4j.Role) corev1.TopologySpreadConstraintArray {
	var constraints corev1.TopologySpreadConstraintArray
	for _, key := range []string{hostnameLabel, zoneLabel} {
		constraints = append(constraints, &corev1.TopologySpreadConstraintArgs{
			MaxSkew: pulumi.Int(1), TopologyKey: pulumi.String(key), WhenUnsatisfiable: pulumi.String("ScheduleAnyway"),
			LabelSelector: &metav1.LabelSelectorArgs{MatchLabels: selector(s, role)},
		})
	}
	return constraints
}

// separateNodes refuses two members of a pool on one node.
func separateNodes(s plan.Plan, role neo4j.Role) *corev1.AffinityArgs {
	return &corev1.AffinityArgs{PodAntiAffinity: &corev1.PodAntiAffinityArgs{
		RequiredDuringSchedulingIgnoredDuringExecution: corev1.PodAffinityTermArray{&corev1.PodAffinityTermArgs{
			TopologyKey:   pulumi.String(hostnameLabel),
			LabelSelector: &metav1.LabelSelectorArgs{MatchLabels: selector(s, role)},
		}},
	}}
}
