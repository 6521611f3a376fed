package plan

import corev1 "k8s.io/api/core/v1"

// Placement says on which nodes members run. What Kubernetes has types for is in those types, as the stack wrote it.
type Placement struct {
	// RequireSeparateNodes refuses two members of a pool on one node; otherwise spreading is a preference.
	RequireSeparateNodes bool
	// NodeSelector is passed to the pods as it is.
	NodeSelector map[string]string
	Tolerations  []corev1.Toleration
	// The affinities are nil where the stack has none; RequireSeparateNodes is one more rule of PodAntiAffinity.
	NodeAffinity    *corev1.NodeAffinity
	PodAffinity     *corev1.PodAffinity
	PodAntiAffinity *corev1.PodAntiAffinity
	// Zones is how a pool spreads over the zones of ZoneLabel.
	Zones Spread
	// PriorityClass and RuntimeClass are names, empty for the Kubernetes cluster's default.
	PriorityClass, RuntimeClass string
}

// Spread is how evenly members are spread over places.
type Spread string

const (
	// PreferSpread spreads them where it can be done.
	PreferSpread Spread = "prefer"
	// RequireSpread leaves a member waiting rather than have two members more in one place than in another.
	RequireSpread Spread = "require"
	// NoSpread says nothing of it.
	NoSpread Spread = "none"
)

// The labels of nodes that say where they are (Kubernetes, well-known labels).
const (
	HostnameLabel = corev1.LabelHostname
	ZoneLabel     = corev1.LabelTopologyZone
)
