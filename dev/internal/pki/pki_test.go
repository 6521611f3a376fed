package pki

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"

	"k8s.io/client-go/tools/clientcmd"
)

func load(t *testing.T, dir, name string) *x509.Certificate {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, name+".crt"), filepath.Join(dir, name+".key"))
	if err != nil {
		t.Fatal(err) // also when certificate and key do not belong together
	}
	cert, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func roots(t *testing.T, dir string) *x509.CertPool {
	t.Helper()
	pool, text := x509.NewCertPool(), read(t, filepath.Join(dir, "ca.crt"))
	if !pool.AppendCertsFromPEM(text) {
		t.Fatal("ca.crt holds no certificate")
	}
	return pool
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestServer(t *testing.T) {
	dir := t.TempDir()
	a, err := New(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Server("api", "kube-apiserver", nil, []string{"localhost"}, "127.0.0.1", "10.0.0.1"); err != nil {
		t.Fatal(err)
	}
	cert := load(t, dir, "api")
	for _, host := range []string{"localhost", "127.0.0.1", "10.0.0.1"} {
		if _, err := cert.Verify(x509.VerifyOptions{Roots: roots(t, dir), DNSName: host}); err != nil {
			t.Error(err)
		}
	}
	if _, err := cert.Verify(x509.VerifyOptions{Roots: roots(t, dir), DNSName: "10.0.0.2"}); err == nil {
		t.Error("accepted under an address that is not its own")
	}
	asClient := x509.VerifyOptions{Roots: roots(t, dir), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	if _, err := cert.Verify(asClient); err == nil {
		t.Error("a server's certificate serves as a client's")
	}
}

func TestClient(t *testing.T) {
	dir := t.TempDir()
	a, err := New(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Client("admin", "root", []string{"system:masters"}, "https://127.0.0.1:1", "first", "second"); err != nil {
		t.Fatal(err)
	}
	cert := load(t, dir, "admin")
	if cert.Subject.CommonName != "root" || len(cert.Subject.Organization) != 1 || cert.Subject.Organization[0] != "system:masters" {
		t.Errorf("subject %s", cert.Subject)
	}
	asClient := x509.VerifyOptions{Roots: roots(t, dir), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	if _, err := cert.Verify(asClient); err != nil {
		t.Error(err)
	}
	config, err := clientcmd.LoadFromFile(filepath.Join(dir, "admin.kubeconfig"))
	if err != nil {
		t.Fatal(err)
	}
	if config.CurrentContext != "first" || len(config.Contexts) != 2 {
		t.Errorf("current %q of %d contexts", config.CurrentContext, len(config.Contexts))
	}
	for name := range config.Contexts {
		// Self-contained: the file serves from any folder.
		client, err := clientcmd.NewNonInteractiveClientConfig(*config, name, nil, nil).ClientConfig()
		if err != nil {
			t.Fatal(err)
		}
		if client.Host != "https://127.0.0.1:1" || len(client.CAData) == 0 {
			t.Errorf("context %s: host %s", name, client.Host)
		}
		if _, err := tls.X509KeyPair(client.CertData, client.KeyData); err != nil {
			t.Errorf("context %s: %v", name, err)
		}
	}
}

func TestTwoAuthoritiesDoNotTrustEachOther(t *testing.T) {
	one, other := t.TempDir(), t.TempDir()
	for _, dir := range []string{one, other} {
		a, err := New(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Server("api", "api", nil, []string{"localhost"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := load(t, one, "api").Verify(x509.VerifyOptions{Roots: roots(t, other), DNSName: "localhost"}); err == nil {
		t.Error("one box's server is trusted by the other")
	}
}

func TestFilesAreTheirOwnersOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "pki")
	a, err := New(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Client("admin", "admin", nil, "https://127.0.0.1:1", "box"); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", e.Name(), info.Mode().Perm())
		}
	}
	public, _ := pem.Decode(read(t, filepath.Join(dir, "sa.pub")))
	if public == nil {
		t.Fatal("sa.pub is not PEM")
	}
	if _, err := x509.ParsePKIXPublicKey(public.Bytes); err != nil {
		t.Error(err)
	}
}

func TestExistsOnlyWhenComplete(t *testing.T) {
	dir := t.TempDir()
	a, err := New(dir)
	if err != nil {
		t.Fatal(err)
	}
	if Exists(dir) {
		t.Error("a half-made folder counts as made")
	}
	if err := a.Complete(); err != nil {
		t.Fatal(err)
	}
	if !Exists(dir) {
		t.Error("a complete folder does not count as made")
	}
}
