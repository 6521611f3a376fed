package await

import (
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
)

// judgeClaim: the claim is bound. Where its class binds only for a pod that uses it, there may be none
// until later, and a claim that waits for it is as ready as it will get.
func judgeClaim(seen view) verdict {
	if seen.object == nil {
		return gone()
	}
	phase := text(seen.object, "status", "phase")
	if phase == string(corev1.ClaimBound) {
		return verdict{done: true}
	}
	class := text(seen.object, "spec", "storageClassName")
	for _, c := range seen.related[0] {
		if c.GetName() == class && text(c, "volumeBindingMode") == string(storagev1.VolumeBindingWaitForFirstConsumer) {
			return verdict{done: phase == string(corev1.ClaimPending), progress: "Waiting for the claim to be pending"}
		}
	}
	return verdict{
		progress: "Waiting for the claim to be bound",
		missing:  []string{"the claim is not bound to a volume (phase " + phase + ", storage class \"" + class + "\")"},
	}
}

// judgeVolume: the volume can be claimed, or has been.
func judgeVolume(seen view) verdict {
	if seen.object == nil {
		return gone()
	}
	phase := text(seen.object, "status", "phase")
	return verdict{
		done:     phase == string(corev1.VolumeAvailable) || phase == string(corev1.VolumeBound),
		progress: "Waiting for the volume to be available",
		missing:  []string{"the volume is neither available nor bound (phase " + phase + ")"},
	}
}
