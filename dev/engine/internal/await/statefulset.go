package await

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// judgeStatefulSet: every replica is ready and of the newest revision. With the strategy OnDelete old
// pods stay until somebody deletes them, so after the first rollout their revision does not count. With
// a partition the revisions never meet, and the wait ends at its timeout as the official one's does:
// such a rollout is not finished.
func judgeStatefulSet(seen view) verdict {
	if seen.object == nil {
		return gone()
	}
	o := seen.object
	want := desired(o)
	ready, updated := integer(o, "status", "readyReplicas"), integer(o, "status", "updatedReplicas")
	current, target := text(o, "status", "currentRevision"), text(o, "status", "updateRevision")
	first := o.GetGeneration() <= 1
	if !observed(o) {
		return statefulSetProgress(first, false, 0, want, current, target)
	}

	replicas := want == integer(o, "status", "replicas") && want == ready
	revision := current != "" && current == target
	if !first && text(o, "spec", "updateStrategy", "type") == "OnDelete" {
		revision = true
	} else {
		replicas = replicas && want == integer(o, "status", "currentReplicas")
	}
	if replicas && revision {
		return verdict{done: true}
	}
	// While a rollout is under way pods of the older revision are ready too; they are not what is awaited.
	if !revision {
		ready = min(ready, updated)
	}
	return statefulSetProgress(first, replicas, ready, want, current, target)
}

func statefulSetProgress(first, replicas bool, ready, want int64, current, target string) verdict {
	var v verdict
	switch {
	case first:
		v.progress = fmt.Sprintf("[1/2] Waiting for StatefulSet to create Pods (%d/%d Pods ready)", ready, want)
	case !replicas:
		v.progress = fmt.Sprintf("[1/3] Waiting for StatefulSet update to roll out (%d/%d Pods ready)", ready, want)
	default:
		v.progress = "[2/3] Waiting for StatefulSet to update .status.currentRevision"
	}
	if !replicas {
		v.missing = append(v.missing, fmt.Sprintf("%d out of %d replicas succeeded readiness checks", ready, want))
	}
	if current != target {
		v.missing = append(v.missing, fmt.Sprintf(
			"StatefulSet controller failed to advance from revision %q to revision %q", current, target))
	}
	return v
}

// judgeDeployment: every replica is of the newest template and available, and no older one is left.
func judgeDeployment(seen view) verdict {
	if seen.object == nil {
		return gone()
	}
	o := seen.object
	want := desired(o)
	updated, available := integer(o, "status", "updatedReplicas"), integer(o, "status", "availableReplicas")
	if observed(o) && updated == want && available == want && integer(o, "status", "replicas") == want {
		return verdict{done: true}
	}
	v := verdict{
		progress: fmt.Sprintf("[1/2] Waiting for app ReplicaSet be available (%d/%d Pods available)",
			min(updated, available), want),
		missing: []string{fmt.Sprintf("Minimum number of live Pods was not attained: %d of %d", available, want)},
	}
	if _, reason, message := condition(o, "Progressing"); reason == "ProgressDeadlineExceeded" {
		v.missing = append(v.missing, fmt.Sprintf("[%s] %s", reason, message))
	}
	return v
}

// ownedBy is true for an object that owner's controller made, directly or through a ReplicaSet.
func ownedBy(o, owner *unstructured.Unstructured) bool {
	for _, ref := range o.GetOwnerReferences() {
		if ref.UID == owner.GetUID() || ref.Kind == "ReplicaSet" {
			return true
		}
	}
	return false
}
