package authority

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestACertificateIsTheSameUntilSomethingIsAnother(t *testing.T) {
	now := time.Now().Truncate(time.Second)
	a, err := New("neo4j.graph", now)
	require.NoError(t, err)
	names := []string{"*.neo4j.graph.svc.cluster.local", "localhost"}
	first, err := a.Sign(names, now, now.Add(time.Hour))
	require.NoError(t, err)
	again, err := a.Sign(names, now, now.Add(time.Hour))
	require.NoError(t, err)
	assert.Equal(t, first, again)
	for _, other := range []struct {
		names []string
		from  time.Time
	}{{names[:1], now}, {names, now.Add(time.Minute)}} {
		text, err := a.Sign(other.names, other.from, now.Add(time.Hour))
		require.NoError(t, err)
		assert.NotEqual(t, first, text)
	}
	b, err := New("neo4j.graph", now)
	require.NoError(t, err)
	assert.NotEqual(t, a.Certificate, b.Certificate)
}

func TestAClientThatTrustsTheAuthorityTakesTheCertificate(t *testing.T) {
	now := time.Now()
	a, err := New("neo4j.graph", now)
	require.NoError(t, err)
	text, err := a.Sign([]string{"*.neo4j.graph.svc.cluster.local"}, now.Add(-time.Hour), now.Add(time.Hour))
	require.NoError(t, err)
	_, err = tls.X509KeyPair(text, a.LeafKey)
	require.NoError(t, err, "key and certificate are of each other")
	block, rest := pem.Decode(text)
	leaf, err := x509.ParseCertificate(block.Bytes)
	require.NoError(t, err)
	assert.Equal(t, a.Certificate, rest, "the authority's stands behind it")
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(a.Certificate))
	for _, usage := range []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth} {
		_, err = leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: "neo4j-0.neo4j.graph.svc.cluster.local", KeyUsages: []x509.ExtKeyUsage{usage}})
		assert.NoError(t, err)
	}
	_, err = leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: "neo4j-client.graph.svc"})
	assert.Error(t, err)
}

func TestWhatIsNoAuthority(t *testing.T) {
	good, err := New("neo4j.graph", time.Now())
	require.NoError(t, err)
	for _, bad := range []Authority{{}, {Certificate: good.Certificate}, {Certificate: good.Certificate, Key: good.Key}, {Certificate: good.Key, Key: good.Key, LeafKey: good.LeafKey}} {
		_, err := bad.Sign([]string{"a"}, time.Now(), time.Now())
		assert.Error(t, err)
	}
}
