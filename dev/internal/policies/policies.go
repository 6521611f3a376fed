// Package policies enforces NetworkPolicies on a node, by kube-router's own controller, whose other parts (routes, Services) the box has
// already. It writes rules by iptables and ipset, beside those of kube-proxy, which are nftables'. Without it policies are objects that
// nobody heeds.
package policies

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/cloudnativelabs/kube-router/v2/pkg/controllers/netpol"
	"github.com/cloudnativelabs/kube-router/v2/pkg/healthcheck"
	"github.com/cloudnativelabs/kube-router/v2/pkg/options"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
)

// Run enforces on the node of that name until the process is ended; what it wrote stays in force then. services is the range of the Services'
// addresses.
func Run(client kubernetes.Interface, node, services string) error {
	ctx := context.Background()
	if err := registered(ctx, client, node); err != nil {
		return err
	}
	return enforce(ctx, client, settings(node, services))
}

// settings are those of the controller. It looks at everything anew every few minutes, and at what changes at once.
func settings(node, services string) *options.KubeRouterConfig {
	config := options.NewKubeRouterConfig()
	config.EnableIPv4, config.HostnameOverride, config.ClusterIPCIDRs = true, node, []string{services}
	return config
}

// registered waits until the kubelet has registered the node, whose address the controller asks for at its start.
func registered(ctx context.Context, client kubernetes.Interface, node string) error {
	for range 600 {
		found, err := client.CoreV1().Nodes().Get(ctx, node, metav1.GetOptions{})
		if err == nil && len(found.Status.Addresses) > 0 {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("node %s has not registered", node)
}

// enforce watches pods, namespaces and policies and keeps the node's rules after them.
func enforce(ctx context.Context, client kubernetes.Interface, config *options.KubeRouterConfig) error {
	shared := informers.NewSharedInformerFactory(client, 0)
	pods, spaces, kept := shared.Core().V1().Pods().Informer(), shared.Core().V1().Namespaces().Informer(), shared.Networking().V1().NetworkPolicies().Informer()
	rules, sets, err := netpol.NewIPTablesHandlers(config)
	if err != nil {
		return err
	}
	var ipsets sync.Mutex
	controller, err := netpol.NewNetworkPolicyController(client, config, pods, kept, spaces, &ipsets, rules, sets)
	if err != nil {
		return err
	}
	for informer, handler := range map[cache.SharedIndexInformer]cache.ResourceEventHandler{
		pods: controller.PodEventHandler, spaces: controller.NamespaceEventHandler, kept: controller.NetworkPolicyEventHandler,
	} {
		if _, err := informer.AddEventHandler(handler); err != nil {
			return err
		}
	}
	shared.Start(ctx.Done())
	for kind, synced := range shared.WaitForCacheSync(ctx.Done()) {
		if !synced {
			return fmt.Errorf("no list of %s", kind)
		}
	}
	// It says at every turn that it lives, and waits until somebody takes it.
	beats := make(chan *healthcheck.ControllerHeartbeat)
	go func() {
		for range beats {
		}
	}()
	var ended sync.WaitGroup
	ended.Add(1)
	controller.Run(beats, ctx.Done(), &ended)
	ended.Wait()
	return nil
}
