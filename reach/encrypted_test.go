package reach

import (
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/tests/scripted"
	"neo4j-kubernetes/tests/signed"
)

// While members are replaced to be encrypted, some speak in clear and some TLS only; each is asked as it speaks, and by its next pod as that does.
func TestAMemberOnTheWayToTLSIsAskedAsItSpeaks(t *testing.T) {
	for _, planned := range []bool{false, true} {
		for _, speaks := range []bool{false, true} {
			members, m := at(t, serve(t, &scripted.Server{Password: "p", TLS: speaks}), Login{Password: "p", TLS: planned})
			members.Topology.Encryption = &neo4j.Encryption{Ports: []neo4j.EncryptedPort{{Scope: "bolt", Port: 7687}}}
			for range 2 {
				answer, err := members.Run(t.Context(), m, Question{Database: "system", Statement: "RETURN 1"})
				require.NoError(t, err, "planned %t, speaks %t", planned, speaks)
				assert.Equal(t, [][]any{{"neo4j"}}, answer.Rows)
			}
			assert.Equal(t, planned != speaks, members.turned[m.Name])
		}
	}
}

func TestAPortThatNobodyServesIsNotAskedForEver(t *testing.T) {
	members, m := at(t, scripted.Nobody(t), Login{Password: "p", TLS: true})
	members.Topology.Encryption = &neo4j.Encryption{Ports: []neo4j.EncryptedPort{{Scope: "bolt", Port: 7687}}}
	_, err := members.Run(t.Context(), m, Question{Database: "system", Statement: "RETURN 1"})
	assert.EqualError(t, err, "port 7687 closed")
}

func TestHTTPIsAskedWhereItIsServed(t *testing.T) {
	answers := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS != nil {
			_, _ = w.Write([]byte("encrypted"))
			return
		}
		_, _ = w.Write([]byte("in clear"))
	})
	clear, secure := httptest.NewServer(answers), httptest.NewTLSServer(answers)
	t.Cleanup(clear.Close)
	t.Cleanup(secure.Close)
	for _, test := range []struct {
		off          bool
		address      string
		want, failed string
	}{
		{false, clear.URL, "in clear", ""}, {false, secure.URL, "encrypted", ""}, {true, secure.URL, "encrypted", ""}, {true, clear.URL, "in clear", ""},
		{true, "http://" + scripted.Nobody(t), "", "port 7473 closed"},
	} {
		members, m := at(t, test.address[strings.LastIndex(test.address, "/")+1:], Login{Password: "p"})
		members.Topology.HTTPOff = test.off
		members.Topology.Encryption = &neo4j.Encryption{Ports: []neo4j.EncryptedPort{{Scope: "https", Port: 7473}}}
		body, status, err := members.Get(t.Context(), m, "/")
		if test.failed != "" {
			assert.EqualError(t, err, test.failed)
			continue
		}
		require.NoError(t, err)
		if status == "400 Bad Request" { // Go's TLS server answers one that begins in clear, which Neo4j's does not
			continue
		}
		assert.Equal(t, test.want, string(body))
	}
}

// Members of the plan before may want a certificate that the present plan wants of nobody: it is shown where there is one, and missed only where the
// plan has them want it.
func TestACertificateIsHadForMembersThatMayWantOne(t *testing.T) {
	leaf := signed.NewAuthority(t, "ours").Leaf(-time.Hour, time.Hour, "neo4j")
	key, err := x509.MarshalPKCS8PrivateKey(leaf.PrivateKey)
	require.NoError(t, err)
	whole := map[string][]byte{corev1.TLSCertKey: leaf.PEM, corev1.TLSPrivateKeyKey: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})}
	for name, c := range map[string]struct {
		wanted, shown bool
		data          map[string][]byte
		failed        string
	}{
		"wanted":               {true, true, whole, ""},
		"not wanted":           {false, true, whole, ""},
		"not wanted, none":     {false, false, nil, ""},
		"wanted, without both": {true, false, nil, "secret graph/mine holds no certificate with its key, and port 7687 wants one of its clients: "},
	} {
		secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "graph", Name: "mine"}, Data: c.data}
		members := &Members{kube: &kube{client: fake.NewClientset(secret)}, Topology: neo4j.Topology{Namespace: "graph", Encryption: &neo4j.Encryption{
			Ports: []neo4j.EncryptedPort{{Scope: neo4j.BoltScope, Port: 7687, Secret: "mine", ClientAuth: c.wanted}},
		}}}
		err := members.showCertificate(t.Context())
		assert.Equal(t, c.shown, members.as.Certificate != nil, name)
		if c.failed == "" {
			assert.NoError(t, err, name)
			continue
		}
		assert.ErrorContains(t, err, c.failed, name)
	}
}
