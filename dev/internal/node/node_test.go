package node

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/util/yaml"
)

var spec = Spec{Home: "/srv/box", Box: "neo4j-box-1", Self: "/srv/bin/box", Images: "/srv/images", Number: 2, Nodes: 3}

func TestSpecRoundTrip(t *testing.T) {
	got, err := ParseSpec(spec.String())
	if err != nil || got != spec {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := ParseSpec("{"); err == nil {
		t.Error("a torn argument is taken")
	}
}

func TestNodesDoNotCollide(t *testing.T) {
	seen := map[string]int{}
	for n := 1; n <= 5; n++ {
		for _, own := range []string{Name(n), Address(n), podSubnet(n)} {
			if other, ok := seen[own]; ok {
				t.Errorf("nodes %d and %d share %s", other, n, own)
			}
			seen[own] = n
		}
		ip, subnet, err := net.ParseCIDR(podSubnet(n))
		_, pods, _ := net.ParseCIDR(PodCIDR)
		if err != nil || !pods.Contains(ip) || subnet.Contains(net.ParseIP(Address(n))) {
			t.Errorf("subnet %s: %v", podSubnet(n), err)
		}
	}
	if Zone(1) == Zone(2) || Zone(2) == Zone(3) || Zone(1) == Zone(3) || Zone(4) != Zone(1) {
		t.Error("three nodes are not in three zones")
	}
	_, services, _ := net.ParseCIDR(ServiceCIDR)
	if !services.Contains(net.ParseIP(apiService)) {
		t.Errorf("%s is not in %s", apiService, ServiceCIDR)
	}
}

func TestFiles(t *testing.T) {
	parse := map[string]func([]byte) error{
		".conflist": func(text []byte) error { return json.Unmarshal(text, new(map[string]any)) },
		".yaml":     func(text []byte) error { return yaml.UnmarshalStrict(text, new(map[string]any)) },
	}
	want := map[string]string{
		"10-box.conflist": `"subnet": "10.78.2.0/24"`, "containerd.toml": `sandbox_image = "box.local/pause:1"`,
		"kubelet.yaml": "cgroupRoot: /neo4j-box-1/dev2", "proxy.yaml": "hostnameOverride: dev2", "Corefile": "bind 10.77.0.11",
	}
	entries, err := files.ReadDir("files")
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != len(want) {
		t.Errorf("%d files, %d looked at", len(entries), len(want))
	}
	for _, e := range entries {
		text, err := spec.render(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), want[e.Name()]) || strings.Contains(string(text), "{{") {
			t.Errorf("%s lacks %q:\n%s", e.Name(), want[e.Name()], text)
		}
		if check := parse[filepath.Ext(e.Name())]; check != nil {
			if err := check(text); err != nil {
				t.Errorf("%s: %v", e.Name(), err)
			}
		}
	}
}

func TestComponents(t *testing.T) {
	names := func(s Spec) (all []string) {
		for _, p := range s.components() {
			all = append(all, p.name)
		}
		return all
	}
	if got := names(spec); !slices.Equal(got, []string{"containerd", "kubelet", "network"}) {
		t.Errorf("a worker runs %v", got)
	}
	first := spec
	first.Number = 1
	all := names(first)
	for _, name := range []string{"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "cloud", "coredns", "kubelet"} {
		if !slices.Contains(all, name) {
			t.Errorf("node 1 lacks %s", name)
		}
	}
	for _, p := range first.components() {
		for _, arg := range p.args {
			// Only its own namespaces keep the box closed: nothing may ask for all of a namespace's addresses without need.
			if strings.Contains(arg, "0.0.0.0") {
				t.Errorf("%s listens everywhere: %s", p.name, arg)
			}
		}
		if p.name != "containerd" && !slices.Equal(p.args[:3], []string{"/srv/bin/box", "component", p.name}) {
			t.Errorf("%s is started as %v", p.name, p.args[:3])
		}
	}
}

func TestArchivesSeeANewVersion(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.tar")
	for name, text := range map[string]string{"a.tar": "one", "a.tar.part": "half", "notes": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	before, err := Archives(dir)
	if err != nil || len(before) != 1 || before["a.tar"] == "" {
		t.Fatalf("got %v, %v", before, err)
	}
	again := time.Now().Add(time.Second)
	if err := os.Chtimes(file, again, again); err != nil {
		t.Fatal(err)
	}
	after, err := Archives(dir)
	if err != nil || after["a.tar"] == before["a.tar"] {
		t.Errorf("an archive built again counts as imported: %v, %v", after, err)
	}
}

func TestRelay(t *testing.T) {
	upstream, front := listenLoopback(t), listenLoopback(t)
	go func() {
		conn, err := upstream.Accept()
		if err != nil {
			return
		}
		// Answers only after the asker's half is closed, so a relay that does not pass that on hangs.
		text, _ := io.ReadAll(conn)
		_, _ = conn.Write(bytes.ToUpper(text))
		_ = conn.Close()
	}()
	go Relay(front, func() (net.Conn, error) { return net.Dial("tcp", upstream.Addr().String()) })
	conn, err := net.Dial("tcp", front.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := conn.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil || string(answer) != "HELLO" {
		t.Errorf("got %q, %v", answer, err)
	}
}

// A relay whose far side is away hangs up and goes on: the API server's node may be off.
func TestRelaySurvivesItsFarSide(t *testing.T) {
	front := listenLoopback(t)
	go Relay(front, func() (net.Conn, error) { return nil, os.ErrNotExist })
	for range 2 {
		conn, err := net.Dial("tcp", front.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		if n, err := conn.Read(make([]byte, 1)); n != 0 || err == nil || os.IsTimeout(err) {
			t.Errorf("read %d, %v; want a closed connection", n, err)
		}
		_ = conn.Close()
	}
}

func listenLoopback(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func TestComponentsAreStartedAgain(t *testing.T) {
	logs := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	asked := 0
	p := part{name: "part", args: []string{"/bin/sh", "-c", "echo run $WHO"}, env: []string{"WHO=me"}, ready: func(context.Context) bool {
		asked++
		return asked > 2
	}}
	ended := make(chan struct{})
	go func() {
		p.keepRunning(ctx, logs)
		close(ended)
	}()
	runs := func() int {
		text, _ := os.ReadFile(filepath.Join(logs, "part.log"))
		return strings.Count(string(text), "run me\n")
	}
	for deadline := time.Now().Add(20 * time.Second); runs() < 3; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d runs", runs())
		}
	}
	cancel()
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Fatal("does not end with its context")
	}
	if asked != 3 {
		t.Errorf("readiness asked %d times, want until it is there and no more", asked)
	}
}

// flaky is a listener whose Accept fails some times first, as where files run out.
type flaky struct {
	net.Listener
	fails int
}

func (f *flaky) Accept() (net.Conn, error) {
	if f.fails > 0 {
		f.fails--
		return nil, syscall.EMFILE
	}
	return f.Listener.Accept()
}

func TestRelaySurvivesItsListener(t *testing.T) {
	front := listenLoopback(t)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		Relay(&flaky{front, 3}, func() (net.Conn, error) {
			near, far := net.Pipe()
			go func() {
				_, _ = far.Write([]byte("hello"))
				_ = far.Close()
			}()
			return near, nil
		})
	}()
	conn, err := net.Dial("tcp", front.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	text := make([]byte, 5)
	if _, err := io.ReadFull(conn, text); err != nil || string(text) != "hello" {
		t.Errorf("after errors that pass: %q, %v", text, err)
	}
	_ = front.Close()
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Error("goes on though its listener is closed")
	}
}
