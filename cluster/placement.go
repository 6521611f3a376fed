package cluster

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// place says on which nodes a role's pods run.
func place(spec *corev1.PodSpecArgs, s plan.Plan, role neo4j.Role) error {
	p := s.Placement
	spec.TopologySpreadConstraints = spread(s, role)
	if len(p.NodeSelector) > 0 {
		spec.NodeSelector = pulumi.ToStringMap(p.NodeSelector)
	}
	if p.PriorityClass != "" {
		spec.PriorityClassName = pulumi.String(p.PriorityClass)
	}
	if p.RuntimeClass != "" {
		spec.RuntimeClassName = pulumi.String(p.RuntimeClass)
	}
	if len(p.Tolerations) > 0 {
		var tolerations corev1.TolerationArray
		for i, t := range p.Tolerations {
			one, err := typed[corev1.TolerationArgs](t)
			if err != nil {
				return fmt.Errorf("toleration %d: %w", i, err)
			}
			tolerations = append(tolerations, one)
		}
		spec.Tolerations = tolerations
	}
	affinity, err := affinities(s, role)
	if err != nil {
		return fmt.Errorf("affinity: %w", err)
	}
	if affinity != nil {
		spec.Affinity = affinity
	}
	return nil
}

// spread prefers an even spread of a pool over nodes and zones, or wants one over zones: losing one of either should cost as few voters as
// can be.
func spread(s plan.Plan, role neo4j.Role) corev1.TopologySpreadConstraintArray {
	var constraints corev1.TopologySpreadConstraintArray
	for _, over := range []struct {
		key  string
		want plan.Spread
	}{{plan.HostnameLabel, plan.PreferSpread}, {plan.ZoneLabel, s.Placement.Zones}} {
		if over.want == plan.NoSpread {
			continue
		}
		constraint := &corev1.TopologySpreadConstraintArgs{
			MaxSkew: pulumi.Int(1), TopologyKey: pulumi.String(over.key), WhenUnsatisfiable: pulumi.String("ScheduleAnyway"),
			LabelSelector: &metav1.LabelSelectorArgs{MatchLabels: selector(s, role)},
		}
		if over.want == plan.RequireSpread {
			constraint.WhenUnsatisfiable = pulumi.String("DoNotSchedule")
			// Kubernetes counts nodes whose taints members do not tolerate unless told otherwise: a zone of nothing else would be an empty one,
			// and the next member would wait for a place in it for ever.
			constraint.NodeTaintsPolicy = pulumi.String("Honor")
		}
		constraints = append(constraints, constraint)
	}
	return constraints
}

// affinities are the stack's own, and the rule that two members of a pool are not on one node; nil for none of them.
func affinities(s plan.Plan, role neo4j.Role) (*corev1.AffinityArgs, error) {
	p := s.Placement
	if p.NodeAffinity == nil && p.PodAffinity == nil && p.PodAntiAffinity == nil && !p.RequireSeparateNodes {
		return nil, nil
	}
	affinity := &corev1.AffinityArgs{}
	if p.NodeAffinity != nil {
		node, err := typed[corev1.NodeAffinityArgs](p.NodeAffinity)
		if err != nil {
			return nil, err
		}
		affinity.NodeAffinity = node
	}
	if p.PodAffinity != nil {
		pod, err := typed[corev1.PodAffinityArgs](p.PodAffinity)
		if err != nil {
			return nil, err
		}
		affinity.PodAffinity = pod
	}
	anti := &corev1.PodAntiAffinityArgs{}
	if p.PodAntiAffinity != nil {
		var err error
		if anti, err = typed[corev1.PodAntiAffinityArgs](p.PodAntiAffinity); err != nil {
			return nil, err
		}
		affinity.PodAntiAffinity = anti
	}
	if p.RequireSeparateNodes {
		apart, _ := anti.RequiredDuringSchedulingIgnoredDuringExecution.(corev1.PodAffinityTermArray)
		anti.RequiredDuringSchedulingIgnoredDuringExecution = append(apart, &corev1.PodAffinityTermArgs{
			TopologyKey:   pulumi.String(plan.HostnameLabel),
			LabelSelector: &metav1.LabelSelectorArgs{MatchLabels: selector(s, role)},
		})
		affinity.PodAntiAffinity = anti
	}
	return affinity, nil
}
