package provision

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/tools/record"
)

// withClass is a provisioner on one node, dev1, that knows the class "disk" of the given binding mode and reclaim policy.
func withClass(t *testing.T, mode storagev1.VolumeBindingMode, reclaim corev1.PersistentVolumeReclaimPolicy) *provisioner {
	t.Helper()
	class := &storagev1.StorageClass{
		ObjectMeta: metav1.ObjectMeta{Name: "disk"}, Provisioner: "ebs.csi.aws.com", VolumeBindingMode: &mode, ReclaimPolicy: &reclaim,
	}
	return &provisioner{
		events: record.NewFakeRecorder(20),
		client: fake.NewClientset(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "dev1"}}), dir: t.TempDir(),
		class: func(name string) (*storagev1.StorageClass, error) {
			if name != class.Name {
				return nil, apierrors.NewNotFound(schema.GroupResource{Resource: "storageclasses"}, name)
			}
			return class, nil
		},
	}
}

// waiting is a claim as the controller hands it to a provisioner.
func waiting(change func(*corev1.PersistentVolumeClaim)) *corev1.PersistentVolumeClaim {
	class := "disk"
	c := &corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "graph", Name: "data-neo4j-0", UID: "0123456789",
			Annotations: map[string]string{provisionerKey: "ebs.csi.aws.com", selectedNodeKey: "dev3"},
		},
		Spec: corev1.PersistentVolumeClaimSpec{
			StorageClassName: &class, AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
			Resources: corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")}},
		},
	}
	if change != nil {
		change(c)
	}
	return c
}

func (p *provisioner) volumes(t *testing.T) []corev1.PersistentVolume {
	t.Helper()
	list, err := p.client.CoreV1().PersistentVolumes().List(context.Background(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return list.Items
}

func nodeOf(t *testing.T, v corev1.PersistentVolume) string {
	t.Helper()
	required := v.Spec.NodeAffinity.Required.NodeSelectorTerms[0].MatchExpressions[0]
	if required.Key != corev1.LabelHostname || len(required.Values) != 1 {
		t.Fatalf("affinity %+v", required)
	}
	return required.Values[0]
}

func TestClaimGetsAVolumeOnItsNode(t *testing.T) {
	p := withClass(t, storagev1.VolumeBindingWaitForFirstConsumer, corev1.PersistentVolumeReclaimRetain)
	for range 2 { // the informer repeats itself
		if err := p.claim(waiting(nil)); err != nil {
			t.Fatal(err)
		}
	}
	made := p.volumes(t)
	if len(made) != 1 {
		t.Fatalf("%d volumes", len(made))
	}
	v := made[0]
	if nodeOf(t, v) != "dev3" || v.Spec.StorageClassName != "disk" || v.Spec.PersistentVolumeReclaimPolicy != corev1.PersistentVolumeReclaimRetain {
		t.Errorf("volume %+v", v.Spec)
	}
	if ref := v.Spec.ClaimRef; ref.Namespace != "graph" || ref.Name != "data-neo4j-0" || ref.UID != "0123456789" {
		t.Errorf("made for %+v", ref)
	}
	if got := v.Spec.Capacity[corev1.ResourceStorage]; got.String() != "1Gi" {
		t.Errorf("capacity %s", got.String())
	}
	if info, err := os.Stat(v.Spec.Local.Path); err != nil || !info.IsDir() || filepath.Dir(v.Spec.Local.Path) != p.dir {
		t.Errorf("folder %s: %v", v.Spec.Local.Path, err)
	}
}

func TestClaimBoundAtOnceNeedsNoConsumer(t *testing.T) {
	p := withClass(t, storagev1.VolumeBindingImmediate, corev1.PersistentVolumeReclaimDelete)
	if err := p.claim(waiting(func(c *corev1.PersistentVolumeClaim) { delete(c.Annotations, selectedNodeKey) })); err != nil {
		t.Fatal(err)
	}
	if made := p.volumes(t); len(made) != 1 || nodeOf(t, made[0]) != "dev1" {
		t.Errorf("volumes %+v", made)
	}
}

func TestClaimsLeftAlone(t *testing.T) {
	tests := []struct {
		name    string
		change  func(*corev1.PersistentVolumeClaim)
		wantErr bool
	}{
		{"no node chosen yet", func(c *corev1.PersistentVolumeClaim) { delete(c.Annotations, selectedNodeKey) }, false},
		{"somebody else's provisioner", func(c *corev1.PersistentVolumeClaim) { c.Annotations[provisionerKey] = "example.com/disk" }, false},
		{"not asked for yet", func(c *corev1.PersistentVolumeClaim) { delete(c.Annotations, provisionerKey) }, false},
		{"bound", func(c *corev1.PersistentVolumeClaim) { c.Status.Phase = corev1.ClaimBound }, false},
		{"names its volume", func(c *corev1.PersistentVolumeClaim) { c.Spec.VolumeName = "mine" }, false},
		{"going", func(c *corev1.PersistentVolumeClaim) { now := metav1.Now(); c.DeletionTimestamp = &now }, false},
		{"a class that is not there", func(c *corev1.PersistentVolumeClaim) { none := "none"; c.Spec.StorageClassName = &none }, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := withClass(t, storagev1.VolumeBindingWaitForFirstConsumer, corev1.PersistentVolumeReclaimDelete)
			if err := p.claim(waiting(test.change)); (err != nil) != test.wantErr {
				t.Error(err)
			}
			if made := p.volumes(t); len(made) != 0 {
				t.Errorf("volumes %+v", made)
			}
		})
	}
}

func TestReleasedVolume(t *testing.T) {
	tests := []struct {
		name   string
		change func(*corev1.PersistentVolume)
		gone   bool
	}{
		{"of a class that deletes", func(*corev1.PersistentVolume) {}, true},
		{"of a class that retains", func(v *corev1.PersistentVolume) {
			v.Spec.PersistentVolumeReclaimPolicy = corev1.PersistentVolumeReclaimRetain
		}, false},
		{"still bound", func(v *corev1.PersistentVolume) { v.Status.Phase = corev1.VolumeBound }, false},
		{"made by somebody else", func(v *corev1.PersistentVolume) { v.Annotations = nil }, false},
		{"whose folder is not one of ours", func(v *corev1.PersistentVolume) {
			v.Spec.Local.Path = filepath.Join(v.Spec.Local.Path, "below")
		}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := withClass(t, storagev1.VolumeBindingWaitForFirstConsumer, corev1.PersistentVolumeReclaimDelete)
			if err := p.claim(waiting(nil)); err != nil {
				t.Fatal(err)
			}
			v := p.volumes(t)[0]
			folder := v.Spec.Local.Path
			v.Status.Phase = corev1.VolumeReleased
			test.change(&v)
			for range 2 { // the informer repeats itself, also when the object is gone
				if err := p.volume(&v); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := os.Stat(folder); os.IsNotExist(err) != test.gone {
				t.Errorf("folder: %v", err)
			}
			if left := p.volumes(t); (len(left) == 0) != test.gone {
				t.Errorf("%d volumes left", len(left))
			}
		})
	}
}
