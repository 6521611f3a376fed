// Package authority makes an authority, and certificates that it signs, for clusters on machines where nobody else's is to be had. All is in PEM;
// keys are RSA in PKCS #8, the one kind that servers of every release read (operations manual 3.5, "SSL framework").
package authority

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"time"

	"neo4j-kubernetes/neo4j"
)

// Authority is an authority's certificate and key, and the key of all certificates that it signs.
type Authority struct{ Certificate, Key, LeafKey []byte }

// life is how long an authority is good for: longer than any machine that it is for.
const life = 20 * 365 * 24 * time.Hour

const keyBits = 2048

// New makes an authority of a name with random keys.
func New(name string, now time.Time) (Authority, error) {
	own, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return Authority{}, err
	}
	leaf, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return Authority{}, err
	}
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: "the authority of " + name}, IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(life),
		SerialNumber: number(name, now.String()),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &own.PublicKey, own)
	if err != nil {
		return Authority{}, err
	}
	a := Authority{Certificate: certificate(der)}
	if a.Key, err = private(own); err != nil {
		return Authority{}, err
	}
	a.LeafKey, err = private(leaf)
	return a, err
}

// Sign gives the certificate of some DNS names, for servers and clients, with the authority's behind it. It is the same whenever it is asked for
// the same: its serial number is computed, and so is RSA's signature (RFC 8017, 8.2).
func (a Authority) Sign(names []string, from, until time.Time) ([]byte, error) {
	parent, err := neo4j.ParseCertificate(a.Certificate)
	if err != nil {
		return nil, fmt.Errorf("the authority's certificate: %w", err)
	}
	own, err := key(a.Key)
	if err != nil {
		return nil, fmt.Errorf("the authority's key: %w", err)
	}
	leaf, err := key(a.LeafKey)
	if err != nil {
		return nil, fmt.Errorf("the members' key: %w", err)
	}
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: "neo4j"}, DNSNames: names, NotBefore: from, NotAfter: until,
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		SerialNumber: number(parent.SerialNumber.String(), strings.Join(names, " "), from.String(), until.String()),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &leaf.PublicKey, own)
	if err != nil {
		return nil, err
	}
	return append(certificate(der), a.Certificate...), nil
}

// number is a serial number of what makes a certificate another: 128 bits, positive (RFC 5280, 4.1.2.2).
func number(of ...string) *big.Int {
	digest := sha256.Sum256([]byte(strings.Join(of, "\n")))
	digest[0] &= 0x7f
	return new(big.Int).SetBytes(digest[:16])
}

func certificate(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func private(k *rsa.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(k)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), err
}

func key(text []byte) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("no PEM")
	}
	k, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	own, ok := k.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%T is no RSA key", k)
	}
	return own, nil
}
