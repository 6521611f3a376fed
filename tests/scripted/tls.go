package scripted

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"testing"
	"time"
)

// handshakeRecord is the first byte of a TLS client's first record (RFC 8446, 5.1).
const handshakeRecord = 0x16

// encrypted takes a client's TLS handshake. To one that begins in clear it closes without a word: so a real server of 3.5.0-beta03 with
// dbms.connector.bolt.tls_level=REQUIRED was seen to do.
func encrypted(c *connection, config *tls.Config) *connection {
	first, err := c.in.Peek(1)
	if err != nil || first[0] != handshakeRecord {
		return nil
	}
	secure := tls.Server(peeked{c.Conn, c.in}, config)
	if secure.Handshake() != nil {
		return nil
	}
	return &connection{secure, bufio.NewReader(secure)}
}

// peeked is a connection of which a reader has looked ahead.
type peeked struct {
	net.Conn
	in io.Reader
}

func (p peeked) Read(b []byte) (int, error) { return p.in.Read(b) }

// encryption is a certificate that no authority signed.
func encryption(t testing.TB, client bool) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "scripted"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	if client {
		config.ClientAuth = tls.RequireAnyClientCert
	}
	return config
}
