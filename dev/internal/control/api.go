package control

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"neo4j-kubernetes/dev/internal/home"
	"neo4j-kubernetes/dev/internal/provision"
)

// api is the box's API server.
type api struct{ kubernetes.Interface }

func connect(b home.Box) (api, error) {
	config, err := clientcmd.BuildConfigFromFlags("", b.Kubeconfig())
	if err != nil {
		return api{}, err
	}
	config.QPS, config.Burst, config.Timeout = 100, 100, 5*time.Second
	client, err := kubernetes.NewForConfig(config)
	return api{client}, err
}

// until polls until done says so; the last error is the reason when the context ends first.
func until(ctx context.Context, what string, done func() error) error {
	for {
		err := done()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w: %w; see `box logs`", what, ctx.Err(), err)
		case <-time.After(30 * time.Millisecond):
		}
	}
}

func (a api) serving(ctx context.Context) error {
	return until(ctx, "API server", func() error {
		return a.CoreV1().RESTClient().Get().AbsPath("/readyz").Do(ctx).Error()
	})
}

// bootstrap makes what a fresh Kubernetes lacks: the default storage class.
func (a api) bootstrap(ctx context.Context) error {
	mode, reclaim, expand := storagev1.VolumeBindingWaitForFirstConsumer, corev1.PersistentVolumeReclaimDelete, false
	for name, provisioner := range map[string]string{"standard": provision.Own, "premium-rwo": "pd.csi.storage.gke.io"} {
		class := &storagev1.StorageClass{
			ObjectMeta: metav1.ObjectMeta{Name: name}, Provisioner: provisioner, VolumeBindingMode: &mode, ReclaimPolicy: &reclaim, AllowVolumeExpansion: &expand,
		}
		if provisioner == provision.Own {
			class.Annotations = map[string]string{"storageclass.kubernetes.io/is-default-class": "true"}
		}
		err := until(ctx, "storage class "+name, func() error {
			_, err := a.StorageV1().StorageClasses().Create(ctx, class, metav1.CreateOptions{})
			if apierrors.IsAlreadyExists(err) {
				return nil
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// nodesReady waits for the nodes and for the default service account, without which no pod starts.
func (a api) nodesReady(ctx context.Context, want int) error {
	err := until(ctx, "nodes", func() error {
		nodes, err := a.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
		if err != nil {
			return err
		}
		ready := 0
		for _, n := range nodes.Items {
			for _, c := range n.Status.Conditions {
				if c.Type == corev1.NodeReady && c.Status == corev1.ConditionTrue {
					ready++
				}
			}
		}
		if ready < want {
			return fmt.Errorf("%d of %d Ready", ready, want)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return until(ctx, "default service account", func() error {
		_, err := a.CoreV1().ServiceAccounts("default").Get(ctx, "default", metav1.GetOptions{})
		return err
	})
}
