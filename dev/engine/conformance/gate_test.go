package conformance

import (
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/tools/clientcmd"
)

// gate stands before the API server, for one test, and can be shut: connections through it end, and new ones are closed
// at once, as when an API server restarts.
type gate struct {
	kubeconfig string // that leads through the gate
	server     string // the API server's host and port
	mu         sync.Mutex
	shut       bool
	through    []net.Conn
}

func newGate(t *testing.T) *gate {
	t.Helper()
	config, err := clientcmd.LoadFromFile(cluster.kubeconfig)
	require.NoError(t, err)
	server, err := url.Parse(config.Clusters["conformance"].Server)
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	g := &gate{server: server.Host, kubeconfig: filepath.Join(t.TempDir(), "kubeconfig")}
	text := kubeconfigText("https://" + listener.Addr().String())
	require.NoError(t, os.WriteFile(g.kubeconfig, []byte(text), 0o600))
	t.Cleanup(func() { _ = listener.Close(); g.close() })
	go func() {
		for {
			outside, err := listener.Accept()
			if err != nil {
				return
			}
			g.pass(outside)
		}
	}()
	return g
}

// pass joins a connection with one to the API server, unless the gate is shut.
func (g *gate) pass(outside net.Conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut {
		_ = outside.Close()
		return
	}
	inside, err := net.Dial("tcp", g.server)
	if err != nil {
		_ = outside.Close()
		return
	}
	g.through = append(g.through, outside, inside)
	for _, way := range [][2]net.Conn{{outside, inside}, {inside, outside}} {
		go func() {
			_, _ = io.Copy(way[0], way[1])
			_ = way[0].Close()
			_ = way[1].Close()
		}()
	}
}

func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = true
	for _, conn := range g.through {
		_ = conn.Close()
	}
	g.through = nil
}

func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = false
}
