package reach

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/fake"
	k8stesting "k8s.io/client-go/testing"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/tests/signed"
)

func TestWhatASecretHolds(t *testing.T) {
	authority := signed.NewAuthority(t, "the CA")
	leaf := authority.Leaf(-time.Hour, time.Hour, "neo4j-0")
	client := fake.NewClientset(&corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: "graph", Name: "neo4j-tls"}, Data: map[string][]byte{"tls.crt": leaf.PEM, "ca.crt": authority.PEM()},
	})
	members := &Members{Topology: neo4j.Topology{Namespace: "graph"}, kube: &kube{client: client}}
	port := neo4j.EncryptedPort{Scope: "bolt", Port: 7687, Secret: "neo4j-tls", Key: "tls.crt"}
	kept, err := members.Kept(t.Context(), port)
	require.NoError(t, err)
	assert.Equal(t, []string{"neo4j-0"}, kept.Chain[0].DNSNames)
	assert.Len(t, kept.Chain, 1)
	assert.NotNil(t, kept.Authorities)

	behind, err := KeptIn(map[string][]byte{"tls.crt": slices.Concat(leaf.PEM, []byte("-----BEGIN X-----\n-----END X-----\n"), authority.PEM())}, "tls.crt")
	require.NoError(t, err)
	assert.Len(t, behind.Chain, 2, "what stands behind it, and nothing else")
	_, err = KeptIn(map[string][]byte{"tls.crt": slices.Concat(leaf.PEM, []byte("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"))}, "tls.crt")
	assert.ErrorContains(t, err, "its key tls.crt: x509")

	other := port
	other.Key = "tls.key"
	_, err = members.Kept(t.Context(), other)
	assert.EqualError(t, err, "secret graph/neo4j-tls: its key tls.key holds no certificate in PEM")
	other.Secret = "another"
	_, err = members.Kept(t.Context(), other)
	assert.EqualError(t, err, `secret graph/another: secrets "another" not found`)
	unknown, err := members.Kept(t.Context(), neo4j.EncryptedPort{Scope: "bolt", Port: 7687})
	assert.Nil(t, unknown)
	assert.NoError(t, err)

	client.PrependReactor("get", "secrets", func(k8stesting.Action) (bool, runtime.Object, error) {
		return true, nil, apierrors.NewForbidden(schema.GroupResource{Resource: "secrets"}, "neo4j-tls", nil)
	})
	unknown, err = members.Kept(t.Context(), port)
	assert.Nil(t, unknown, "who may not read it goes without")
	assert.NoError(t, err)
}
