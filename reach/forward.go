package reach

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/util/httpstream"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/transport/spdy"
	"k8s.io/klog/v2"
)

// forward is an open port-forward to a pod: local ports on 127.0.0.1 by the pod's own.
type forward struct {
	local map[int]int
	stop  func()
	// done is closed when the forward has ended, by stop or because the pod went away.
	done chan struct{}
}

// silence keeps client-go from writing broken forwards to standard error: a pod that goes away breaks them, and the poll says so
// in the check's own words.
var silence = sync.OnceFunc(func() { klog.SetLogger(logr.Discard()) })

// forward opens local ports to a pod through the API server. It ends with stop, never by itself while the pod lives.
func (k *kube) forward(ctx context.Context, namespace, pod string, ports ...int) (*forward, error) {
	silence()
	url := k.client.CoreV1().RESTClient().Post().Resource("pods").Namespace(namespace).Name(pod).SubResource("portforward").URL()
	transport, upgrader, err := spdy.RoundTripperFor(k.config)
	if err != nil {
		return nil, err
	}
	old := spdy.NewDialer(upgrader, &http.Client{Transport: transport}, http.MethodPost, url)
	websocket, err := portforward.NewSPDYOverWebsocketDialer(url, k.config)
	if err != nil {
		return nil, err
	}
	// Servers before 1.31 speak SPDY only, and so do some proxies.
	dialer := portforward.NewFallbackDialer(websocket, old, func(err error) bool {
		return httpstream.IsUpgradeFailure(err) || httpstream.IsHTTPSProxyError(err)
	})
	wanted := make([]string, len(ports))
	for i, p := range ports {
		wanted[i] = fmt.Sprintf(":%d", p)
	}
	stop, ready := make(chan struct{}), make(chan struct{})
	forwarder, err := portforward.NewOnAddresses(dialer, []string{"127.0.0.1"}, wanted, stop, ready, io.Discard, io.Discard)
	if err != nil {
		return nil, err
	}
	f := &forward{local: map[int]int{}, stop: sync.OnceFunc(func() { close(stop) }), done: make(chan struct{})}
	failed := make(chan error, 1)
	go func() {
		defer close(f.done)
		failed <- forwarder.ForwardPorts()
	}()
	select {
	case <-ctx.Done():
		f.stop()
		return nil, ctx.Err()
	case err := <-failed:
		return nil, fmt.Errorf("port-forward: %s", FirstLine(err))
	case <-ready:
	}
	open, err := forwarder.GetPorts()
	if err != nil {
		f.stop()
		return nil, err
	}
	for _, p := range open {
		f.local[int(p.Remote)] = int(p.Local)
	}
	return f, nil
}

// FirstLine is the first line of an error's text.
func FirstLine(err error) string {
	if err == nil {
		return "the pod closed it"
	}
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
