package control

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"k8s.io/client-go/tools/clientcmd"

	"neo4j-kubernetes/dev/internal/home"
	"neo4j-kubernetes/dev/internal/node"
)

func write(t *testing.T, text string, names ...string) {
	t.Helper()
	file := filepath.Join(names...)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o755); err != nil { // some stand for programs
		t.Fatal(err)
	}
}

func TestCredentials(t *testing.T) {
	b := home.Box{Dir: t.TempDir()}
	if err := credentials(b, 4242); err != nil {
		t.Fatal(err)
	}
	authority, err := os.ReadFile(b.Path("pki", "ca.crt"))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(authority)
	verify := func(name, host string) {
		t.Helper()
		pair, err := tls.LoadX509KeyPair(b.Path("pki", name+".crt"), b.Path("pki", name+".key"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := pair.Leaf.Verify(x509.VerifyOptions{Roots: pool, DNSName: host}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, host := range []string{"127.0.0.1", "localhost", "kubernetes.default.svc", node.Address(1), "10.79.0.1"} {
		verify("apiserver", host)
	}
	for n := 1; n <= mostNodes; n++ {
		verify("kubelet-"+node.Name(n), node.Address(n))
		// The Node authorizer goes by these two.
		pair, err := tls.LoadX509KeyPair(b.Path("pki", node.Name(n)+".crt"), b.Path("pki", node.Name(n)+".key"))
		if err != nil {
			t.Fatal(err)
		}
		who := pair.Leaf.Subject
		if who.CommonName != "system:node:"+node.Name(n) || !slices.Equal(who.Organization, []string{"system:nodes"}) {
			t.Errorf("node %d is %s", n, who)
		}
	}
	// Again, on another port: the same certificates, a kubeconfig that follows.
	if err := credentials(b, 4343); err != nil {
		t.Fatal(err)
	}
	if again, err := os.ReadFile(b.Path("pki", "ca.crt")); err != nil || string(again) != string(authority) {
		t.Error("a second up makes new certificates", err)
	}
	config, err := clientcmd.LoadFromFile(b.Kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	if config.CurrentContext != "neo4j-dev" || config.Clusters["box"].Server != "https://127.0.0.1:4343" {
		t.Errorf("context %s, server %s", config.CurrentContext, config.Clusters["box"].Server)
	}
	for _, c := range []string{"neo4j-dev", "minikube", "gke", "eks", "existing"} {
		if config.Contexts[c] == nil {
			t.Errorf("no context %s", c)
		}
	}
}

// A killed up may have left a half-made folder.
func TestCredentialsHalfMade(t *testing.T) {
	b := home.Box{Dir: t.TempDir()}
	write(t, "torn", b.Path("pki", "ca.crt"))
	if err := credentials(b, 1); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(b.Path("pki", "ca.crt")); err != nil || string(text) == "torn" {
		t.Error("a half-made folder is used", err)
	}
}

func environment(t *testing.T, b home.Box) (map[string]string, string) {
	t.Helper()
	variables, engine, err := Environment(b)
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	for _, v := range variables {
		values[v.Name] = v.Value
	}
	return values, engine
}

func unset(t *testing.T, name string) {
	t.Helper()
	t.Setenv(name, "") // restores it afterwards
	if err := os.Unsetenv(name); err != nil {
		t.Fatal(err)
	}
}

func TestEnvironmentWithoutAnInstalledPulumi(t *testing.T) {
	b, cache := home.Box{Dir: t.TempDir()}, t.TempDir()
	bin := filepath.Join(cache, "neo4j-kubernetes", "bin")
	write(t, "", bin, "pulumi")
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("PATH", bin+":/bin") // as `box env` leaves it: the own build is no installed one, whatever plugins the user has
	user := t.TempDir()
	t.Setenv("HOME", user)
	write(t, "", user, ".pulumi", "plugins", "resource-kubernetes-v4.33.0", "pulumi-resource-kubernetes")
	unset(t, "PULUMI_HOME")
	unset(t, "PULUMI_CONFIG_PASSPHRASE")
	first, engine := environment(t, b)
	if !strings.Contains(engine, "own build") || !strings.HasPrefix(first["PATH"], bin+":") {
		t.Errorf("%s, PATH %s", engine, first["PATH"])
	}
	if first["PULUMI_HOME"] != filepath.Join(cache, "neo4j-kubernetes", "pulumi-home") || first["KUBECONFIG"] != b.Kubeconfig() ||
		first["PULUMI_BACKEND_URL"] != "file://"+b.Path("pulumi-state") {
		t.Errorf("environment %v", first)
	}
	second, _ := environment(t, b)
	if len(first["PULUMI_CONFIG_PASSPHRASE"]) < 20 || second["PULUMI_CONFIG_PASSPHRASE"] != first["PULUMI_CONFIG_PASSPHRASE"] {
		t.Error("the passphrase is short or does not last")
	}
	if info, err := os.Stat(b.Path("passphrase")); err != nil || info.Mode().Perm() != 0o600 {
		t.Error("the passphrase can be read by others", err)
	}
	t.Setenv("PULUMI_CONFIG_PASSPHRASE", "the caller's")
	if third, _ := environment(t, b); third["PULUMI_CONFIG_PASSPHRASE"] != "the caller's" {
		t.Error("the caller's passphrase is not used")
	}
}

func TestEnvironmentWithAnInstalledPulumi(t *testing.T) {
	b, bin, user := home.Box{Dir: t.TempDir()}, t.TempDir(), t.TempDir()
	write(t, "", bin, "pulumi")
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("PATH", bin)
	t.Setenv("HOME", user)
	unset(t, "PULUMI_HOME")
	if _, engine := environment(t, b); !strings.Contains(engine, "own build") {
		t.Errorf("a Pulumi without its Kubernetes plugin is used: %s", engine)
	}
	write(t, "", user, ".pulumi", "plugins", "resource-kubernetes-v4.33.0", "pulumi-resource-kubernetes")
	values, engine := environment(t, b)
	if !strings.Contains(engine, "v4.33.0") || !strings.HasPrefix(values["PATH"], bin+":") {
		t.Errorf("%s, PATH %s", engine, values["PATH"])
	}
	// The user's own plugins are found in the user's own folder.
	if _, ok := values["PULUMI_HOME"]; ok {
		t.Error("PULUMI_HOME is moved away from the installation's")
	}
}

func TestPortIsKept(t *testing.T) {
	b := home.Box{Dir: t.TempDir()}
	first, err := choosePort(b)
	if err != nil {
		t.Fatal(err)
	}
	second, err := choosePort(b)
	if err != nil || second != first {
		t.Errorf("%d, then %d: %v", first, second, err)
	}
	write(t, "garbage", b.Path("port"))
	if port, err := choosePort(b); err != nil || port == 0 {
		t.Errorf("port %d: %v", port, err)
	}
}
