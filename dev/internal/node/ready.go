package node

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// asking keeps its connection: a node's parts ask twenty times a second each, and a handshake for each would cost the API server more than
// the answer.
var asking = &http.Client{Timeout: time.Second, Transport: &http.Transport{
	TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, IdleConnTimeout: 10 * time.Second, //nolint:gosec // only: does it answer?
}}

// apiReady asks the API server's readyz, which anonymous users may.
func apiReady(ctx context.Context) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, APIServer()+"/readyz", nil)
	if err != nil {
		return false
	}
	response, err := asking.Do(request)
	if err != nil {
		return false
	}
	_ = response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// imagesLatest is when a node imports images though not all are Ready: another one may be off, the one with the API server among them.
const imagesLatest = 15 * time.Second

// awaitNodes returns when all nodes are Ready, or after a limit. Images wait for it: an import takes both cores of a small machine for as long
// as it lasts, and the components, of which none needs an image to start, would take twice as long beside it.
func (s Spec) awaitNodes(ctx context.Context, limit time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for !apiReady(ctx) {
		if !pause(ctx, 100*time.Millisecond) {
			return
		}
	}
	config, err := clientcmd.BuildConfigFromFlags("", s.pki("admin.kubeconfig"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	for {
		nodes, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
		if err == nil && readyNodes(nodes.Items) >= s.Nodes || !pause(ctx, 200*time.Millisecond) {
			return
		}
	}
}

func readyNodes(nodes []corev1.Node) (n int) {
	for _, node := range nodes {
		for _, c := range node.Status.Conditions {
			if c.Type == corev1.NodeReady && c.Status == corev1.ConditionTrue {
				n++
			}
		}
	}
	return n
}

// pause says whether the context still goes on after it.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
