package supervisor

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"neo4j-kubernetes/dev/internal/disk"
	"neo4j-kubernetes/dev/internal/home"
	"neo4j-kubernetes/dev/internal/node"
)

// host is what a box changes outside its namespaces, as it was before. It is written down before the first change, so that a
// box which was killed is cleared by the next `up` or `down`.
type host struct {
	Sysctls map[string]string
	// Made are the empty folders that were made as mount points.
	Made []string
}

// The kubelet sets these for the whole machine.
var sysctls = []string{"vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic", "kernel/panic_on_oops"}

// hostFile is the machine's own record, whichever box was first: a second box would write down what the first one changed. /run
// is empty after a reboot, as the sysctls are.
const hostFile = "/run/neo4j-kubernetes-box.json"

// PrepareHost writes down what will be changed, unless another box did, makes the mount points, and the box's first cgroup: the
// sign by which the end of another box sees that it was not the last one.
func PrepareHost(b home.Box) error {
	unlock, err := lockHost(filepath.Dir(hostFile))
	if err != nil {
		return err
	}
	defer unlock()
	if err := makeCgroups(b.Name()); err != nil {
		return fmt.Errorf("cgroups: %w", err)
	}
	return prepareHost(hostFile, "/proc/sys", node.MountPoints...)
}

// lockHost keeps the boxes of a machine from changing the host at the same time: one that ends would take the record and the mount
// points from one that has just found them, and the host's own values would be lost. The lock is on the record's folder, so that no
// file stays for it.
func lockHost(dir string) (unlock func(), err error) {
	lock, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		_ = lock.Close()
		return nil, fmt.Errorf("locking %s: %w", dir, err)
	}
	return func() { _ = lock.Close() }, nil
}

func prepareHost(file, proc string, mountPoints ...string) error {
	if _, err := os.Stat(file); err == nil {
		return nil
	}
	h := host{Sysctls: map[string]string{}}
	for _, name := range sysctls {
		text, err := os.ReadFile(filepath.Join(proc, name))
		if err != nil {
			return err
		}
		h.Sysctls[name] = strings.TrimSpace(string(text))
	}
	for _, dir := range mountPoints {
		if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
			h.Made = append(h.Made, dir)
		}
	}
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	// Whole or not at all: a torn record would stand in the way of every later up and down.
	if err := os.WriteFile(file+".new", text, 0o600); err != nil {
		return err
	}
	if err := os.Rename(file+".new", file); err != nil {
		return err
	}
	for _, dir := range h.Made {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	return nil
}

// Clear removes what a box that no longer runs left on the host: its cgroups with the processes in them, the loop devices of its
// disks, and if it was the last one also the mount points and changed sysctls.
func Clear(b home.Box) error {
	if err := clearHost(b); err != nil {
		return err
	}
	// Last: the mounts of a disk end with the processes of their node.
	return disk.DetachAll(b.Volumes())
}

// clearHost leaves a mount point to a box that still uses it.
func clearHost(b home.Box) error {
	unlock, err := lockHost(filepath.Dir(hostFile))
	if err != nil {
		return err
	}
	defer unlock()
	if err := removeCgroups(b.Name()); err != nil {
		return err
	}
	if anyBox() {
		return nil
	}
	return restoreHost(hostFile, "/proc/sys")
}

func restoreHost(file, proc string) error {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var h host
	if err := json.Unmarshal(text, &h); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	for name, value := range h.Sysctls {
		if err := os.WriteFile(filepath.Join(proc, name), []byte(value), 0o644); err != nil {
			return err
		}
	}
	for _, dir := range h.Made {
		// Only when empty: what somebody put there meanwhile is theirs.
		_ = os.Remove(dir)
	}
	return os.Remove(file)
}
