package node

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
)

func TestNodesThatAreReady(t *testing.T) {
	node := func(ready corev1.ConditionStatus) corev1.Node {
		return corev1.Node{Status: corev1.NodeStatus{Conditions: []corev1.NodeCondition{
			{Type: corev1.NodeMemoryPressure, Status: corev1.ConditionTrue}, {Type: corev1.NodeReady, Status: ready},
		}}}
	}
	nodes := []corev1.Node{node(corev1.ConditionTrue), node(corev1.ConditionFalse), node(corev1.ConditionUnknown), {}}
	if n := readyNodes(nodes); n != 1 {
		t.Errorf("%d of %d nodes are Ready, want 1", n, len(nodes))
	}
}

// Where no API server answers, images wait as long as they are told to, and no longer.
func TestImagesWaitForNodesOnlySoLong(t *testing.T) {
	const nowhere = `{apiVersion: v1, kind: Config, current-context: a, contexts: [{name: a, context: {cluster: a}}], clusters: [{name: a, cluster: {server: "http://127.0.0.1:1"}}]}`
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, "pki"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "pki", "admin.kubeconfig"), []byte(nowhere), 0o600); err != nil {
		t.Fatal(err)
	}
	const limit = 20 * time.Millisecond
	began := time.Now()
	Spec{Home: home, Number: 2, Nodes: 3}.awaitNodes(t.Context(), limit)
	if took := time.Since(began); took < limit || took > 5*time.Second {
		t.Errorf("waited %s where no API server answers, want %s", took, limit)
	}
}

func TestReadinessIsAskedOverOneConnection(t *testing.T) {
	var connections atomic.Int32
	ok := true
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if !ok {
			w.WriteHeader(http.StatusInternalServerError)
		}
		_, _ = w.Write([]byte("[+]ping ok"))
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	s.StartTLS()
	defer s.Close()
	for range 3 {
		if !saysOK(t.Context(), s.URL) {
			t.Error("it answers, and is taken for not ready")
		}
	}
	ok = false
	if saysOK(t.Context(), s.URL) {
		t.Error("it says that it is not ready, and is taken for ready")
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("4 questions took %d connections, want 1", n)
	}
}
