package provision

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kubernetes/pkg/volume/util"

	"neo4j-kubernetes/dev/internal/disk"
)

// FailExpansion is the parameter of a StorageClass whose volumes do not grow: its value is the reason which claims are told. For
// stories of disks that cannot grow.
const FailExpansion = "box.local/fail-expansion"

// grow enlarges the disk of a claim that asks for more than it has, as Kubernetes' external-resizer does for a cloud's: marks the
// claim, enlarges the disk, then the PersistentVolume's capacity, and leaves the file system and the claim's own capacity to the
// kubelet, which sees it at the next sync of the claim's pod. Every step may be the last before a crash: the next call goes on.
func (p *provisioner) grow(c *corev1.PersistentVolumeClaim) error {
	if !asksForMore(c) {
		return nil
	}
	// As it is now: what the informer has may be from before the last call's own marks.
	c, err := p.client.CoreV1().PersistentVolumeClaims(c.Namespace).Get(context.Background(), c.Name, metav1.GetOptions{})
	if err != nil || !asksForMore(c) {
		return err
	}
	v, err := p.client.CoreV1().PersistentVolumes().Get(context.Background(), c.Spec.VolumeName, metav1.GetOptions{})
	if err != nil {
		return err
	}
	folder, onDisk := p.ours(v)
	if folder == "" || v.Spec.ClaimRef == nil || v.Spec.ClaimRef.UID != c.UID {
		return nil
	}
	switch c.Status.AllocatedResourceStatuses[corev1.ResourceStorage] {
	case corev1.PersistentVolumeClaimNodeResizePending, corev1.PersistentVolumeClaimNodeResizeInProgress:
		return nil // the kubelet's turn; one who asks for still more waits until it is done
	}
	// A volume that is larger already was grown just before a crash.
	size := c.Spec.Resources.Requests[corev1.ResourceStorage]
	if capacity := v.Spec.Capacity[corev1.ResourceStorage]; capacity.Cmp(size) > 0 {
		size = capacity
	}
	if reason := p.refusal(c, onDisk); reason != nil {
		return p.failed(c, v, size, corev1.PersistentVolumeClaimControllerResizeInfeasible, reason)
	}
	return p.enlarge(c, v, disk.In(folder), size)
}

// asksForMore says whether a bound claim requests more than it has.
func asksForMore(c *corev1.PersistentVolumeClaim) bool {
	wanted, has := c.Spec.Resources.Requests[corev1.ResourceStorage], c.Status.Capacity[corev1.ResourceStorage]
	return c.Status.Phase == corev1.ClaimBound && c.Spec.VolumeName != "" && c.DeletionTimestamp == nil && wanted.Cmp(has) > 0
}

// refusal is why a volume will not grow, however often one tries; nil where it may.
func (p *provisioner) refusal(c *corev1.PersistentVolumeClaim, onDisk bool) error {
	if c.Spec.StorageClassName != nil {
		if class, err := p.class(*c.Spec.StorageClassName); err == nil && class.Parameters[FailExpansion] != "" {
			return errors.New(class.Parameters[FailExpansion])
		}
	}
	if !onDisk {
		return errors.New("it is a folder: its class did not allow expansion when it was made")
	}
	return nil
}

func (p *provisioner) enlarge(c *corev1.PersistentVolumeClaim, v *corev1.PersistentVolume, d disk.Disk, size resource.Quantity) error {
	c, err := util.MarkControllerReisizeInProgress(c, v.Annotations[madeByKey], size, p.client)
	if err != nil {
		return err
	}
	if err := d.Provide(size.Value()); err != nil {
		return errors.Join(err, p.failed(c, v, size, corev1.PersistentVolumeClaimControllerResizeInProgress, err))
	}
	if _, err := util.UpdatePVSize(v, size, p.client); err != nil {
		return err
	}
	// Without this mark the kubelet of 1.34 does not touch the file system (NodeExpander.runPreCheck), with it also while it is mounted.
	if _, err := util.MarkForFSResize(c, p.client); err != nil {
		return err
	}
	p.events.Event(c, corev1.EventTypeNormal, "FileSystemResizeRequired", "Require file system resize of volume on node")
	return nil
}

// failed tells a claim that its volume did not grow: a refusal once for each reason and size, what is tried again at each try.
func (p *provisioner) failed(c *corev1.PersistentVolumeClaim, v *corev1.PersistentVolume, size resource.Quantity,
	status corev1.ClaimResourceStatus, reason error,
) error {
	condition := corev1.PersistentVolumeClaimCondition{
		Type: corev1.PersistentVolumeClaimControllerResizeError, Status: corev1.ConditionTrue, LastTransitionTime: metav1.Now(),
		Message: fmt.Sprintf("failed to expand pvc with %v", reason),
	}
	asked := c.Status.AllocatedResources[corev1.ResourceStorage]
	for _, told := range c.Status.Conditions {
		if told.Type == condition.Type && told.Message == condition.Message && asked.Cmp(size) == 0 {
			return nil
		}
	}
	// Without conditions of an earlier try: the merge keeps the words of one with the same type.
	next := util.MergeResizeConditionOnPVC(c.DeepCopy(), nil, false)
	next = util.MergeResizeConditionOnPVC(next, []corev1.PersistentVolumeClaimCondition{condition}, false)
	next.Status.AllocatedResources = corev1.ResourceList{corev1.ResourceStorage: size}
	next.Status.AllocatedResourceStatuses = map[corev1.ResourceName]corev1.ClaimResourceStatus{corev1.ResourceStorage: status}
	c, err := util.PatchPVCStatus(c, next, p.client)
	if err != nil {
		return err
	}
	p.events.Eventf(c, corev1.EventTypeWarning, "VolumeResizeFailed", "resize volume %q by resizer %q failed: %v", v.Name, v.Annotations[madeByKey], reason)
	return nil
}
