package config

import (
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// validateAgreement refuses rules of placement that contradict each other: the members beyond the first would wait for ever, with an event
// that nobody reads.
func validateAgreement(s plan.Plan, problems *Problems) {
	p := s.Placement
	several := slices.ContainsFunc(neo4j.Roles, func(role neo4j.Role) bool { return s.Size(role) > 1 })
	if node, fixed := p.NodeSelector[plan.HostnameLabel]; fixed && p.RequireSeparateNodes && several {
		problems.add("cluster.placement.nodeSelector."+plan.HostnameLabel, node, "has all members on one node, and placement.separateNodes has no two of a pool there", "leave one of them out")
	}
	if zones := zonesAllowed(p); len(zones) == 1 && p.Zones == plan.RequireSpread && several {
		problems.add("cluster.placement.zones", p.Zones, "wants members spread over zones, and the nodes asked for are all in "+zones[0], "write prefer or none, or ask for nodes of several zones")
	}
	if p.PodAffinity != nil {
		for i, term := range p.PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution {
			if !selectsMembers(s, term) || !several {
				continue
			}
			at := fmt.Sprintf("cluster.placement.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[%d]", i)
			switch {
			case term.TopologyKey == plan.HostnameLabel && p.RequireSeparateNodes:
				problems.add(at, term.TopologyKey, "has the members together on one node, and placement.separateNodes has no two of a pool there", "leave one of them out")
			case term.TopologyKey == plan.ZoneLabel && p.Zones == plan.RequireSpread:
				problems.add(at, term.TopologyKey, "has the members together in one zone, and placement.zones: require has them spread", "leave one of them out")
			}
		}
	}
	if key, contradicts := noNode(p); contradicts {
		problems.add("cluster.placement.nodeSelector."+key, p.NodeSelector[key], "and placement.nodeAffinity exclude each other: no node fulfils both", "leave one of them out")
	}
}

// required are the terms of which a node must fulfil one; none where any node will do.
func required(p plan.Placement) []corev1.NodeSelectorTerm {
	if p.NodeAffinity == nil || p.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution == nil {
		return nil
	}
	return p.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms
}

// zonesAllowed are the zones that members are bound to by name; none where they are not bound.
func zonesAllowed(p plan.Placement) []string {
	if zone, fixed := p.NodeSelector[plan.ZoneLabel]; fixed {
		return []string{zone}
	}
	var zones []string
	for _, term := range required(p) {
		i := slices.IndexFunc(term.MatchExpressions, func(r corev1.NodeSelectorRequirement) bool {
			return r.Key == plan.ZoneLabel && r.Operator == corev1.NodeSelectorOpIn
		})
		if i < 0 {
			return nil
		}
		zones = append(zones, term.MatchExpressions[i].Values...)
	}
	slices.Sort(zones)
	return slices.Compact(zones)
}

// selectsMembers says whether a term is about the members of some pool of this very cluster.
func selectsMembers(s plan.Plan, term corev1.PodAffinityTerm) bool {
	if len(term.Namespaces) > 0 && !slices.Contains(term.Namespaces, s.Namespace) || term.NamespaceSelector != nil && len(term.Namespaces) == 0 {
		return false // other namespaces, or those of labels that are not known here
	}
	selector, err := metav1.LabelSelectorAsSelector(term.LabelSelector)
	if err != nil {
		return false // refused already
	}
	return slices.ContainsFunc(neo4j.Roles, func(role neo4j.Role) bool {
		return s.Size(role) > 1 && selector.Matches(labels.Set(s.PodLabelsOf(role)))
	})
}

// noNode finds a label of the node selector that every term of the required affinity excludes.
func noNode(p plan.Placement) (key string, contradicts bool) {
	terms := required(p)
	for _, key := range slices.Sorted(maps.Keys(p.NodeSelector)) {
		value := p.NodeSelector[key]
		excludes := func(term corev1.NodeSelectorTerm) bool {
			return slices.ContainsFunc(term.MatchExpressions, func(r corev1.NodeSelectorRequirement) bool {
				listed := slices.Contains(r.Values, value)
				return r.Key == key && (r.Operator == corev1.NodeSelectorOpDoesNotExist || r.Operator == corev1.NodeSelectorOpIn && !listed || r.Operator == corev1.NodeSelectorOpNotIn && listed)
			})
		}
		if len(terms) > 0 && !slices.ContainsFunc(terms, func(term corev1.NodeSelectorTerm) bool { return !excludes(term) }) {
			return key, true
		}
	}
	return "", false
}
