// Package signed makes authorities, and certificates that they sign, and serves them over real sockets. It is for tests only.
package signed

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"
)

// Authority signs certificates.
type Authority struct {
	t    testing.TB
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	// behind are the certificates that stand behind its leaves.
	behind [][]byte
}

// Leaf is a certificate with its key. PEM is what a Secret has at tls.crt.
type Leaf struct {
	tls.Certificate
	PEM []byte
}

// NewAuthority makes an authority of a name.
func NewAuthority(t testing.TB, name string) *Authority {
	t.Helper()
	return newAuthority(t, name, -24*time.Hour, 24*time.Hour)
}

// ExpiredAuthority makes one whose time is over.
func ExpiredAuthority(t testing.TB, name string) *Authority {
	t.Helper()
	return newAuthority(t, name, -24*time.Hour, -time.Minute)
}

func newAuthority(t testing.TB, name string, from, until time.Duration) *Authority {
	t.Helper()
	a := &Authority{t: t, key: newKey(t)}
	a.cert = a.sign(authority(name, from, until), nil, &a.key.PublicKey)
	return a
}

func authority(name string, from, until time.Duration) *x509.Certificate {
	return &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		NotBefore: time.Now().Add(from), NotAfter: time.Now().Add(until),
	}
}

// Below makes an authority that this one signs, valid until now+until. Its leaves are served with its certificate behind them.
func (a *Authority) Below(name string, until time.Duration) *Authority {
	a.t.Helper()
	below := &Authority{t: a.t, key: newKey(a.t)}
	below.renew(a, name, until)
	return below
}

// Renewed is the same authority, of the same key, with another certificate.
func (a *Authority) Renewed(by *Authority, until time.Duration) *Authority {
	a.t.Helper()
	again := &Authority{t: a.t, key: a.key}
	again.renew(by, a.cert.Subject.CommonName, until)
	return again
}

func (a *Authority) renew(by *Authority, name string, until time.Duration) {
	a.cert = by.sign(authority(name, -24*time.Hour, until), by.cert, &a.key.PublicKey)
	a.behind = [][]byte{a.cert.Raw}
}

// Behind is a leaf with this authority's certificate behind it.
func (a *Authority) Behind(leaf Leaf) Leaf {
	leaf.Certificate.Certificate = append([][]byte{leaf.Certificate.Certificate[0]}, a.behind...)
	leaf.PEM = nil
	for _, der := range leaf.Certificate.Certificate {
		leaf.PEM = append(leaf.PEM, encode(der)...)
	}
	return leaf
}

// PEM is the authority's own certificate.
func (a *Authority) PEM() []byte { return encode(a.cert.Raw) }

// Leaf signs a server's certificate for some names that is valid from now+from to now+until.
func (a *Authority) Leaf(from, until time.Duration, names ...string) Leaf {
	a.t.Helper()
	return a.leaf(x509.ExtKeyUsageServerAuth, from, until, names)
}

// ClientLeaf signs one that is for clients alone.
func (a *Authority) ClientLeaf(from, until time.Duration, names ...string) Leaf {
	a.t.Helper()
	return a.leaf(x509.ExtKeyUsageClientAuth, from, until, names)
}

func (a *Authority) leaf(usage x509.ExtKeyUsage, from, until time.Duration, names []string) Leaf {
	a.t.Helper()
	key := newKey(a.t)
	cert := a.sign(&x509.Certificate{
		Subject: pkix.Name{CommonName: "neo4j"}, DNSNames: names, NotBefore: time.Now().Add(from), NotAfter: time.Now().Add(until),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{usage},
	}, a.cert, &key.PublicKey)
	return a.Behind(Leaf{Certificate: tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key}})
}

func (a *Authority) sign(template, parent *x509.Certificate, public *ecdsa.PublicKey) *x509.Certificate {
	a.t.Helper()
	var err error
	if template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120)); err != nil {
		a.t.Fatal(err)
	}
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return cert
}

// Server serves a certificate until the test ends, and from Take on another one.
type Server struct {
	mu   sync.Mutex
	leaf Leaf
	// Address is where it listens.
	Address string
}

// Serve serves a leaf at an address of its own. It takes handshakes and nothing more; client has it want a certificate of its clients.
func Serve(t testing.TB, leaf Leaf, client bool) *Server {
	t.Helper()
	s := &Server{leaf: leaf}
	config := &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		return &s.leaf.Certificate, nil
	}}
	if client {
		config.ClientAuth = tls.RequireAnyClientCert
		config.MaxVersion = tls.VersionTLS12 // there a client without one is refused within the handshake
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	s.Address = listener.Addr().String()
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func(conn net.Conn) {
				_ = conn.(*tls.Conn).Handshake()
				_ = conn.Close()
			}(conn)
		}
	}()
	return s
}

// Take has the server serve another leaf.
func (s *Server) Take(leaf Leaf) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.leaf = leaf
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func encode(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
