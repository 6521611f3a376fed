package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"neo4j-kubernetes/dev/internal/node"
	"neo4j-kubernetes/dev/internal/supervisor"
)

func TestBoxWithOneNode(t *testing.T) {
	s := newSubject(t)
	images := filepath.Join(s.cache, "neo4j-kubernetes", "images")
	if err := os.MkdirAll(images, 0o755); err != nil {
		t.Fatal(err)
	}
	torn := filepath.Join(images, "torn.tar")
	if err := os.WriteFile(torn, []byte("half an archive"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(torn) })
	s.fails(failed, torn, "up", "--nodes", "1")
	if err := os.Remove(torn); err != nil {
		t.Fatal(err)
	}
	s.must("up")
	if got := s.must("kubectl", "get", "nodes", "--no-headers"); strings.Count(got, "\n") != 0 || !strings.Contains(got, "dev1") || !strings.Contains(got, " Ready ") {
		t.Errorf("nodes:\n%s", got)
	}
	if version := s.must("kubectl", "get", "nodes", "-o", "jsonpath={.items[*].status.nodeInfo.kubeletVersion}"); !strings.HasPrefix(version, "v1.34.") {
		t.Errorf("the kubelet is %q", version)
	}
	if pss := s.status().PSS; pss < 100<<20 || pss > 1200<<20 {
		t.Errorf("memory %d MB", pss>>20)
	}
	s.isSeen()
	s.fails(failed, "runs with 1 nodes", "up", "--nodes", "2")
	if out := s.must("logs", "kubelet", "--tail", "1"); out == "" {
		t.Error("the kubelet's log is empty")
	}

	// The objects stay over a stop that keeps them, and what was Ready then does not count now.
	s.must("kubectl", "create", "configmap", "kept")
	s.must("down", "--keep-data")
	s.nothingLeft()
	s.must("up", "--nodes", "1")
	s.must("kubectl", "get", "configmap", "kept")
	s.must("down")
	s.fails(down, "the box is down", "status")
}

func TestBoxWithThreeNodes(t *testing.T) {
	s := newSubject(t)
	s.must("up")
	zones := s.must("kubectl", "get", "nodes", "-o", `jsonpath={range .items[*]}{.metadata.labels.topology\.kubernetes\.io/zone} {end}`)
	if zones != "box-a box-b box-c" || s.states() != "Ready Ready Ready" {
		t.Errorf("zones %q, states %s", zones, s.states())
	}
	s.dialsWebhooks()
	s.dialsFromOutside()
	s.lookInside()

	s.must("node", "stop", "3")
	if got := s.states(); got != "Ready Ready off" {
		t.Errorf("after node stop 3: %s", got)
	}
	s.must("up") // does not wait for what was switched off
	s.must("node", "start", "3")
	s.must("up")
	if got := s.states(); got != "Ready Ready Ready" {
		t.Errorf("after node start 3: %s", got)
	}

	s.signal(s.supervisor().Nodes[2].PID, syscall.SIGKILL)
	s.eventually("the death is noticed", func() bool { return s.status().Nodes[1].Deaths == 1 })
	s.must("up")
	if status := s.status(); s.states() != "Ready Ready Ready" || len(status.Notes) != 1 || !strings.Contains(status.Notes[0], "dev2 ended by itself once") {
		t.Errorf("after the death of node 2: %s, notes %q", s.states(), status.Notes)
	}
	if log := s.must("logs", "supervisor"); !strings.Contains(log, "dev2 ended by itself (signal: killed)") {
		t.Errorf("the log does not say it:\n%s", log)
	}
	s.lookInside()

	// Without the nodes' bridge the box is of no use: it ends, cleanly, and says why.
	s.signal(s.supervisor().Fabric, syscall.SIGKILL)
	s.eventually("the box ends", func() bool { _, alive := supervisor.Load(s.Box); return !alive })
	s.nothingLeft()
	s.fails(down, "the fabric", "status")
}

func TestTwoBoxesSideBySide(t *testing.T) {
	one, other := newSubject(t), newSubject(t)
	one.must("up", "--nodes", "1")
	one.lookInside()
	// One ends while the other begins: what the host was before is neither's alone.
	_, ended := one.begin("down")
	other.must("up", "--nodes", "1")
	if out, code := ended(); code != 0 {
		t.Errorf("down: exit code %d\n%s", code, out)
	}
	one.must("up", "--nodes", "1")
	one.must("down")
	if _, err := os.Stat(record); err != nil {
		t.Errorf("the record of the host is gone while a box runs: %v", err)
	}
	if got := other.states(); got != "Ready" {
		t.Errorf("the end of another box left this one %s", got)
	}
	// A pod with a shim, cgroups and mounts of its own: they end with the box too.
	other.must("kubectl", "run", "p", "--image=box.local/pause:1", "--image-pull-policy=Never")
	other.must("kubectl", "wait", "pod/p", "--for=condition=Ready", "--timeout=20s")
	other.lookInside()
}

func TestTwoUpsAtOnce(t *testing.T) {
	s := newSubject(t)
	_, first := s.begin("up", "--nodes", "1")
	_, second := s.begin("up", "--nodes", "1")
	for _, wait := range []func() (string, int){first, second} {
		if out, code := wait(); code != 0 {
			t.Errorf("exit code %d\n%s", code, out)
		}
	}
	supervisors := 0
	processes(func(pid string) {
		command, _ := os.ReadFile(filepath.Join("/proc", pid, "cmdline"))
		environment, _ := os.ReadFile(filepath.Join("/proc", pid, "environ"))
		if strings.Contains(string(command), "\x00supervise\x00") && strings.Contains(string(environment), s.Dir) {
			supervisors++
		}
	})
	if supervisors != 1 || s.states() != "Ready" {
		t.Errorf("%d supervisors, %s", supervisors, s.states())
	}
	s.lookInside()
	_, first = s.begin("down")
	_, second = s.begin("down")
	for _, wait := range []func() (string, int){first, second} {
		if out, code := wait(); code != 0 {
			t.Errorf("exit code %d\n%s", code, out)
		}
	}
}

// aWebhook is a Service of the API server's own address, under another name than its own, for that one it does not dial, and a webhook there. It
// trusts no certificate of it, and so much it can say only when it has got through.
const aWebhook = `apiVersion: v1
kind: Service
metadata: {name: judge, namespace: default}
spec: {ports: [{port: 443}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: judge, namespace: default, labels: {kubernetes.io/service-name: judge}}
addressType: IPv4
endpoints: [{addresses: [ADDRESS]}]
ports: [{port: 6443}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: judge}
webhooks:
  - name: judge.box.local
    clientConfig: {service: {namespace: default, name: judge}}
    rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]
    sideEffects: None
    admissionReviewVersions: [v1]
`

// dialsWebhooks holds that the API server reaches a Service, by which it dials webhooks.
func (s *subject) dialsWebhooks() {
	s.t.Helper()
	remove := s.creates(strings.ReplaceAll(aWebhook, "ADDRESS", node.Address(1)))
	s.eventually("the webhook is dialled", func() bool {
		out, _ := s.run("kubectl", "create", "configmap", "judged", "--dry-run=server")
		return strings.Contains(out, "failed to verify certificate")
	})
	remove()
}

// creates makes the objects of a manifest, and remove deletes them.
func (s *subject) creates(manifest string) (remove func()) {
	s.t.Helper()
	file := filepath.Join(s.t.TempDir(), "objects.yaml")
	if err := os.WriteFile(file, []byte(manifest), 0o600); err != nil {
		s.t.Fatal(err)
	}
	s.must("kubectl", "create", "-f", file)
	return func() { s.must("kubectl", "delete", "-f", file) }
}
