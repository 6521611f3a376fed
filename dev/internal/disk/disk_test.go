package disk

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
	"k8s.io/mount-utils"
	utilexec "k8s.io/utils/exec"
)

const mebi = 1 << 20

// volumes is a folder of volumes whose disks are detached with the test.
func volumes(t *testing.T) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("attaches loop devices, which needs root")
	}
	dir := t.TempDir()
	t.Cleanup(func() {
		if err := DetachAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func provide(t *testing.T, d Disk, bytes int64) {
	t.Helper()
	if err := d.Make(bytes); err != nil {
		t.Fatal(err)
	}
}

// size is that of the block device which a path leads to.
func size(t *testing.T, path string) int64 {
	t.Helper()
	device, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = device.Close() }()
	end, err := device.Seek(0, 2)
	if err != nil {
		t.Fatal(err)
	}
	return end
}

func devices(t *testing.T, prefix string) []loop {
	t.Helper()
	loops, err := marked(prefix)
	if err != nil {
		t.Fatal(err)
	}
	return loops
}

func expectDevices(t *testing.T, prefix string, want int) {
	t.Helper()
	if got := devices(t, prefix); len(got) != want {
		t.Errorf("%d devices, want %d: %+v", len(got), want, got)
	}
}

func write(t *testing.T, device, text string) {
	t.Helper()
	file, err := os.OpenFile(device, os.O_WRONLY|os.O_SYNC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	if _, err := file.WriteAt([]byte(text), mebi); err != nil {
		t.Fatal(err)
	}
}

func expectText(t *testing.T, device, want string) {
	t.Helper()
	file, err := os.Open(device)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	got := make([]byte, len(want))
	if _, err := file.ReadAt(got, mebi); err != nil || string(got) != want {
		t.Errorf("the disk holds %q (%v), want %q", got, err, want)
	}
}

func TestADiskGrowsAndKeepsWhatItHolds(t *testing.T) {
	d := In(filepath.Join(volumes(t), "graph_data-neo4j-0_01234567"))
	provide(t, d, 8*mebi)
	write(t, d.Device(), "graph")
	first, err := os.Readlink(d.Device())
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ ask, get int64 }{{8 * mebi, 8 * mebi}, {16*mebi - 1, 16 * mebi}, {16 * mebi, 16 * mebi}, {4 * mebi, 16 * mebi}} {
		provide(t, d, step.ask)
		if got := size(t, d.Device()); got != step.get {
			t.Errorf("asked for %d bytes the disk has %d, want %d", step.ask, got, step.get)
		}
	}
	expectText(t, d.Device(), "graph")
	if now, err := os.Readlink(d.Device()); err != nil || now != first {
		t.Errorf("the device was %s and is %s (%v)", first, now, err)
	}
	expectDevices(t, d.mark(), 1)
	var used syscall.Stat_t
	if err := syscall.Stat(filepath.Join(d.Folder(), image), &used); err != nil || used.Blocks*512 > 2*mebi {
		t.Errorf("the file takes %d bytes (%v): it is not sparse", used.Blocks*512, err)
	}
}

func TestADiskIsAttachedAgain(t *testing.T) {
	dir := volumes(t)
	d, other := In(filepath.Join(dir, "one")), In(filepath.Join(dir, "other"))
	provide(t, d, 8*mebi)
	provide(t, other, 8*mebi)
	write(t, d.Device(), "one")
	write(t, other.Device(), "other")
	if err := DetachAll(dir); err != nil {
		t.Fatal(err)
	}
	expectDevices(t, markAll(dir), 0)
	for _, gone := range []string{d.Device(), other.Device()} {
		if _, err := os.Lstat(gone); !os.IsNotExist(err) {
			t.Errorf("%s would lead to another disk: %v", gone, err)
		}
	}
	provide(t, other, 8*mebi) // most likely under the number that the first one had
	provide(t, d, 8*mebi)
	expectText(t, d.Device(), "one")
	expectText(t, other.Device(), "other")
}

func TestDetach(t *testing.T) {
	dir := volumes(t)
	d, other := In(filepath.Join(dir, "one")), In(filepath.Join(dir, "other"))
	provide(t, d, 8*mebi)
	provide(t, other, 8*mebi)
	for range 2 {
		if err := d.Detach(); err != nil {
			t.Fatal(err)
		}
	}
	expectDevices(t, d.mark(), 0)
	expectDevices(t, other.mark(), 1)
	if _, err := os.Lstat(d.Device()); !os.IsNotExist(err) {
		t.Errorf("the link is there: %v", err)
	}
	if _, err := os.Stat(filepath.Join(d.Folder(), image)); err != nil {
		t.Errorf("what it holds is gone: %v", err)
	}
}

// What a crash left is found by its mark also when somebody removed the folder, and nothing else is touched.
func TestDetachAllFindsDisksWithoutFiles(t *testing.T) {
	dir, others := volumes(t), volumes(t)
	d, other := In(filepath.Join(dir, "one")), In(filepath.Join(others, "one"))
	provide(t, d, 8*mebi)
	provide(t, other, 8*mebi)
	if err := os.RemoveAll(d.Folder()); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "folder", link)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := DetachAll(dir); err != nil {
		t.Fatal(err)
	}
	expectDevices(t, markAll(dir), 0)
	expectDevices(t, markAll(others), 1)
	if _, err := os.Stat(folder); err != nil {
		t.Errorf("a volume that is a folder lost a file: %v", err)
	}
	if err := d.Provide(8 * mebi); !os.IsNotExist(err) {
		t.Errorf("a disk that is gone is provided: %v", err)
	}
}

// The kubelet's own code formats, mounts and grows the device by the path of the link, as its plugin for local volumes does.
func TestTheKubeletsWay(t *testing.T) {
	dir := volumes(t)
	d, target := In(filepath.Join(dir, "one")), t.TempDir()
	provide(t, d, Least)
	mounter := mount.NewSafeFormatAndMount(mount.New(""), utilexec.New())
	if err := mounter.FormatAndMount(d.Device(), target, FileSystem, nil); err != nil {
		t.Fatal(err)
	}
	mounted := true
	unmount := func() {
		if err := mounter.Unmount(target); err != nil {
			t.Error(err)
		}
		mounted = false
	}
	t.Cleanup(func() {
		if mounted {
			unmount()
		}
	})
	kept := filepath.Join(target, "kept")
	if err := os.WriteFile(kept, bytes.Repeat([]byte("x"), mebi), 0o644); err != nil {
		t.Fatal(err)
	}
	before := fileSystem(t, target)
	provide(t, d, 2*Least)
	if got := fileSystem(t, target); got != before {
		t.Errorf("the file system grew by itself from %d to %d", before, got)
	}
	if _, err := mount.NewResizeFs(utilexec.New()).Resize(d.Device(), target); err != nil {
		t.Fatal(err)
	}
	if got := fileSystem(t, target); got < before+Least {
		t.Errorf("the file system has %d bytes, before %d", got, before)
	}
	if info, err := os.Stat(kept); err != nil || info.Size() != mebi {
		t.Errorf("its file: %+v, %v", info, err)
	}

	// Taken away while it is mounted, it is said, it works on, and goes with the mount.
	if err := d.Detach(); err != nil {
		t.Fatal(err)
	}
	loops := devices(t, d.mark())
	if len(loops) != 1 || !loops[0].leaving {
		t.Fatalf("devices %+v", loops)
	}
	want := fmt.Sprintf("attaching %s/disk.img: %s is still mounted from before and goes when it is not", d.Folder(), loops[0].path)
	if err := d.Provide(2 * Least); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if err := os.WriteFile(kept, []byte("still"), 0o644); err != nil {
		t.Error(err)
	}
	unmount()
	provide(t, d, 2*Least)
	if mounts, err := os.ReadFile("/proc/mounts"); err != nil || strings.Contains(string(mounts), target) {
		t.Errorf("a mount is left: %v", err)
	}
}

func fileSystem(t *testing.T, path string) int64 {
	t.Helper()
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		t.Fatal(err)
	}
	return int64(s.Blocks) * s.Bsize
}

func TestOf(t *testing.T) {
	d := In("/volumes/one")
	if got, ok := Of(d.Device()); !ok || got != d {
		t.Errorf("%+v, %t", got, ok)
	}
	if _, ok := Of("/volumes/one"); ok {
		t.Error("a folder counts as a disk")
	}
	if got := len(d.mark()); got > 63 {
		t.Errorf("the mark has %d characters", got)
	}
}
