// Package balance gives Services of type LoadBalancer an address, as a cloud's controller does. It carries no traffic: kube-proxy serves the
// address on every node, and it leads nowhere outside the box.
package balance

import (
	"context"
	"fmt"
	"log"
	"net/netip"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/utils/ptr"
)

// classes are the load balancer classes that this one answers for: none named, and that of the AWS Load Balancer Controller.
var classes = []string{"", "service.k8s.aws/nlb"}

// balancer keeps no record of its own: the addresses that are given stand in the Services.
type balancer struct {
	client kubernetes.Interface
	block  netip.Prefix
}

// Run gives addresses of a block, written as 10.80.0.0/24, until the process is ended.
func Run(client kubernetes.Interface, block string) error {
	// The resync tries again what went wrong.
	if err := watch(client, block, informers.NewSharedInformerFactory(client, 10*time.Second), nil); err != nil {
		return err
	}
	select {}
}

// watch serves one Service after the other, as an informer calls a handler.
func watch(client kubernetes.Interface, block string, factory informers.SharedInformerFactory, stop <-chan struct{}) error {
	prefix, err := netip.ParsePrefix(block)
	if err != nil {
		return err
	}
	b := &balancer{client, prefix}
	serve := func(o any) {
		s := o.(*corev1.Service)
		if err := b.serve(context.Background(), s); err != nil {
			log.Printf("load balancer of %s: %v", keyOf(s), err)
		}
	}
	_, err = factory.Core().V1().Services().Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: serve, UpdateFunc: func(_, o any) { serve(o) },
	})
	factory.Start(stop)
	return err
}

// serve gives a Service its address, or takes it back where it wants none any more. An event may be older than what was written since: the API
// then refuses the change.
func (b *balancer) serve(ctx context.Context, s *corev1.Service) error {
	wants := s.Spec.Type == corev1.ServiceTypeLoadBalancer && slices.Contains(classes, ptr.Deref(s.Spec.LoadBalancerClass, ""))
	has := len(s.Status.LoadBalancer.Ingress) > 0
	if wants == has {
		return nil
	}
	changed := s.DeepCopy()
	changed.Status.LoadBalancer = corev1.LoadBalancerStatus{}
	if wants {
		address, err := b.free(ctx, s)
		if err != nil {
			return err
		}
		changed.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: address.String(), IPMode: ptr.To(corev1.LoadBalancerIPModeVIP)}}
	}
	_, err := b.client.CoreV1().Services(s.Namespace).UpdateStatus(ctx, changed, metav1.UpdateOptions{})
	return err
}

// free is the address that the Service asks for, or the first that nobody has.
func (b *balancer) free(ctx context.Context, s *corev1.Service) (netip.Addr, error) {
	all, err := b.client.CoreV1().Services("").List(ctx, metav1.ListOptions{})
	if err != nil {
		return netip.Addr{}, err
	}
	owners := map[string]string{}
	for _, other := range all.Items {
		for _, at := range other.Status.LoadBalancer.Ingress {
			owners[at.IP] = keyOf(&other)
		}
	}
	if text := s.Spec.LoadBalancerIP; text != "" {
		address, err := netip.ParseAddr(text)
		switch owner := owners[text]; {
		case err != nil || !b.block.Contains(address):
			return address, fmt.Errorf("%s is no address of %s", text, b.block)
		case owner != "" && owner != keyOf(s):
			return address, fmt.Errorf("%s is %s's", text, owner)
		}
		return address, nil
	}
	for address := b.block.Addr().Next(); b.block.Contains(address.Next()); address = address.Next() { // neither the first nor the last
		if owner := owners[address.String()]; owner == "" || owner == keyOf(s) {
			return address, nil
		}
	}
	return netip.Addr{}, fmt.Errorf("all of %s are taken", b.block)
}

func keyOf(s *corev1.Service) string { return cache.MetaObjectToName(s).String() }
