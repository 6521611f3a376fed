package pki

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
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

func TestAKubeconfigOfSomebodyElseIsNotReplaced(t *testing.T) {
	dir := t.TempDir()
	a, err := New(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Client("admin", "admin", nil, "https://127.0.0.1:1", "box"); err != nil {
		t.Fatal(err)
	}
	write := func(file string) error { return WriteKubeconfig(dir, file, "admin", "https://127.0.0.1:2", "box") }
	for name, text := range map[string]string{
		"another cluster": "apiVersion: v1\nkind: Config\nclusters: [{name: production, cluster: {server: 'https://10.0.0.1'}}]\n",
		"ours and theirs": "apiVersion: v1\nkind: Config\nclusters: [{name: box, cluster: {}}, {name: production, cluster: {}}]\n",
		"no kubeconfig":   "notes of mine\n",
	} {
		file := filepath.Join(t.TempDir(), "kubeconfig")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := write(file); err == nil || !strings.Contains(err.Error(), "NEO4J_BOX_HOME") {
			t.Errorf("%s: %v", name, err)
		}
		if string(read(t, file)) != text {
			t.Errorf("%s: the file was replaced", name)
		}
	}
	// One that cannot be read: a folder, since root reads every file.
	unreadable := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.Mkdir(unreadable, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := write(unreadable); err == nil || !strings.Contains(err.Error(), "cannot be read") {
		t.Errorf("one that cannot be read: %v", err)
	}
	// Its own, of an earlier start, and an empty file.
	own := filepath.Join(dir, "admin.kubeconfig")
	empty := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{own, empty} {
		if err := write(file); err != nil || !strings.Contains(string(read(t, file)), "https://127.0.0.1:2") {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// Without its certificates a kubeconfig would be written that nobody can use.
func TestAKubeconfigNeedsItsCertificates(t *testing.T) {
	dir := t.TempDir()
	a, err := New(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Client("admin", "admin", nil, "https://127.0.0.1:1", "box"); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "admin.key")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "kubeconfig")
	if err := WriteKubeconfig(dir, file, "admin", "https://127.0.0.1:1", "box"); err == nil || !strings.Contains(err.Error(), "admin.key") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Error("a kubeconfig was written")
	}
}
