// Package provision answers claims with folders: `local` PersistentVolumes, on which fsGroup works and which pin a claim to its
// node, as a cloud's disks pin one to a zone.
package provision

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
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
}

// Run provisions until the process is ended. Flags: --kubeconfig, and --path for the folder that holds the volumes.
func Run(args []string) error {
	flags := flag.NewFlagSet("provisioner", flag.ContinueOnError)
	kubeconfig, dir := flags.String("kubeconfig", "", "kubeconfig file"), flags.String("path", "", "folder of the volumes")
	if err := flags.Parse(args); err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	p := &provisioner{client: client, dir: filepath.Clean(*dir)}
	factory := informers.NewSharedInformerFactory(client, 10*time.Second) // the resync tries again what went wrong
	p.class = factory.Storage().V1().StorageClasses().Lister().Get
	factory.Storage().V1().StorageClasses().Informer()
	for informer, handle := range map[cache.SharedIndexInformer]func(any) error{
		factory.Core().V1().PersistentVolumeClaims().Informer(): func(o any) error { return p.claim(o.(*corev1.PersistentVolumeClaim)) },
		factory.Core().V1().PersistentVolumes().Informer():      func(o any) error { return p.volume(o.(*corev1.PersistentVolume)) },
	} {
		try := func(o any) {
			if err := handle(o); err != nil {
				log.Print(err)
			}
		}
		_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{AddFunc: try, UpdateFunc: func(_, o any) { try(o) }})
		if err != nil {
			return err
		}
	}
	factory.Start(nil)
	select {}
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
	dir := filepath.Join(p.dir, fmt.Sprintf("%s_%s_%.8s", c.Namespace, c.Name, string(c.UID)))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	_, err = p.client.CoreV1().PersistentVolumes().Create(context.Background(), volumeFor(c, class, node, dir), metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
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

func volumeFor(c *corev1.PersistentVolumeClaim, class *storagev1.StorageClass, node, dir string) *corev1.PersistentVolume {
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
			PersistentVolumeSource: corev1.PersistentVolumeSource{Local: &corev1.LocalVolumeSource{Path: dir}},
			NodeAffinity: &corev1.VolumeNodeAffinity{Required: &corev1.NodeSelector{NodeSelectorTerms: []corev1.NodeSelectorTerm{{
				MatchExpressions: []corev1.NodeSelectorRequirement{{Key: corev1.LabelHostname, Operator: corev1.NodeSelectorOpIn, Values: []string{node}}},
			}}}},
		},
	}
}

// volume removes what a deleted claim left, where the class says so.
func (p *provisioner) volume(v *corev1.PersistentVolume) error {
	if v.Status.Phase != corev1.VolumeReleased || v.Spec.PersistentVolumeReclaimPolicy != corev1.PersistentVolumeReclaimDelete ||
		v.Annotations[madeByKey] == "" || v.Spec.Local == nil || v.DeletionTimestamp != nil || filepath.Dir(v.Spec.Local.Path) != p.dir {
		return nil
	}
	if err := os.RemoveAll(v.Spec.Local.Path); err != nil {
		return err
	}
	err := p.client.CoreV1().PersistentVolumes().Delete(context.Background(), v.Name, metav1.DeleteOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}
