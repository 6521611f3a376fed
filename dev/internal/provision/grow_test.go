package provision

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"

	"neo4j-kubernetes/dev/internal/disk"
)

func TestAClassThatAllowsExpansionGivesADisk(t *testing.T) {
	p := withDisks(t, nil)
	small := waiting(func(c *corev1.PersistentVolumeClaim) {
		c.UID, c.Name = "9876543210", "small"
		c.Spec.Resources.Requests = corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("10Mi")}
	})
	for range 2 {
		for _, c := range []*corev1.PersistentVolumeClaim{waiting(nil), small} {
			if err := p.claim(c); err != nil {
				t.Fatal(err)
			}
		}
	}
	made := p.volumes(t)
	if len(made) != 2 {
		t.Fatalf("%d volumes", len(made))
	}
	for _, v := range made {
		expectSize(t, v, "1Gi")
		info, err := os.Stat(v.Spec.Local.Path)
		if err != nil || info.Mode()&os.ModeDevice == 0 || info.Mode()&os.ModeCharDevice != 0 {
			t.Errorf("%s is no block device: %v", v.Spec.Local.Path, err)
		}
		if *v.Spec.Local.FSType != "xfs" || *v.Spec.VolumeMode != corev1.PersistentVolumeFilesystem || filepath.Dir(filepath.Dir(v.Spec.Local.Path)) != p.dir {
			t.Errorf("volume %+v", v.Spec)
		}
	}
}

func TestAClaimGrows(t *testing.T) {
	p := withDisks(t, nil)
	c := p.bound(t, "2Gi")
	expectSize(t, p.volumes(t)[0], "1Gi")
	p.mustGrow(t, c)
	expectSize(t, p.volumes(t)[0], "2Gi")
	c = p.claimNow(t)
	expectStatus(t, c, "2Gi", corev1.PersistentVolumeClaimNodeResizePending, pending, "Resizing: ")
	if has := c.Status.Capacity[corev1.ResourceStorage]; has.String() != "1Gi" {
		t.Errorf("the kubelet's word, the claim's capacity, is %s already", has.String())
	}
	expectTold(t, p, required)

	// Who asks for still more waits for the kubelet, then gets it.
	c.Spec.Resources.Requests[corev1.ResourceStorage] = resource.MustParse("3Gi")
	p.update(t, c)
	p.mustGrow(t, c)
	expectSize(t, p.volumes(t)[0], "2Gi")
	c.Status.Capacity[corev1.ResourceStorage], c.Status.AllocatedResourceStatuses, c.Status.Conditions = resource.MustParse("2Gi"), nil, nil
	p.update(t, c)
	p.mustGrow(t, c)
	expectSize(t, p.volumes(t)[0], "3Gi")
	expectStatus(t, p.claimNow(t), "3Gi", corev1.PersistentVolumeClaimNodeResizePending, pending, "Resizing: ")
}

func (p *provisioner) update(t *testing.T, c *corev1.PersistentVolumeClaim) {
	t.Helper()
	if _, err := p.client.CoreV1().PersistentVolumeClaims(c.Namespace).Update(context.Background(), c, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
}

// A growth that ends in the middle, wherever, goes on with the next call.
func TestAGrowthThatWasInterruptedGoesOn(t *testing.T) {
	for write := 1; write <= 3; write++ { // the claim's first mark, the volume's capacity, the claim's second mark
		p := withDisks(t, nil)
		c := p.bound(t, "2Gi")
		writes := 0
		p.client.(*fake.Clientset).PrependReactor("patch", "*", func(clienttesting.Action) (bool, runtime.Object, error) {
			writes++
			return writes == write, nil, apierrors.NewInternalError(os.ErrDeadlineExceeded)
		})
		if err := p.grow(c); !apierrors.IsInternalError(err) && (err == nil || !strings.Contains(err.Error(), os.ErrDeadlineExceeded.Error())) {
			t.Errorf("write %d: %v", write, err)
		}
		p.mustGrow(t, c)
		expectSize(t, p.volumes(t)[0], "2Gi")
		expectStatus(t, p.claimNow(t), "2Gi", corev1.PersistentVolumeClaimNodeResizePending, pending, "Resizing: ")
		expectTold(t, p, required)
	}
}

func TestAClaimThatCannotGrowIsTold(t *testing.T) {
	tests := []struct {
		name, reason string
		class        func(*storagev1.StorageClass)
		has          string
	}{
		{"class that fails", "the array is out of disks", func(c *storagev1.StorageClass) {
			c.Parameters = map[string]string{"box.local/fail-expansion": "the array is out of disks"}
		}, "1Gi"},
		{"a folder", "it is a folder: its class did not allow expansion when it was made", func(c *storagev1.StorageClass) { c.AllowVolumeExpansion = nil }, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := withDisks(t, test.class)
			c := p.bound(t, "2Gi")
			p.mustGrow(t, c)
			v := p.volumes(t)[0]
			if test.has != "" {
				expectSize(t, v, test.has)
			} else if got := v.Spec.Capacity[corev1.ResourceStorage]; got.String() != "1Gi" {
				t.Errorf("capacity %s", got.String())
			}
			condition := "ControllerResizeError: failed to expand pvc with " + test.reason
			event := `Warning VolumeResizeFailed resize volume "pvc-0123456789" by resizer "ebs.csi.aws.com" failed: ` + test.reason
			expectStatus(t, p.claimNow(t), "2Gi", corev1.PersistentVolumeClaimControllerResizeInfeasible, condition)
			expectTold(t, p, event)

			// Put back as far as Kubernetes lets one, it is told again.
			c = p.claimNow(t)
			c.Spec.Resources.Requests[corev1.ResourceStorage] = resource.MustParse("1025Mi")
			p.update(t, c)
			p.mustGrow(t, c)
			expectStatus(t, p.claimNow(t), "1025Mi", corev1.PersistentVolumeClaimControllerResizeInfeasible, condition)
			expectTold(t, p, event)
		})
	}
}

// What goes wrong by itself, such as a file that is gone, is tried again and told.
func TestADiskThatIsGoneDoesNotGrow(t *testing.T) {
	p := withDisks(t, nil)
	c := p.bound(t, "2Gi")
	d, _ := disk.Of(p.volumes(t)[0].Spec.Local.Path)
	if err := os.Rename(d.Folder(), d.Folder()+"-away"); err != nil {
		t.Fatal(err)
	}
	if err := p.grow(c); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
	want := "open " + d.Folder() + "/disk.img: no such file or directory"
	expectStatus(t, p.claimNow(t), "2Gi", corev1.PersistentVolumeClaimControllerResizeInProgress, "ControllerResizeError: failed to expand pvc with "+want)
	expectTold(t, p, `Warning VolumeResizeFailed resize volume "pvc-0123456789" by resizer "ebs.csi.aws.com" failed: `+want)
	if err := os.Rename(d.Folder()+"-away", d.Folder()); err != nil {
		t.Fatal(err)
	}
	p.mustGrow(t, c)
	expectSize(t, p.volumes(t)[0], "2Gi")
	expectStatus(t, p.claimNow(t), "2Gi", corev1.PersistentVolumeClaimNodeResizePending, pending, "Resizing: ")
}

func TestClaimsThatDoNotGrow(t *testing.T) {
	tests := map[string]func(*corev1.PersistentVolumeClaim, *corev1.PersistentVolume){
		"has what it asks for": func(c *corev1.PersistentVolumeClaim, _ *corev1.PersistentVolume) {
			c.Status.Capacity[corev1.ResourceStorage] = resource.MustParse("2Gi")
		},
		"going": func(c *corev1.PersistentVolumeClaim, _ *corev1.PersistentVolume) {
			now := metav1.Now()
			c.DeletionTimestamp = &now
		},
		"not bound":     func(c *corev1.PersistentVolumeClaim, _ *corev1.PersistentVolume) { c.Status.Phase = corev1.ClaimLost },
		"not ours":      func(_ *corev1.PersistentVolumeClaim, v *corev1.PersistentVolume) { v.Annotations = nil },
		"another claim": func(_ *corev1.PersistentVolumeClaim, v *corev1.PersistentVolume) { v.Spec.ClaimRef.UID = "another" },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			p := withDisks(t, nil)
			c, v := p.bound(t, "2Gi"), p.volumes(t)[0]
			change(c, &v)
			p.update(t, c)
			if _, err := p.client.CoreV1().PersistentVolumes().Update(context.Background(), &v, metav1.UpdateOptions{}); err != nil {
				t.Fatal(err)
			}
			p.mustGrow(t, c)
			expectSize(t, p.volumes(t)[0], "1Gi")
			if got := p.claimNow(t).Status; got.AllocatedResources != nil || got.Conditions != nil {
				t.Errorf("status %+v", got)
			}
			expectTold(t, p)
		})
	}
}

// From claim to disk, growth and end through what the provisioner watches.
func TestWatch(t *testing.T) {
	p := withDisks(t, nil)
	class, err := p.class("disk")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.client.StorageV1().StorageClasses().Create(context.Background(), class, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	stop, factory := make(chan struct{}), informers.NewSharedInformerFactory(p.client, time.Minute)
	t.Cleanup(func() {
		close(stop)
		factory.Shutdown()
	})
	if err := p.watch(factory, stop); err != nil {
		t.Fatal(err)
	}
	c := waiting(nil)
	if _, err := p.client.CoreV1().PersistentVolumeClaims(c.Namespace).Create(context.Background(), c, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a volume", func() bool { return len(p.volumes(t)) == 1 })
	v := p.volumes(t)[0]
	c.Spec.VolumeName, c.Status.Phase, c.Status.Capacity = v.Name, corev1.ClaimBound, v.Spec.Capacity.DeepCopy()
	c.Spec.Resources.Requests[corev1.ResourceStorage] = resource.MustParse("2Gi")
	p.update(t, c)
	eventually(t, "the kubelet's turn", func() bool {
		return p.claimNow(t).Status.AllocatedResourceStatuses[corev1.ResourceStorage] == corev1.PersistentVolumeClaimNodeResizePending
	})
	expectSize(t, p.volumes(t)[0], "2Gi")
	if err := p.client.CoreV1().PersistentVolumes().Delete(context.Background(), v.Name, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "no device", func() bool { return deviceSize(t, v) == 0 })
}

// A start of the box finds disks that are not attached; deleted volumes leave no device.
func TestDisksAreAttachedAgainAndDetached(t *testing.T) {
	p := withDisks(t, nil)
	p.bound(t, "1Gi")
	v := p.volumes(t)[0]
	if err := disk.DetachAll(p.dir); err != nil {
		t.Fatal(err)
	}
	if got := deviceSize(t, v); got != 0 {
		t.Fatalf("a device of %d bytes is there", got)
	}
	v.Status.Phase = corev1.VolumeBound
	for range 2 {
		if err := p.volume(&v); err != nil {
			t.Fatal(err)
		}
	}
	expectSize(t, v, "1Gi")

	d, _ := disk.Of(v.Spec.Local.Path)
	if err := p.deleted(&v); err != nil || deviceSize(t, v) != 0 {
		t.Errorf("after the end of the object: %v, device of %d bytes", err, deviceSize(t, v))
	}
	if _, err := os.Stat(d.Folder()); err != nil {
		t.Errorf("what a retained disk holds is gone: %v", err)
	}
	if err := p.volume(&v); err != nil {
		t.Fatal(err)
	}
	v.Status.Phase = corev1.VolumeReleased
	for range 2 {
		if err := p.volume(&v); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(d.Folder()); !os.IsNotExist(err) || len(p.volumes(t)) != 0 || deviceSize(t, v) != 0 {
		t.Errorf("folder: %v; %d volumes, device of %d bytes", err, len(p.volumes(t)), deviceSize(t, v))
	}
}
