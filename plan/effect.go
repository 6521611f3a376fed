package plan

// Effect is what another value does to a running cluster.
type Effect string

// The effects, from what a cluster notices least to what it notices most.
const (
	// ByUpdates concerns what updates do, and what guards the objects: no object of the cluster's own runs otherwise.
	ByUpdates Effect = "updates"
	// InPlace changes objects beside the members.
	InPlace Effect = "in place"
	// AtFirstStart counts when a member, or the cluster, starts on empty volumes, and not again.
	AtFirstStart Effect = "first start"
	// TakenLive is taken by the members while they run.
	TakenLive Effect = "live"
	// ByReload has members read their certificates anew while they run.
	ByReload Effect = "reload"
	// ByReplacement replaces members, one at a time.
	ByReplacement Effect = "replacement"
)
