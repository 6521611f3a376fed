package node

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// asking keeps its connection: a node's parts ask twenty times a second each, and a handshake for each would cost the API server more than
// the answer.
var asking = &http.Client{Timeout: time.Second, Transport: &http.Transport{
	TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, IdleConnTimeout: 10 * time.Second, //nolint:gosec // only: does it answer?
}}

// apiReady asks the API server's readyz, which anonymous users may.
func apiReady(ctx context.Context) bool { return saysOK(ctx, APIServer()+"/readyz") }

func saysOK(ctx context.Context, url string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	response, err := asking.Do(request)
	if err != nil {
		return false
	}
	// A connection whose answer was not read to its end is not used again.
	_, err = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
	return err == nil && response.StatusCode == http.StatusOK
}

// imagesLatest is when a node imports images though not all are Ready: another one may be off, the one with the API server among them.
const imagesLatest = 15 * time.Second

// awaitNodes returns when all nodes are Ready, or after a limit. Images wait for it: an import takes both cores of a small machine for as long
// as it lasts, and the components, of which none needs an image to start, would take twice as long beside it.
func (s Spec) awaitNodes(ctx context.Context, limit time.Duration) {
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
	// Its error is that of a context which has ended, by the limit or with the node.
	_ = wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, limit, true, func(ctx context.Context) (bool, error) {
		nodes, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
		return err == nil && readyNodes(nodes.Items) >= s.Nodes, nil
	})
}

func readyNodes(nodes []corev1.Node) (n int) {
	for _, node := range nodes {
		if ReadyCondition(node).Status == corev1.ConditionTrue {
			n++
		}
	}
	return n
}

// ReadyCondition is what a node of the API server says of its being Ready; without a status where it has said nothing yet.
func ReadyCondition(n corev1.Node) corev1.NodeCondition {
	for _, c := range n.Status.Conditions {
		if c.Type == corev1.NodeReady {
			return c
		}
	}
	return corev1.NodeCondition{}
}
