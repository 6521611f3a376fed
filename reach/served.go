package reach

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"neo4j-kubernetes/neo4j"
)

// servedTime bounds one look at what a port serves.
const servedTime = 10 * time.Second

// ErrClear is a port that speaks no TLS.
var ErrClear = errors.New("speaks no TLS")

// Served gives the certificates that a member serves on a port, the leaf first, by a TLS handshake of this very moment and nothing more. Who
// signed them does not matter here, nor does it that the member may want a certificate of its clients: it has shown its own by then.
func (c *Members) Served(ctx context.Context, m neo4j.Member, port int) ([]*x509.Certificate, error) {
	ctx, cancel := context.WithTimeout(ctx, servedTime)
	defer cancel()
	way, err := c.dial(ctx, m, port)
	if err != nil {
		return nil, err
	}
	defer way.Close()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", way.Addresses[port])
	if err != nil {
		return nil, plain(err, port)
	}
	defer func() { _ = conn.Close() }()
	var chain []*x509.Certificate
	err = tls.Client(conn, &tls.Config{
		ServerName: m.Host, MinVersion: tls.VersionTLS12,
		InsecureSkipVerify: true, //nolint:gosec // package verify judges it, with a sentence for each fault
		VerifyPeerCertificate: func(raw [][]byte, _ [][]*x509.Certificate) error {
			for _, der := range raw {
				one, err := x509.ParseCertificate(der)
				if err != nil {
					return err
				}
				chain = append(chain, one)
			}
			return nil
		},
	}).HandshakeContext(ctx)
	if len(chain) > 0 {
		return chain, nil
	}
	var record tls.RecordHeaderError
	if errors.As(err, &record) || closed(err) {
		return nil, fmt.Errorf("port %d %w", port, ErrClear)
	}
	return nil, plain(err, port)
}

// Kept is what a Secret holds of a certificate.
type Kept struct {
	// Chain is the certificate with those behind it, the leaf first.
	Chain []*x509.Certificate
	// Authorities are those that sign it; nil where the Secret does not say.
	Authorities *x509.CertPool
}

// Kept reads the certificate that a port should serve from its Secret; nil where it is not known which, where nobody is reached through
// Kubernetes, or where one may not read it. The private key beside it is not looked at.
func (c *Members) Kept(ctx context.Context, p neo4j.EncryptedPort) (*Kept, error) {
	if p.Secret == "" || c.kube == nil {
		return nil, nil
	}
	secret, err := c.kube.client.CoreV1().Secrets(c.Topology.Namespace).Get(ctx, p.Secret, metav1.GetOptions{})
	if apierrors.IsForbidden(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("secret %s/%s: %w", c.Topology.Namespace, p.Secret, err)
	}
	kept, err := KeptIn(secret.Data, p.Key)
	if err != nil {
		return nil, fmt.Errorf("secret %s/%s: %w", c.Topology.Namespace, p.Secret, err)
	}
	return kept, nil
}

// KeptIn reads a Secret's data.
func KeptIn(data map[string][]byte, key string) (*Kept, error) {
	chain, err := neo4j.ParseChain(data[key])
	if errors.Is(err, neo4j.ErrNoCertificate) {
		return nil, fmt.Errorf("its key %s %w", key, err)
	}
	if err != nil {
		return nil, fmt.Errorf("its key %s: %w", key, err)
	}
	kept := &Kept{Chain: chain}
	if text := data[neo4j.AuthorityKey]; len(text) > 0 {
		kept.Authorities = x509.NewCertPool()
		if !kept.Authorities.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("its key %s %w", neo4j.AuthorityKey, neo4j.ErrNoCertificate)
		}
	}
	return kept, nil
}
