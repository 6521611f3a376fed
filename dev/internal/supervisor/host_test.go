package supervisor

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"neo4j-kubernetes/dev/internal/disk"
	"neo4j-kubernetes/dev/internal/home"
	"neo4j-kubernetes/dev/internal/node"
)

// fakeProc is a /proc/sys with every sysctl at the given value.
func fakeProc(t *testing.T, value string) string {
	t.Helper()
	proc := t.TempDir()
	for _, name := range sysctls {
		file := filepath.Join(proc, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, file, value+"\n")
	}
	return proc
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func expectSysctls(t *testing.T, proc, want string) {
	t.Helper()
	for _, name := range sysctls {
		text, err := os.ReadFile(filepath.Join(proc, name))
		if err != nil || string(text) != want {
			t.Errorf("%s is %q (%v), want %q", name, text, err, want)
		}
	}
}

// A crash leaves the loop devices of disks, which end with no process.
func TestClearDetachesDisks(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("attaches a loop device, which needs root")
	}
	b := home.Box{Dir: t.TempDir()}
	d := disk.In(filepath.Join(b.Volumes(), "one"))
	t.Cleanup(func() { _ = disk.DetachAll(b.Volumes()) })
	if err := d.Make(1 << 20); err != nil {
		t.Fatal(err)
	}
	device, err := os.Readlink(d.Device())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("/sys/block", filepath.Base(device), "loop", "backing_file")
	if text, err := os.ReadFile(file); err != nil || !strings.Contains(string(text), b.Dir) {
		t.Errorf("%s shows %q (%v)", device, text, err)
	}
	if err := Clear(b); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(file); err == nil && strings.Contains(string(text), b.Dir) {
		t.Errorf("%s shows %q still", device, text)
	}
	if left, err := os.ReadDir(d.Folder()); err != nil || len(left) != 1 {
		t.Errorf("in its folder are %v (%v), not the disk's file alone", left, err)
	}
}

func TestHostIsRestored(t *testing.T) {
	proc, file := fakeProc(t, "0"), filepath.Join(t.TempDir(), "host.json")
	mountPoint := filepath.Join(t.TempDir(), "data")
	if err := prepareHost(file, proc, mountPoint); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(mountPoint); err != nil {
		t.Fatal(err)
	}
	for _, name := range sysctls {
		write(t, filepath.Join(proc, name), "10")
	}
	if err := restoreHost(file, proc); err != nil {
		t.Fatal(err)
	}
	expectSysctls(t, proc, "0")
	for _, gone := range []string{mountPoint, file} {
		if _, err := os.Stat(gone); !os.IsNotExist(err) {
			t.Errorf("%s is left: %v", gone, err)
		}
	}
}

// A box that was killed left changed values behind: the next one must not take those for the host's own.
func TestPreparingAfterAKillKeepsTheFirstWord(t *testing.T) {
	proc, file := fakeProc(t, "0"), filepath.Join(t.TempDir(), "host.json")
	if err := prepareHost(file, proc); err != nil {
		t.Fatal(err)
	}
	for _, name := range sysctls {
		write(t, filepath.Join(proc, name), "10")
	}
	if err := prepareHost(file, proc); err != nil {
		t.Fatal(err)
	}
	if err := restoreHost(file, proc); err != nil {
		t.Fatal(err)
	}
	expectSysctls(t, proc, "0")
}

func TestFoldersOfOthersStay(t *testing.T) {
	proc, file := fakeProc(t, "0"), filepath.Join(t.TempDir(), "host.json")
	existing, filled := t.TempDir(), filepath.Join(t.TempDir(), "data")
	if err := prepareHost(file, proc, existing, filled); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(filled, "somebody's"), "x")
	if err := restoreHost(file, proc); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{existing, filepath.Join(filled, "somebody's")} {
		if _, err := os.Stat(dir); err != nil {
			t.Error(err)
		}
	}
}

func TestRestoringWithoutABoxDoesNothing(t *testing.T) {
	proc := fakeProc(t, "7")
	if err := restoreHost(filepath.Join(t.TempDir(), "host.json"), proc); err != nil {
		t.Fatal(err)
	}
	expectSysctls(t, proc, "7\n")
}

// What cannot be put back must be said, and the record kept for the next try.
func TestRestoringSaysWhatItCannot(t *testing.T) {
	proc, file := fakeProc(t, "0"), filepath.Join(t.TempDir(), "host.json")
	if err := prepareHost(file, proc); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(proc); err != nil {
		t.Fatal(err)
	}
	if err := restoreHost(file, proc); err == nil {
		t.Error("no error though nothing was restored")
	}
	if _, err := os.Stat(file); err != nil {
		t.Error("the record is gone:", err)
	}
}

// While one box ends another may have just found the host's record and not have started yet: neither the record nor the mount points
// may be taken from it.
func TestTheEndOfABoxLeavesTheHostToOneThatBegins(t *testing.T) {
	if os.Getuid() != 0 || len(hierarchies()) == 0 {
		t.Skip("makes cgroups: needs root and cgroups")
	}
	ending, beginning := home.Box{Dir: t.TempDir()}, home.Box{Dir: t.TempDir()}
	for _, b := range []home.Box{ending, beginning} {
		t.Cleanup(func() {
			if err := Clear(b); err != nil {
				t.Error(err)
			}
		})
		if err := PrepareHost(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := Clear(ending); err != nil {
		t.Fatal(err)
	}
	for _, needed := range append([]string{hostFile}, node.MountPoints...) {
		if _, err := os.Stat(needed); err != nil {
			t.Errorf("taken from the box that begins: %v", err)
		}
	}
}
