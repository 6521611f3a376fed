package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"neo4j-kubernetes/dev/internal/home"
	"neo4j-kubernetes/dev/internal/node"
	"neo4j-kubernetes/dev/internal/supervisor"
)

// record is the box's note of what the host was before; /proc/sys and the mount points below are what it changes.
const record = "/run/neo4j-kubernetes-box.json"

// host is what the box changes on the machine as a whole.
type host struct {
	// others says that another box is on this machine, whose values these then are.
	others                         bool
	sysctls, mountPoints, networks []string
}

// linkNames are the interfaces that a box makes, in its own namespaces.
var linkNames = regexp.MustCompile(`^(box-bridge|box0|cni0|node[0-9])$`)

func lookAtHost(t *testing.T) host {
	t.Helper()
	h := host{others: len(cgroups(home.Prefix+"*")) > 0}
	for _, name := range []string{"vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic", "kernel/panic_on_oops"} {
		text, err := os.ReadFile(filepath.Join("/proc/sys", name))
		if err != nil {
			t.Fatal(err)
		}
		h.sysctls = append(h.sysctls, name+"="+strings.TrimSpace(string(text)))
	}
	for _, dir := range append([]string{record}, node.MountPoints...) {
		if _, err := os.Stat(dir); err == nil {
			h.mountPoints = append(h.mountPoints, dir)
		}
	}
	links, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range links {
		if linkNames.MatchString(l.Name) {
			h.networks = append(h.networks, l.Name)
		}
	}
	named, err := os.ReadDir("/run/netns")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	for _, n := range named {
		h.networks = append(h.networks, "netns "+n.Name())
	}
	return h
}

// cgroups gives the groups of a name, of v1 and v2.
func cgroups(pattern string) []string {
	var all []string
	for _, p := range []string{"/sys/fs/cgroup/*/" + pattern, "/sys/fs/cgroup/" + pattern} {
		found, _ := filepath.Glob(p)
		all = append(all, found...)
	}
	return all
}

// loops gives the loop devices with a file of the box. Of the file's path the kernel may give the end alone, from the mount on which
// it lies in a namespace that is gone; the home's own name is in it all the same.
func (s *subject) loops() []string {
	var found []string
	files, _ := filepath.Glob("/sys/block/loop*/loop/backing_file")
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil && strings.Contains(string(text), "/"+filepath.Base(s.Dir)+"/") {
			found = append(found, fmt.Sprintf("%s of %s", strings.Split(file, "/")[3], strings.TrimSpace(string(text))))
		}
	}
	return found
}

// processes calls see with every process of the machine but this one.
func processes(see func(pid string)) {
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil && pid != os.Getpid() {
			see(e.Name())
		}
	}
}

// life tells a process from a later one with the same number, and gives its parent; empty where there is none, or its zombie.
func life(pid string) (started, parent string) {
	text, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	if err != nil {
		return "", ""
	}
	// After the name, in parentheses: state, parent, …, and as the 20th the time of the start.
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if fields[0] == "Z" {
		return "", ""
	}
	return fields[19], fields[1]
}

// lookInside remembers the processes of the box that runs, pods' and shims' among them, so that one that stays is found later,
// whatever its name. Their namespaces' numbers would not do: the kernel gives them to other boxes at once.
func (s *subject) lookInside() {
	state, alive := supervisor.Load(s.Box)
	if !alive {
		return
	}
	parents := map[string]string{}
	processes(func(pid string) {
		if _, parent := life(pid); parent != "" {
			parents[pid] = parent
		}
	})
	root := fmt.Sprint(state.Supervisor.PID)
	for pid := range parents {
		for above := pid; above != ""; above = parents[above] {
			if above == root {
				s.inside[pid], _ = life(pid)
			}
		}
	}
}

// left names what a box that is down left on this machine.
func (s *subject) left() []string {
	s.t.Helper()
	var left []string
	processes(func(pid string) {
		for _, file := range []string{"environ", "cmdline", "mountinfo"} {
			text, err := os.ReadFile(filepath.Join("/proc", pid, file))
			if err == nil && strings.Contains(string(text), s.Dir) {
				left = append(left, fmt.Sprintf("process %s: the box's home is in its %s", pid, file))
			}
		}
		if started, _ := life(pid); started != "" && started == s.inside[pid] {
			left = append(left, fmt.Sprintf("process %s was seen in the box", pid))
		}
	})
	for _, file := range []string{"/proc/self/mountinfo", "/proc/1/mountinfo"} {
		if text, err := os.ReadFile(file); err == nil && strings.Contains(string(text), s.Dir) {
			left = append(left, "a mount in "+file)
		}
	}
	left = append(left, cgroups(s.Name())...)
	left = append(left, s.loops()...)
	now := lookAtHost(s.t)
	if !slices.Equal(now.networks, s.before.networks) {
		left = append(left, fmt.Sprintf("interfaces %v, before %v", now.networks, s.before.networks))
	}
	// With another box on the machine these are not this one's to put back.
	if !now.others && !s.before.others {
		if !slices.Equal(now.sysctls, s.before.sysctls) {
			left = append(left, fmt.Sprintf("sysctls %v, before %v", now.sysctls, s.before.sysctls))
		}
		if !slices.Equal(now.mountPoints, s.before.mountPoints) {
			left = append(left, fmt.Sprintf("files %v, before %v", now.mountPoints, s.before.mountPoints))
		}
	}
	return left
}

// nothingLeft fails the test for what the box left, after a moment in which the kernel may finish.
func (s *subject) nothingLeft() {
	s.t.Helper()
	var left []string
	for deadline := time.Now().Add(3 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if left = s.left(); len(left) == 0 {
			return
		}
	}
	s.t.Errorf("left behind:\n%s", strings.Join(left, "\n"))
}

// The check above must see a box that runs, or it proves nothing.
func (s *subject) isSeen() {
	s.t.Helper()
	s.lookInside()
	if len(s.inside) < 12 { // supervisor, fabric, the node's first two, and its components
		s.t.Errorf("processes of the box: %v", s.inside)
	}
	left := strings.Join(s.left(), "\n")
	for _, want := range []string{"environ", "cmdline", "mountinfo", "was seen in", "/sys/fs/cgroup/"} {
		if !strings.Contains(left, want) {
			s.t.Errorf("of a box that runs the test does not see %q:\n%s", want, left)
		}
	}
}
