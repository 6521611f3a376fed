package balance

import (
	"context"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/fake"
)

func service(name string, change func(*corev1.Service)) *corev1.Service {
	s := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "db", Name: name}, Spec: corev1.ServiceSpec{Type: corev1.ServiceTypeLoadBalancer}}
	if change != nil {
		change(s)
	}
	return s
}

func having(address string) func(*corev1.Service) {
	return func(s *corev1.Service) {
		s.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: address}}
	}
}

// address is what a Service has after a while; empty for none.
func address(t *testing.T, client kubernetes.Interface, name, want string) {
	t.Helper()
	got := ""
	for range 100 {
		s, err := client.CoreV1().Services("db").Get(context.Background(), name, metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		got = ""
		for _, at := range s.Status.LoadBalancer.Ingress {
			got = at.IP
		}
		if got == want {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("%s has %q, want %q", name, got, want)
}

func TestServicesGetAddresses(t *testing.T) {
	other, aws := "somebody/else", "service.k8s.aws/nlb"
	client := fake.NewClientset(service("old", having("10.80.0.1")))
	stop := make(chan struct{})
	defer close(stop)
	if err := watch(client, "10.80.0.0/24", informers.NewSharedInformerFactory(client, 0), stop); err != nil {
		t.Fatal(err)
	}
	create := func(name string, change func(*corev1.Service)) {
		t.Helper()
		if _, err := client.CoreV1().Services("db").Create(context.Background(), service(name, change), metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	create("new", nil)
	address(t, client, "new", "10.80.0.2")
	create("aws", func(s *corev1.Service) { s.Spec.LoadBalancerClass = &aws })
	address(t, client, "aws", "10.80.0.3")
	create("asks", func(s *corev1.Service) { s.Spec.LoadBalancerIP = "10.80.0.200" })
	address(t, client, "asks", "10.80.0.200")
	create("inside", func(s *corev1.Service) { s.Spec.Type = corev1.ServiceTypeClusterIP })
	create("others", func(s *corev1.Service) { s.Spec.LoadBalancerClass = &other })
	create("taken", func(s *corev1.Service) { s.Spec.LoadBalancerIP = "10.80.0.1" })
	create("far", func(s *corev1.Service) { s.Spec.LoadBalancerIP = "8.8.8.8" })
	create("last", nil)
	address(t, client, "last", "10.80.0.4")
	for _, none := range []string{"inside", "others", "taken", "far"} {
		address(t, client, none, "")
	}

	back, err := client.CoreV1().Services("db").Get(context.Background(), "new", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	back.Spec.Type = corev1.ServiceTypeClusterIP
	if _, err := client.CoreV1().Services("db").Update(context.Background(), back, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	address(t, client, "new", "")
	create("next", nil)
	address(t, client, "next", "10.80.0.2")
}
