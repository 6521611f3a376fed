package await

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// endpointSilence is how long a Service with no pods at all is
// watched before it is taken as it is: pods may be made only later, by what depends on the Service.
const endpointSilence = 10 * time.Second

// judgeService: there are pods to send traffic to and each is ready, and a load balancer has its address.
// Services that send no traffic themselves (headless, ExternalName, without a selector) have nothing to
// wait for.
func judgeService(seen view) verdict {
	if seen.object == nil {
		return gone()
	}
	o := seen.object
	kind := text(o, "spec", "type")
	ingress, _, _ := unstructured.NestedSlice(o.Object, "status", "loadBalancer", "ingress")
	addressed := kind != string(corev1.ServiceTypeLoadBalancer) || len(ingress) > 0
	if !sendsTraffic(o, kind) {
		return verdict{
			done: addressed, progress: "[2/3] Attempting to allocate IP address to Service",
			missing: missingAddress(addressed),
		}
	}
	ready, pending := endpoints(seen.related[0])
	v := verdict{progress: "[1/3] Finding Pods to direct traffic to", missing: missingAddress(addressed)}
	if ready > 0 && pending == 0 {
		v.done = addressed
		v.progress = "[2/3] Attempting to allocate IP address to Service"
		return v
	}
	if ready == 0 {
		v.missing = append(v.missing, "Service does not target any Pods. Selected Pods may not be ready, or "+
			"field '.spec.selector' may not match labels on any Pods")
	}
	if addressed && pending == 0 {
		v.settle = endpointSilence
	}
	return v
}

func missingAddress(addressed bool) []string {
	if addressed {
		return nil
	}
	return []string{"Service was not allocated an IP address; does your cloud provider support this?"}
}

func sendsTraffic(o *unstructured.Unstructured, kind string) bool {
	selector, _, _ := unstructured.NestedMap(o.Object, "spec", "selector")
	return kind != string(corev1.ServiceTypeExternalName) && len(selector) > 0 &&
		text(o, "spec", "clusterIP") != corev1.ClusterIPNone
}

// endpoints counts a Service's addresses that take traffic and those that do not yet.
func endpoints(slices []*unstructured.Unstructured) (ready, pending int) {
	for _, o := range slices {
		var slice discoveryv1.EndpointSlice
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &slice); err != nil {
			continue
		}
		for _, endpoint := range slice.Endpoints {
			terminating := endpoint.Conditions.Terminating != nil && *endpoint.Conditions.Terminating
			switch {
			case endpoint.Conditions.Ready == nil || *endpoint.Conditions.Ready:
				ready++
			case !terminating:
				pending++
			}
		}
	}
	return ready, pending
}
