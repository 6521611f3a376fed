package provision

import (
	"context"
	"os"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/record"

	"neo4j-kubernetes/dev/internal/disk"
)

// withDisks is a provisioner whose class "disk" allows expansion and deletes; change may change the class.
func withDisks(t *testing.T, change func(*storagev1.StorageClass)) *provisioner {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("attaches loop devices, which needs root")
	}
	p := withClass(t, storagev1.VolumeBindingWaitForFirstConsumer, corev1.PersistentVolumeReclaimDelete)
	class, err := p.class("disk")
	if err != nil {
		t.Fatal(err)
	}
	expand := true
	class.AllowVolumeExpansion = &expand
	if change != nil {
		change(class)
	}
	t.Cleanup(func() {
		if err := disk.DetachAll(p.dir); err != nil {
			t.Error(err)
		}
	})
	return p
}

// bound has the provisioner answer a claim and does what Kubernetes' controllers do then; request changes its request since.
func (p *provisioner) bound(t *testing.T, request string) *corev1.PersistentVolumeClaim {
	t.Helper()
	c := waiting(nil)
	if err := p.claim(c); err != nil {
		t.Fatal(err)
	}
	v := p.volumes(t)[0]
	c.Spec.VolumeName, c.Status.Phase, c.Status.Capacity = v.Name, corev1.ClaimBound, v.Spec.Capacity.DeepCopy()
	c.Spec.Resources.Requests = corev1.ResourceList{corev1.ResourceStorage: resource.MustParse(request)}
	c, err := p.client.CoreV1().PersistentVolumeClaims(c.Namespace).Create(context.Background(), c, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (p *provisioner) claimNow(t *testing.T) *corev1.PersistentVolumeClaim {
	t.Helper()
	c, err := p.client.CoreV1().PersistentVolumeClaims("graph").Get(context.Background(), "data-neo4j-0", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// mustGrow hands the claim over twice: the informer repeats itself.
func (p *provisioner) mustGrow(t *testing.T, c *corev1.PersistentVolumeClaim) {
	t.Helper()
	for range 2 {
		if err := p.grow(c); err != nil {
			t.Fatal(err)
		}
	}
}

// told are the events so far.
func (p *provisioner) told() []string {
	var all []string
	for recorder := p.events.(*record.FakeRecorder); len(recorder.Events) > 0; {
		all = append(all, <-recorder.Events)
	}
	return all
}

// deviceSize is that of a volume's block device, 0 where none is attached.
func deviceSize(t *testing.T, v corev1.PersistentVolume) int64 {
	t.Helper()
	device, err := os.Open(v.Spec.Local.Path)
	if os.IsNotExist(err) {
		return 0
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = device.Close() }()
	end, err := device.Seek(0, 2)
	if err != nil {
		t.Fatal(err)
	}
	return end
}

func expectSize(t *testing.T, v corev1.PersistentVolume, want string) {
	t.Helper()
	quantity := resource.MustParse(want)
	if got := v.Spec.Capacity[corev1.ResourceStorage]; got.Cmp(quantity) != 0 || deviceSize(t, v) != quantity.Value() {
		t.Errorf("capacity %s, device of %d bytes; want %s", got.String(), deviceSize(t, v), want)
	}
}

// expectStatus compares what resizing left in the claim's status: what was allocated, how far it is, and the conditions.
func expectStatus(t *testing.T, c *corev1.PersistentVolumeClaim, size string, status corev1.ClaimResourceStatus, conditions ...string) {
	t.Helper()
	allocated := c.Status.AllocatedResources[corev1.ResourceStorage]
	var got []string
	for _, k := range c.Status.Conditions {
		got = append(got, string(k.Type)+": "+k.Message)
	}
	slices.Sort(got)
	if allocated.String() != size || c.Status.AllocatedResourceStatuses[corev1.ResourceStorage] != status || !slices.Equal(got, conditions) {
		t.Errorf("allocated %s, %v, conditions %q; want %s, %s, %q", allocated.String(), c.Status.AllocatedResourceStatuses, got, size, status, conditions)
	}
}

func expectTold(t *testing.T, p *provisioner, want ...string) {
	t.Helper()
	if got := p.told(); !slices.Equal(got, want) {
		t.Errorf("events %q, want %q", got, want)
	}
}

const (
	pending  = "FileSystemResizePending: Waiting for user to (re-)start a pod to finish file system resize of volume on node."
	required = "Normal FileSystemResizeRequired Require file system resize of volume on node"
)

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("never: " + what)
		}
	}
}
