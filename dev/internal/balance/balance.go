// Package balance gives Services of type LoadBalancer an address, as a cloud's controller does. It carries no traffic: kube-proxy serves the
// address on every node, and it leads nowhere outside the box.
package balance

import (
	"context"
	"fmt"
	"log"
	"net/netip"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	listersv1 "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

// Addresses is the range that addresses are given from.
const Addresses = "10.80.0.0/24"

// classes are the load balancer classes that this one answers for: none named, and that of the AWS Load Balancer Controller.
var classes = []string{"", "service.k8s.aws/nlb"}

type balancer struct {
	client   kubernetes.Interface
	services listersv1.ServiceLister
	// given are the addresses by the Service that has them, which the lister may not show yet.
	mu    sync.Mutex
	given map[netip.Addr]string
}

// Run gives addresses until the process is ended.
func Run(kubeconfig string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	// The resync tries again what went wrong.
	if err := watch(client, informers.NewSharedInformerFactory(client, 10*time.Second), nil); err != nil {
		return err
	}
	select {}
}

func watch(client kubernetes.Interface, factory informers.SharedInformerFactory, stop <-chan struct{}) error {
	services := factory.Core().V1().Services()
	b := &balancer{client: client, services: services.Lister(), given: map[netip.Addr]string{}}
	informer := services.Informer()
	factory.Start(stop)
	factory.WaitForCacheSync(stop) // before the first address is given, those that are given already are known
	serve := func(o any) {
		if err := b.serve(context.Background(), o.(*corev1.Service)); err != nil {
			log.Print(err)
		}
	}
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: serve, UpdateFunc: func(_, o any) { serve(o) },
		DeleteFunc: func(o any) {
			if last, ok := o.(cache.DeletedFinalStateUnknown); ok {
				o = last.Obj
			}
			if s, ok := o.(*corev1.Service); ok {
				b.forget(keyOf(s))
			}
		},
	})
	return err
}

// serve gives a Service its address, or takes it back where it wants none any more.
func (b *balancer) serve(ctx context.Context, s *corev1.Service) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	wants := s.Spec.Type == corev1.ServiceTypeLoadBalancer && slices.Contains(classes, deref(s.Spec.LoadBalancerClass))
	has := len(s.Status.LoadBalancer.Ingress) > 0
	if wants == has {
		return nil
	}
	changed := s.DeepCopy()
	changed.Status.LoadBalancer = corev1.LoadBalancerStatus{}
	if wants {
		address, err := b.free(s)
		if err != nil {
			return err
		}
		mode := corev1.LoadBalancerIPModeVIP
		changed.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: address.String(), IPMode: &mode}}
		b.given[address] = keyOf(s)
	}
	if _, err := b.client.CoreV1().Services(s.Namespace).UpdateStatus(ctx, changed, metav1.UpdateOptions{}); err != nil {
		return fmt.Errorf("load balancer of %s: %w", keyOf(s), err)
	}
	if !wants {
		b.drop(keyOf(s))
	}
	return nil
}

// free is the address that the Service asks for, or the first that nobody has.
func (b *balancer) free(s *corev1.Service) (netip.Addr, error) {
	all, err := b.services.List(labels.Everything())
	if err != nil {
		return netip.Addr{}, err
	}
	taken := map[netip.Addr]string{}
	for address, key := range b.given {
		taken[address] = key
	}
	for _, other := range all {
		for _, at := range other.Status.LoadBalancer.Ingress {
			if address, err := netip.ParseAddr(at.IP); err == nil {
				taken[address] = keyOf(other)
			}
		}
	}
	block := netip.MustParsePrefix(Addresses)
	if text := s.Spec.LoadBalancerIP; text != "" {
		address, err := netip.ParseAddr(text)
		owner, has := taken[address]
		switch {
		case err != nil || !block.Contains(address):
			return address, fmt.Errorf("load balancer of %s: %s is no address of %s", keyOf(s), text, Addresses)
		case has && owner != keyOf(s):
			return address, fmt.Errorf("load balancer of %s: %s is %s's", keyOf(s), text, owner)
		}
		return address, nil
	}
	for address := block.Addr().Next(); block.Contains(address.Next()); address = address.Next() { // neither the first nor the last
		if owner, has := taken[address]; !has || owner == keyOf(s) {
			return address, nil
		}
	}
	return netip.Addr{}, fmt.Errorf("load balancer of %s: all of %s are taken", keyOf(s), Addresses)
}

func (b *balancer) forget(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.drop(key)
}

func (b *balancer) drop(key string) {
	for address, owner := range b.given {
		if owner == key {
			delete(b.given, address)
		}
	}
}

func keyOf(s *corev1.Service) string { return s.Namespace + "/" + s.Name }

func deref(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
