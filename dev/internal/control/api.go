package control

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"neo4j-kubernetes/dev/internal/home"
	"neo4j-kubernetes/dev/internal/node"
	"neo4j-kubernetes/dev/internal/provision"
	"neo4j-kubernetes/dev/internal/supervisor"
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
			return fmt.Errorf("%s: %w: %w; see `box logs`", what, context.Cause(ctx), err)
		case <-time.After(30 * time.Millisecond):
		}
	}
}

func (a api) serving(ctx context.Context) error {
	return until(ctx, "API server", func() error {
		return a.CoreV1().RESTClient().Get().AbsPath("/readyz").Do(ctx).Error()
	})
}

// storageClasses are those of a box: the default and GKE's give folders, disk gives disks, which grow.
func storageClasses() []*storagev1.StorageClass {
	named := func(name, provisioner string, expand bool) *storagev1.StorageClass {
		mode, reclaim := storagev1.VolumeBindingWaitForFirstConsumer, corev1.PersistentVolumeReclaimDelete
		return &storagev1.StorageClass{
			ObjectMeta: metav1.ObjectMeta{Name: name}, Provisioner: provisioner, VolumeBindingMode: &mode, ReclaimPolicy: &reclaim, AllowVolumeExpansion: &expand,
		}
	}
	standard := named("standard", provision.Own, false)
	standard.Annotations = map[string]string{"storageclass.kubernetes.io/is-default-class": "true"}
	return []*storagev1.StorageClass{standard, named("premium-rwo", "pd.csi.storage.gke.io", false), named("disk", provision.Own, true)}
}

// bootstrap makes what a fresh Kubernetes lacks: storage classes.
func (a api) bootstrap(ctx context.Context) error {
	for _, class := range storageClasses() {
		err := until(ctx, "storage class "+class.Name, func() error {
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

// nodesReady waits for the nodes that are powered on, and for the default service account, without which no pod starts.
func (a api) nodesReady(ctx context.Context, look func() supervisor.State) error {
	err := until(ctx, "nodes", func() error {
		nodes, err := a.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
		if err != nil {
			return err
		}
		return notReady(look(), nodes.Items)
	})
	if err != nil {
		return err
	}
	return until(ctx, "default service account", func() error {
		_, err := a.CoreV1().ServiceAccounts("default").Get(ctx, "default", metav1.GetOptions{})
		return err
	})
}

// notReady names the nodes that are powered on and not Ready. One that was powered off stays Ready in the API server's eyes for
// tens of seconds, and one that comes back is Ready there before it has started: only what it said itself since counts.
func notReady(state supervisor.State, nodes []corev1.Node) error {
	byName := map[string]corev1.Node{}
	for _, n := range nodes {
		byName[n.Name] = n
	}
	var left []string
	for n := 1; n <= state.Wanted; n++ {
		if what := nodeState(state, n, byName); state.On(n) && what != "Ready" {
			left = append(left, node.Name(n)+" "+what)
		}
	}
	if len(left) > 0 {
		return errors.New(strings.Join(left, ", "))
	}
	return nil
}

// heard gives the Ready condition of a node: what it says, and when the node itself said so last, to the second.
func heard(n corev1.Node) (ready bool, at time.Time) {
	c := node.ReadyCondition(n)
	return c.Status == corev1.ConditionTrue, c.LastHeartbeatTime.Time
}
