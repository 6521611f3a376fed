package place

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

func encryptedPlan(source plan.Source) plan.Plan {
	p := planned()
	p.Storage = plan.Storage{}
	p.TLS = map[neo4j.Scope]neo4j.Encrypted{neo4j.BoltScope: {Demand: neo4j.TLSRequired, ClientAuth: neo4j.AuthNone}}
	p.Certificates = plan.Certificates{Source: source, Days: 90, RenewDays: 30}
	return p
}

// certificate is one of some names and times, in PEM.
func certificate(t *testing.T, from, until time.Time, names ...string) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: names, NotBefore: from, NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func secretOf(p plan.Plan, name string, data map[string][]byte) *corev1.Secret {
	return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: p.Namespace, Name: name}, Data: data}
}

func TestWhenACertificateIsMadeAnew(t *testing.T) {
	p, now := encryptedPlan(plan.SelfSigned), time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	from, until := p.Certificates.Validity(now)
	is := func(p plan.Plan, text []byte) bool {
		anew, err := reissued(t.Context(), fake.NewClientset(secretOf(p, p.IssuedSecret(), map[string][]byte{"tls.crt": text})), p, now)
		require.NoError(t, err)
		return anew
	}
	assert.False(t, is(p, certificate(t, from, until, p.CertificateNames()...)))
	assert.True(t, is(p, certificate(t, from.Add(-60*plan.Day), until.Add(-60*plan.Day), p.CertificateNames()...)), "it is due")
	assert.True(t, is(p, certificate(t, from, until, "another")))
	assert.True(t, is(p, nil))
	assert.False(t, is(encryptedPlan(plan.FromSecret), nil), "that is not the program's")
	anew, err := reissued(t.Context(), fake.NewClientset(), p, now)
	require.NoError(t, err)
	assert.False(t, anew, "it is made for the first time")
}

func TestCertManagerIsAskedFor(t *testing.T) {
	p, client := encryptedPlan(plan.FromManager), fake.NewClientset()
	needs, err := missing(t.Context(), client, p)
	require.NoError(t, err)
	require.Len(t, needs, 1)
	assert.Contains(t, needs[0].Reason, "cert-manager is not installed")
	client.Resources = []*metav1.APIResourceList{{GroupVersion: "cert-manager.io/v1"}}
	needs, err = missing(t.Context(), client, p)
	require.NoError(t, err)
	assert.Empty(t, needs)
}

func TestWhatASecretOfTheStacksOwnLacks(t *testing.T) {
	p := encryptedPlan(plan.FromSecret)
	p.Release, p.Certificates.Secret = neo4j.MustRelease("3.5.35"), "ours"
	good := certificate(t, time.Now(), time.Now().Add(time.Hour), "a")
	key := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY"})
	ask := func(p plan.Plan, data map[string][]byte) []plan.Need {
		needs, err := missing(t.Context(), fake.NewClientset(secretOf(p, "ours", data)), p)
		require.NoError(t, err)
		return needs
	}
	assert.Empty(t, ask(p, map[string][]byte{"tls.crt": good, "tls.key": key}))
	for reason, data := range map[string]map[string][]byte{
		"it has no key tls.crt":        {"tls.key": key},
		"it has no key tls.key":        {"tls.crt": good},
		"its certificate expired on ":  {"tls.crt": certificate(t, time.Now().Add(-time.Hour), time.Now().Add(-time.Minute), "a"), "tls.key": key},
		"its key tls.crt holds no PEM": {"tls.crt": []byte("x"), "tls.key": key},
		"servers of 3.x read PKCS #8":  {"tls.crt": good, "tls.key": pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY"})},
	} {
		needs := ask(p, data)
		require.Len(t, needs, 1, reason)
		assert.Contains(t, needs[0].Reason, reason)
		assert.Equal(t, "tls.secret", needs[0].Path)
	}
	p.TLS[neo4j.BoltScope] = neo4j.Encrypted{Demand: neo4j.TLSRequired, ClientAuth: neo4j.AuthRequire}
	needs := ask(p, map[string][]byte{"tls.crt": good, "tls.key": key})
	require.Len(t, needs, 1)
	assert.Contains(t, needs[0].Reason, "it has no key ca.crt")
	needs, err := missing(t.Context(), fake.NewClientset(), p)
	require.NoError(t, err)
	assert.Empty(t, needs, "it may come with the namespace")
	p.TLS = map[neo4j.Scope]neo4j.Encrypted{neo4j.ClusterScope: {Demand: neo4j.TLSRequired, ClientAuth: neo4j.AuthNone}}
	assert.Len(t, ask(p, map[string][]byte{"tls.crt": good, "tls.key": key}), 1, "members dial each other")
}
