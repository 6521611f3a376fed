package supervisor

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// fakeProcess is a process in a folder that stands for /proc. Its name may hold what names may hold.
func fakeProcess(t *testing.T, proc string, pid, parent int, name string, kib int) {
	t.Helper()
	dir := filepath.Join(proc, fmt.Sprint(pid))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "stat"), fmt.Sprintf("%d (%s) S %d 1 1 0", pid, name, parent))
	write(t, filepath.Join(dir, "smaps_rollup"), fmt.Sprintf("00400000-7fff rollup\nRss:  99999 kB\nPss:  %d kB\nPss_Anon: 5 kB\n", kib))
}

func TestMemoryIsTheBoxesOwn(t *testing.T) {
	proc := t.TempDir()
	const root = 100
	fakeProcess(t, proc, 1, 0, "init", 1<<20)
	fakeProcess(t, proc, root, 1, "box", 1)
	fakeProcess(t, proc, 101, root, "node (init) S 7", 2)
	fakeProcess(t, proc, 102, 101, "containerd", 4)
	fakeProcess(t, proc, 103, 102, "kube-apiserver", 8)
	// The shim's parent is the node's PID 1; what runs in the pod descends from the shim.
	fakeProcess(t, proc, 104, 101, "containerd-shim", 1<<10)
	fakeProcess(t, proc, 105, 104, "java", 1<<20)
	fakeProcess(t, proc, 106, 105, "sh", 1<<10)
	// A pulumi that somebody runs against the box is a child of a shell.
	fakeProcess(t, proc, 107, 1, "pulumi", 1<<20)
	// One that ends while it is looked at.
	if err := os.MkdirAll(filepath.Join(proc, "108"), 0o755); err != nil {
		t.Fatal(err)
	}
	got, err := memory(proc, root)
	if want := int64(15 << 10); err != nil || got != want {
		t.Errorf("%d bytes, %v; want %d", got, err, want)
	}
}

func TestMemoryOfThisProcess(t *testing.T) {
	got, err := Memory(Process{os.Getpid(), startTime(os.Getpid())})
	if err != nil || got < 1<<20 {
		t.Errorf("%d bytes, %v", got, err)
	}
	if got, err := Memory(Process{os.Getpid(), "another"}); err != nil || got != 0 {
		t.Errorf("a supervisor that is gone takes %d bytes, %v", got, err)
	}
}
