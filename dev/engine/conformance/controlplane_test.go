package conformance

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// controlPlane is etcd, an API server and the controllers, as processes of the box's binary.
type controlPlane struct {
	dir        string
	binary     string
	processes  []*exec.Cmd
	kubeconfig string
	client     kubernetes.Interface
	dynamic    dynamic.Interface
}

const adminToken = "conformance" // of a server on loopback that lives as long as the test

func startControlPlane(dir string) (*controlPlane, error) {
	c := &controlPlane{dir: dir, binary: os.Getenv("NEO4J_BOX_BINARY")}
	if c.binary == "" {
		c.binary = filepath.Join(cacheDir(), "bin", "box")
	}
	if _, err := os.Stat(c.binary); err != nil {
		return nil, fmt.Errorf("the Kubernetes components: %w (build the box first, or name its binary in NEO4J_BOX_BINARY)", err)
	}
	ports, err := freePorts(3)
	if err != nil {
		return nil, err
	}
	if err := c.start(ports); err != nil {
		c.stop()
		return nil, err
	}
	return c, nil
}

func (c *controlPlane) start(ports []int) error {
	key := filepath.Join(c.dir, "service-account.key")
	if err := writeKey(key); err != nil {
		return err
	}
	tokens := filepath.Join(c.dir, "tokens.csv")
	if err := os.WriteFile(tokens, []byte(adminToken+",admin,admin,system:masters\n"), 0o600); err != nil {
		return err
	}
	store, peer := fmt.Sprintf("http://127.0.0.1:%d", ports[0]), fmt.Sprintf("http://127.0.0.1:%d", ports[1])
	server := fmt.Sprintf("https://127.0.0.1:%d", ports[2])
	c.kubeconfig = filepath.Join(c.dir, "kubeconfig")
	if err := os.WriteFile(c.kubeconfig, []byte(kubeconfigText(server)), 0o600); err != nil {
		return err
	}
	if err := c.component("etcd", "--data-dir", filepath.Join(c.dir, "etcd"), "--unsafe-no-fsync",
		"--listen-client-urls", store, "--advertise-client-urls", store,
		"--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
		"--initial-cluster", "default="+peer, "--log-level", "error"); err != nil {
		return err
	}
	if err := c.component("kube-apiserver", "--etcd-servers", store,
		"--bind-address", "127.0.0.1", "--advertise-address", "127.0.0.1", "--secure-port", fmt.Sprint(ports[2]),
		"--endpoint-reconciler-type", "none", "--cert-dir", filepath.Join(c.dir, "certificates"),
		"--token-auth-file", tokens, "--authorization-mode", "RBAC", "--service-cluster-ip-range", "10.250.0.0/24",
		"--service-account-key-file", key, "--service-account-signing-key-file", key,
		"--service-account-issuer", "https://kubernetes.default.svc"); err != nil {
		return err
	}
	if err := c.connect(server); err != nil {
		return err
	}
	return c.component("kube-controller-manager", "--kubeconfig", c.kubeconfig, "--leader-elect=false",
		"--service-account-private-key-file", key, "--bind-address", "127.0.0.1", "--secure-port", "0",
		"--concurrent-statefulset-syncs", "2")
}

// component starts one with its output in a log file; it dies with the test.
func (c *controlPlane) component(name string, args ...string) error {
	log, err := os.Create(filepath.Join(c.dir, name+".log"))
	if err != nil {
		return err
	}
	cmd := exec.Command(c.binary, append([]string{"component", name}, args...)...)
	cmd.Stdout, cmd.Stderr = log, log
	// Also when the test itself is killed, or ends by its own alarm.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	c.processes = append(c.processes, cmd)
	return nil
}

func (c *controlPlane) connect(server string) error {
	config := &rest.Config{
		Host: server, BearerToken: adminToken, QPS: 200, Burst: 400,
		TLSClientConfig: rest.TLSClientConfig{Insecure: true},
	}
	var err error
	if c.client, err = kubernetes.NewForConfig(config); err != nil {
		return err
	}
	if c.dynamic, err = dynamic.NewForConfig(config); err != nil {
		return err
	}
	deadline := time.Now().Add(90 * time.Second)
	for time.Now().Before(deadline) {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		_, err = c.client.Discovery().RESTClient().Get().AbsPath("/readyz").DoRaw(ctx)
		cancel()
		if err == nil {
			return nil
		}
		time.Sleep(200 * time.Millisecond)
	}
	text, _ := os.ReadFile(filepath.Join(c.dir, "kube-apiserver.log"))
	return fmt.Errorf("the API server is not ready: %w\n%s", err, text[max(0, len(text)-4000):])
}

func (c *controlPlane) stop() {
	for i := len(c.processes) - 1; i >= 0; i-- {
		cmd := c.processes[i]
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
}

func kubeconfigText(server string) string {
	return fmt.Sprintf(`apiVersion: v1
kind: Config
current-context: conformance
clusters:
- name: conformance
  cluster: {server: %q, insecure-skip-tls-verify: true}
users:
- name: admin
  user: {token: %q}
contexts:
- name: conformance
  context: {cluster: conformance, user: admin}
`, server, adminToken)
}

func writeKey(path string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}), 0o600)
}

// freePorts asks the kernel for ports that nobody listens on.
func freePorts(n int) ([]int, error) {
	var ports []int
	for range n {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer func() { _ = listener.Close() }()
		address, ok := listener.Addr().(*net.TCPAddr)
		if !ok {
			return nil, errors.New("a TCP listener without a TCP address")
		}
		ports = append(ports, address.Port)
	}
	return ports, nil
}
