// Package provision answers claims with folders, or with disks where their class allows expansion: `local` PersistentVolumes, on
// which fsGroup works and which pin a claim to its node, as a cloud's disks pin one to a zone. Disks grow, and it is the real kubelet
// that formats, mounts and enlarges their file systems.
package provision

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/record"

	"neo4j-kubernetes/dev/internal/disk"
)

// Own is the provisioner of the box's default class.
const Own = "box.local/dir"

// provisioners are the names that this one answers for: its own, and those which the stacks of other platforms name.
var provisioners = []string{Own, "pd.csi.storage.gke.io", "ebs.csi.aws.com", "k8s.io/minikube-hostpath"}

const (
	provisionerKey  = "volume.kubernetes.io/storage-provisioner"
	selectedNodeKey = "volume.kubernetes.io/selected-node"
	madeByKey       = "pv.kubernetes.io/provisioned-by"
)

type provisioner struct {
	client kubernetes.Interface
	dir    string
	class  func(name string) (*storagev1.StorageClass, error)
	events record.EventRecorder
}

// Run provisions below a folder until the process is ended.
func Run(client kubernetes.Interface, dir string) error {
	told := record.NewBroadcaster()
	told.StartRecordingToSink(&typedcorev1.EventSinkImpl{Interface: client.CoreV1().Events("")})
	p := &provisioner{
		client: client, dir: filepath.Clean(dir),
		events: told.NewRecorder(scheme.Scheme, corev1.EventSource{Component: Own}),
	}
	// The resync tries again what went wrong.
	if err := p.watch(informers.NewSharedInformerFactory(client, 10*time.Second), nil); err != nil {
		return err
	}
	select {}
}

// watch hands claims and volumes to the provisioner, one at a time: two at work on one disk could attach it twice. The classes are
// known before the first of them, or a claim would grow whose class refuses it.
func (p *provisioner) watch(factory informers.SharedInformerFactory, stop <-chan struct{}) error {
	classes := factory.Storage().V1().StorageClasses()
	p.class = classes.Lister().Get
	classes.Informer()
	factory.Start(stop)
	factory.WaitForCacheSync(stop)
	var one sync.Mutex
	try := func(handle func() error) {
		one.Lock()
		defer one.Unlock()
		if err := handle(); err != nil {
			log.Print(err)
		}
	}
	claim := func(o any) {
		c := o.(*corev1.PersistentVolumeClaim)
		try(func() error { return errors.Join(p.claim(c), p.grow(c)) })
	}
	volume := func(o any) { try(func() error { return p.volume(o.(*corev1.PersistentVolume)) }) }
	deleted := func(o any) {
		if last, ok := o.(cache.DeletedFinalStateUnknown); ok {
			o = last.Obj
		}
		if v, ok := o.(*corev1.PersistentVolume); ok {
			try(func() error { return p.deleted(v) })
		}
	}
	_, err := factory.Core().V1().PersistentVolumeClaims().Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: claim, UpdateFunc: func(_, o any) { claim(o) },
	})
	if err != nil {
		return err
	}
	_, err = factory.Core().V1().PersistentVolumes().Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: volume, UpdateFunc: func(_, o any) { volume(o) }, DeleteFunc: deleted,
	})
	factory.Start(stop)
	return err
}

// claim makes a volume for a claim that waits for one of our provisioners.
func (p *provisioner) claim(c *corev1.PersistentVolumeClaim) error {
	if c.Status.Phase == corev1.ClaimBound || c.Spec.VolumeName != "" || c.DeletionTimestamp != nil ||
		!slices.Contains(provisioners, c.Annotations[provisionerKey]) || c.Spec.StorageClassName == nil {
		return nil
	}
	class, err := p.class(*c.Spec.StorageClassName)
	if err != nil {
		return fmt.Errorf("claim %s/%s: %w", c.Namespace, c.Name, err)
	}
	node := c.Annotations[selectedNodeKey]
	if node == "" {
		if class.VolumeBindingMode != nil && *class.VolumeBindingMode == storagev1.VolumeBindingWaitForFirstConsumer {
			return nil // the scheduler has not chosen yet
		}
		if node, err = p.anyNode(); err != nil {
			return err
		}
	}
	made := volumeFor(c, class, node)
	folder := filepath.Join(p.dir, fmt.Sprintf("%s_%s_%.8s", c.Namespace, c.Name, string(c.UID)))
	if class.AllowVolumeExpansion != nil && *class.AllowVolumeExpansion {
		err = onDisk(made, disk.In(folder))
	} else {
		made.Spec.Local.Path, err = folder, os.MkdirAll(folder, 0o755)
	}
	if err != nil {
		return fmt.Errorf("claim %s/%s: %w", c.Namespace, c.Name, err)
	}
	_, err = p.client.CoreV1().PersistentVolumes().Create(context.Background(), made, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}

// onDisk puts a volume on a disk, of a disk's least size where the claim asks for less, as clouds do.
func onDisk(v *corev1.PersistentVolume, d disk.Disk) error {
	size, fileSystem := v.Spec.Capacity[corev1.ResourceStorage], disk.FileSystem
	if least := resource.NewQuantity(disk.Least, resource.BinarySI); size.Cmp(*least) < 0 {
		size = *least
	}
	v.Spec.Capacity = corev1.ResourceList{corev1.ResourceStorage: size}
	v.Spec.Local = &corev1.LocalVolumeSource{Path: d.Device(), FSType: &fileSystem}
	return d.Make(size.Value())
}

func (p *provisioner) anyNode() (string, error) {
	nodes, err := p.client.CoreV1().Nodes().List(context.Background(), metav1.ListOptions{})
	if err != nil {
		return "", fmt.Errorf("no node for a volume: %w", err)
	}
	if len(nodes.Items) == 0 {
		return "", errors.New("no node for a volume: there are none")
	}
	return nodes.Items[0].Name, nil
}

func volumeFor(c *corev1.PersistentVolumeClaim, class *storagev1.StorageClass, node string) *corev1.PersistentVolume {
	reclaim := corev1.PersistentVolumeReclaimDelete
	if class.ReclaimPolicy != nil {
		reclaim = *class.ReclaimPolicy
	}
	mode := corev1.PersistentVolumeFilesystem
	return &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: "pvc-" + string(c.UID), Annotations: map[string]string{madeByKey: c.Annotations[provisionerKey]}},
		Spec: corev1.PersistentVolumeSpec{
			PersistentVolumeReclaimPolicy: reclaim, AccessModes: c.Spec.AccessModes, Capacity: c.Spec.Resources.Requests,
			VolumeMode: &mode, StorageClassName: class.Name,
			ClaimRef: &corev1.ObjectReference{
				Kind: "PersistentVolumeClaim", APIVersion: "v1", Namespace: c.Namespace, Name: c.Name, UID: c.UID,
			},
			PersistentVolumeSource: corev1.PersistentVolumeSource{Local: &corev1.LocalVolumeSource{}},
			NodeAffinity: &corev1.VolumeNodeAffinity{Required: &corev1.NodeSelector{NodeSelectorTerms: []corev1.NodeSelectorTerm{{
				MatchExpressions: []corev1.NodeSelectorRequirement{{Key: corev1.LabelHostname, Operator: corev1.NodeSelectorOpIn, Values: []string{node}}},
			}}}},
		},
	}
}

// ours gives the folder of a volume that this provisioner made, empty for any other; onDisk says that a disk is in it.
func (p *provisioner) ours(v *corev1.PersistentVolume) (folder string, onDisk bool) {
	if v.Annotations[madeByKey] == "" || v.Spec.Local == nil {
		return "", false
	}
	folder = v.Spec.Local.Path
	d, onDisk := disk.Of(folder)
	if onDisk {
		folder = d.Folder()
	}
	if filepath.Dir(folder) != p.dir {
		return "", false
	}
	return folder, onDisk
}

// volume removes what a deleted claim left, where the class says so, and sees to it that every other disk is attached: none is after
// a start of the box or of the machine.
func (p *provisioner) volume(v *corev1.PersistentVolume) error {
	folder, onDisk := p.ours(v)
	if folder == "" || v.DeletionTimestamp != nil {
		return nil
	}
	if v.Status.Phase != corev1.VolumeReleased || v.Spec.PersistentVolumeReclaimPolicy != corev1.PersistentVolumeReclaimDelete {
		if !onDisk {
			return nil
		}
		size := v.Spec.Capacity[corev1.ResourceStorage]
		return disk.In(folder).Provide(size.Value())
	}
	if err := p.deleted(v); err != nil {
		return err
	}
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	err := p.client.CoreV1().PersistentVolumes().Delete(context.Background(), v.Name, metav1.DeleteOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

// deleted takes away the device of a volume that is no object any more; what it holds stays, as a retained disk does.
func (p *provisioner) deleted(v *corev1.PersistentVolume) error {
	if folder, onDisk := p.ours(v); onDisk && folder != "" {
		return disk.In(folder).Detach()
	}
	return nil
}
