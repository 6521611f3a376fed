package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// claimAndPod is a claim of a class, of a size, and a pod that has it mounted at /data.
const claimAndPod = `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {storageClassName: %s, accessModes: [ReadWriteOnce], resources: {requests: {storage: %s}}}
---
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  terminationGracePeriodSeconds: 0
  securityContext: {fsGroup: 7474}
  containers:
  - {name: p, image: "box.local/pause:1", imagePullPolicy: Never, volumeMounts: [{name: data, mountPath: /data}]}
  volumes:
  - {name: data, persistentVolumeClaim: {claimName: data}}
`

// failingClass is a class whose volumes do not grow though it says so.
const failingClass = `
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: failing}
provisioner: ebs.csi.aws.com
allowVolumeExpansion: true
volumeBindingMode: WaitForFirstConsumer
parameters: {box.local/fail-expansion: "the array is out of disks"}
`

func (s *subject) apply(manifest string) {
	s.t.Helper()
	file := filepath.Join(s.t.TempDir(), "manifest.yaml")
	if err := os.WriteFile(file, []byte(manifest), 0o644); err != nil {
		s.t.Fatal(err)
	}
	s.must("kubectl", "apply", "-f", file)
}

func (s *subject) podRuns() {
	s.t.Helper()
	s.must("kubectl", "wait", "pod/p", "--for=condition=Ready", "--timeout=40s")
	s.lookInside()
}

// inPod gives the size of the file system at /data inside the pod, in MiB, and the path of /data as this process reaches it.
func (s *subject) inPod() (mib uint64, path string) {
	s.t.Helper()
	s.lookInside()
	for pid := range s.inside {
		mounts, _ := os.ReadFile(filepath.Join("/proc", pid, "mountinfo"))
		command, _ := os.ReadFile(filepath.Join("/proc", pid, "cmdline"))
		if !strings.Contains(string(mounts), " /data ") || !strings.HasPrefix(string(command), "/pause") {
			continue // a process of the node, or the pod's sandbox
		}
		path = filepath.Join("/proc", pid, "root", "data")
		var f syscall.Statfs_t
		if err := syscall.Statfs(path, &f); err != nil {
			s.t.Fatal(err)
		}
		return f.Blocks * uint64(f.Bsize) >> 20, path
	}
	s.t.Fatalf("no process of the pod is seen in %v", s.inside)
	return 0, ""
}

// grow asks for a size and waits for the disk, not for its file system.
func (s *subject) grow(size string) {
	s.t.Helper()
	s.must("kubectl", "patch", "pvc/data", "-p", fmt.Sprintf(`{"spec":{"resources":{"requests":{"storage":%q}}}}`, size))
	s.eventually("the disk has "+size, func() bool {
		return s.must("kubectl", "get", "pv", "-o", "jsonpath={.items[*].spec.capacity.storage}") == size
	})
}

func (s *subject) capacity() string {
	return s.must("kubectl", "get", "pvc/data", "-o", "jsonpath={.status.capacity.storage}")
}

func TestADiskGrowsInsideItsPod(t *testing.T) {
	s := newSubject(t)
	s.must("up", "--nodes", "1")
	s.apply(fmt.Sprintf(claimAndPod, "disk", "1Gi"))
	s.podRuns()
	before, data := s.inPod()
	if before < 900 || before > 1024 {
		t.Errorf("the file system has %d MiB", before)
	}
	if err := os.WriteFile(filepath.Join(data, "kept"), []byte("kept"), 0o644); err != nil {
		t.Fatal(err)
	}
	if len(s.loops()) != 1 {
		t.Errorf("loop devices %v", s.loops())
	}

	// While it is mounted, under a pod that runs on.
	s.grow("2Gi")
	// The kubelet looks at a volume's size when it syncs its pod: at a change of the annotations, else within 90 s.
	s.must("kubectl", "annotate", "pod/p", "grown=2Gi")
	s.eventually("the claim has 2Gi", func() bool { return s.capacity() == "2Gi" })
	if after, _ := s.inPod(); after < before+1024 {
		t.Errorf("the file system has %d MiB, before %d", after, before)
	}
	if got := s.must("kubectl", "get", "pod/p", "-o", "jsonpath={.status.containerStatuses[0].restartCount}"); got != "0" {
		t.Errorf("the container was started %s times again", got)
	}
	if got := s.must("kubectl", "get", "pvc/data", "-o", "jsonpath={.status.conditions}{.status.allocatedResourceStatuses}"); got != "" {
		t.Errorf("the claim still says %s", got)
	}

	// Over a stop of the box and the death of all its processes the disk is found again, and grows with the next pod.
	s.must("down", "--keep-data")
	s.nothingLeft()
	s.must("up", "--nodes", "1")
	s.podRuns()
	s.signal(s.supervisor().Supervisor.PID, syscall.SIGKILL)
	s.must("up", "--nodes", "1")
	s.podRuns()
	s.must("kubectl", "delete", "pod/p")
	s.grow("3Gi")
	s.apply(fmt.Sprintf(claimAndPod, "disk", "3Gi"))
	s.podRuns()
	s.eventually("the claim has 3Gi", func() bool { return s.capacity() == "3Gi" })
	after, data := s.inPod()
	text, err := os.ReadFile(filepath.Join(data, "kept"))
	if err != nil || string(text) != "kept" || after < before+2048 {
		t.Errorf("the file system has %d MiB, before %d, and holds %q: %v", after, before, text, err)
	}

	s.must("kubectl", "delete", "pod/p", "pvc/data")
	s.eventually("the disk is gone", func() bool { return len(s.loops()) == 0 })
	s.eventually("the volume is gone", func() bool { return s.must("kubectl", "get", "pv", "-o", "name") == "" })
}

func TestADiskThatCannotGrow(t *testing.T) {
	s := newSubject(t)
	s.must("up", "--nodes", "1")
	s.apply(failingClass + "---" + fmt.Sprintf(claimAndPod, "failing", "1Gi"))
	s.podRuns()
	before, _ := s.inPod()
	s.must("kubectl", "patch", "pvc/data", "-p", `{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}`)
	s.eventually("the claim says it", func() bool {
		return strings.Contains(s.must("kubectl", "get", "pvc/data", "-o", "jsonpath={.status.conditions}"), "failed to expand pvc with the array is out of disks")
	})
	want := `failed: the array is out of disks`
	s.eventually("an event says it", func() bool {
		return strings.Contains(s.must("kubectl", "get", "events", "--field-selector=reason=VolumeResizeFailed", "-o", "jsonpath={.items[*].message}"), want)
	})
	if after, _ := s.inPod(); after != before || s.capacity() != "1Gi" {
		t.Errorf("the file system has %d MiB, before %d; the claim has %s", after, before, s.capacity())
	}
	// Kubernetes lets one ask for less again, but never for as little as there is.
	s.fails(failed, "can not be less than status.capacity", "kubectl", "patch", "pvc/data", "-p", `{"spec":{"resources":{"requests":{"storage":"1Gi"}}}}`)
}
