package place

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/rest"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// Objects of kinds that Kubernetes itself does not have are somebody's as well: what would be taken over is seen before.
func TestRoutesAndCertificatesThatAreSomebodysAreSeen(t *testing.T) {
	answers := map[string]any{
		"/apis/gateway.networking.k8s.io/v1/namespaces/graph/httproutes/neo4j-http": metav1.PartialObjectMetadata{
			ObjectMeta: metav1.ObjectMeta{Name: "neo4j-http", Annotations: map[string]string{plan.OwnedBy: "organization/web/dev"}},
		},
		"/apis/cert-manager.io/v1/namespaces/graph/certificates/neo4j-certificate": metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{Name: "neo4j-certificate"}},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, there := answers[r.URL.Path]
		if !there {
			w.WriteHeader(http.StatusNotFound)
			answer = metav1.Status{TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: metav1.StatusFailure, Reason: metav1.StatusReasonNotFound, Code: http.StatusNotFound}
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer)
	}))
	defer server.Close()
	client, err := kubernetes.NewForConfig(&rest.Config{Host: server.URL, QPS: -1})
	require.NoError(t, err)
	p := planned()
	there, err := objects(t.Context(), client, p)
	require.NoError(t, err)
	assert.Empty(t, there, "not asked for where the plan has none")
	p.Expose.Route.Gateway, p.Certificates.Source = "edge", plan.FromManager
	p.TLS = map[neo4j.Scope]neo4j.Encrypted{neo4j.BoltScope: {Demand: neo4j.TLSRequired}}
	there, err = objects(t.Context(), client, p)
	require.NoError(t, err)
	assert.Equal(t, []plan.Object{
		{Kind: "httproute", Namespace: "graph", Name: "neo4j-http", Owner: "organization/web/dev"},
		{Kind: "certificate", Namespace: "graph", Name: "neo4j-certificate"},
	}, there)
}

func TestClaimsOfHostPathVolumesThatAreSomebodysAreSeen(t *testing.T) {
	p := planned()
	p.Storage = plan.Storage{Size: 1 << 30, HostPath: "/data/neo4j"}
	there, err := objects(t.Context(), fake.NewClientset(&corev1.PersistentVolumeClaim{ObjectMeta: meta("datadir-neo4j-1", nil)}), p)
	require.NoError(t, err)
	assert.Equal(t, []plan.Object{{Kind: "persistentvolumeclaim", Namespace: "graph", Name: "datadir-neo4j-1"}}, there)
}
