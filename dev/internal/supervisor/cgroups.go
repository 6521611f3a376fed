package supervisor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"neo4j-kubernetes/dev/internal/home"
)

// controllers are the cgroup v1 hierarchies that the kubelet and runc use.
var controllers = []string{"cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "blkio", "pids", "systemd", "hugetlb", "perf_event", "net_cls", "net_prio", "rdma", "misc", "unified"}

// hierarchies gives the mounted cgroup hierarchies: one for v2, one a controller for v1. Only v1 hosts (with a `unified` mount
// beside) could be run so far; v2 follows the kernel's documentation.
func hierarchies() []string {
	const root = "/sys/fs/cgroup"
	if _, err := os.Stat(filepath.Join(root, "cgroup.controllers")); err == nil {
		return []string{root}
	}
	var mounted []string
	for _, c := range controllers {
		dir := filepath.Join(root, c)
		if _, err := os.Stat(filepath.Join(dir, "cgroup.procs")); err == nil {
			mounted = append(mounted, dir)
		}
	}
	return mounted
}

// makeCgroups makes a group and those above it, such as box/node, in every hierarchy.
func makeCgroups(names ...string) error {
	for _, root := range hierarchies() {
		parent := root
		for _, name := range names {
			dir := filepath.Join(parent, name)
			if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
				return err
			}
			if err := delegate(parent, dir); err != nil {
				return err
			}
			parent = dir
		}
	}
	return nil
}

// delegate hands a group what it must have before it can be used: v1's cpuset copies its parent's CPUs and memory nodes, v2
// enables the parent's controllers below it.
func delegate(parent, dir string) error {
	for _, file := range []string{"cpuset.cpus", "cpuset.mems"} {
		text, err := os.ReadFile(filepath.Join(parent, file))
		if err != nil {
			continue // not the cpuset hierarchy
		}
		if len(strings.TrimSpace(string(text))) > 0 {
			if err := os.WriteFile(filepath.Join(dir, file), text, 0o644); err != nil {
				return err
			}
		}
	}
	available, err := os.ReadFile(filepath.Join(parent, "cgroup.controllers"))
	if err != nil {
		return nil // v1
	}
	for _, c := range strings.Fields(string(available)) {
		// One that the host keeps for itself is not worth failing for; the kubelet names what it misses.
		_ = os.WriteFile(filepath.Join(parent, "cgroup.subtree_control"), []byte("+"+c), 0o644)
	}
	return nil
}

// anyBox says whether a box, running or killed and not cleared, has groups on this machine.
func anyBox() bool {
	for _, root := range hierarchies() {
		if left, err := filepath.Glob(filepath.Join(root, home.Prefix+"*")); err == nil && len(left) > 0 {
			return true
		}
	}
	return false
}

// removeCgroups removes a group and everything below it, which the kernel allows once the last process is gone. The error names
// what is left after some seconds.
func removeCgroups(names ...string) error {
	var left string
	for range 100 {
		left = ""
		for _, root := range hierarchies() {
			top := filepath.Join(append([]string{root}, names...)...)
			var dirs []string
			_ = filepath.WalkDir(top, func(path string, entry fs.DirEntry, err error) error {
				if err == nil && entry.IsDir() {
					dirs = append(dirs, path)
				}
				return nil
			})
			for i := len(dirs) - 1; i >= 0; i-- {
				if err := os.Remove(dirs[i]); err != nil && !errors.Is(err, fs.ErrNotExist) {
					left = dirs[i]
				}
			}
		}
		if left == "" {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("cgroup %s is still in use", left)
}
