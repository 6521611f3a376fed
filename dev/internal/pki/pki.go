// Package pki makes the certificates, keys and kubeconfigs of a box.
package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// Authority signs the certificates of one box, into one folder.
type Authority struct {
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

const lifetime = 3650 * 24 * time.Hour

// Exists says whether a folder holds a complete set already.
func Exists(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "complete"))
	return err == nil
}

// New makes an authority: ca.crt, ca.key, and the key pair for service accounts, sa.key and sa.pub.
func New(dir string) (*Authority, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "neo4j-box"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(lifetime), KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	a := &Authority{dir, cert, key}
	if err := a.write("ca.crt", "CERTIFICATE", der); err != nil {
		return nil, err
	}
	if err := a.writeKey("ca.key", key); err != nil {
		return nil, err
	}
	return a, a.serviceAccounts()
}

func (a *Authority) serviceAccounts() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	if err := a.writeKey("sa.key", key); err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	return a.write("sa.pub", "PUBLIC KEY", public)
}

// Server signs <name>.crt and <name>.key for a server under the given names and addresses.
func (a *Authority) Server(name, commonName string, organization []string, names []string, addresses ...string) error {
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: commonName, Organization: organization}, DNSNames: names,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, address := range addresses {
		template.IPAddresses = append(template.IPAddresses, net.ParseIP(address))
	}
	return a.sign(name, template)
}

// Client signs <name>.crt and <name>.key for a user and writes <name>.kubeconfig, with one context a name, the first current.
func (a *Authority) Client(name, commonName string, organization []string, server string, contexts ...string) error {
	template := &x509.Certificate{
		Subject:     pkix.Name{CommonName: commonName, Organization: organization},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	if err := a.sign(name, template); err != nil {
		return err
	}
	return a.Kubeconfig(filepath.Join(a.dir, name+".kubeconfig"), name, server, contexts...)
}

// Kubeconfig writes a self-contained kubeconfig of a user that Client signed.
func (a *Authority) Kubeconfig(file, user, server string, contexts ...string) error {
	return WriteKubeconfig(a.dir, file, user, server, contexts...)
}

// WriteKubeconfig is Kubeconfig for a folder whose authority is at rest. It replaces a kubeconfig that it wrote before, and no other
// file: one that it cannot read, or that names another cluster, is somebody's own.
func WriteKubeconfig(dir, file, user, server string, contexts ...string) error {
	if err := ours(file); err != nil {
		return err
	}
	var parts [3][]byte
	for i, name := range []string{"ca.crt", user + ".crt", user + ".key"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return fmt.Errorf("kubeconfig of %s: %w", user, err)
		}
		parts[i] = text
	}
	config := clientcmdapi.NewConfig()
	config.Clusters[cluster] = &clientcmdapi.Cluster{Server: server, CertificateAuthorityData: parts[0]}
	config.AuthInfos[user] = &clientcmdapi.AuthInfo{ClientCertificateData: parts[1], ClientKeyData: parts[2]}
	for _, c := range contexts {
		config.Contexts[c] = &clientcmdapi.Context{Cluster: cluster, AuthInfo: user}
	}
	config.CurrentContext = contexts[0]
	// Whole or not at all: kubectl may read it at any moment, and a torn one would not be known for the box's own.
	if err := clientcmd.WriteToFile(*config, file+".new"); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

// cluster is the name of the only cluster in a kubeconfig of the box.
const cluster = "box"

// ours says in an error why a file may not be replaced.
func ours(file string) error {
	const mend = "it is not the box's own, so it is not replaced: move it away, or give the box another folder by NEO4J_BOX_HOME"
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(text) == 0 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("a kubeconfig is there already and cannot be read (%w); %s", err, mend)
	}
	config, err := clientcmd.Load(text)
	if err != nil {
		return fmt.Errorf("%s cannot be read as a kubeconfig (%w); %s", file, err, mend)
	}
	if len(config.Clusters) != 1 || config.Clusters[cluster] == nil {
		return fmt.Errorf("%s names other clusters; %s", file, mend)
	}
	return nil
}

// Complete marks the folder as whole.
func (a *Authority) Complete() error {
	return os.WriteFile(filepath.Join(a.dir, "complete"), nil, 0o600)
}

func (a *Authority) sign(name string, template *x509.Certificate) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	if template.SerialNumber, err = rand.Int(rand.Reader, big.NewInt(1<<62)); err != nil {
		return err
	}
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(lifetime)
	template.KeyUsage = x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		return fmt.Errorf("certificate %s: %w", name, err)
	}
	if err := a.write(name+".crt", "CERTIFICATE", der); err != nil {
		return err
	}
	return a.writeKey(name+".key", key)
}

func (a *Authority) writeKey(name string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return a.write(name, "EC PRIVATE KEY", der)
}

func (a *Authority) write(name, kind string, der []byte) error {
	return os.WriteFile(filepath.Join(a.dir, name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}
