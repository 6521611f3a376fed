package supervisor

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// shim is the parent of a pod's processes. The kernel cuts names at 15 characters.
const shim = "containerd-shim"

// Memory is the proportional set size of a box's own processes, in bytes: the supervisor and all that descends from it, but for
// the pods, which begin at their shims.
func Memory(supervisor Process) (int64, error) {
	if !supervisor.Alive() {
		return 0, nil
	}
	return memory("/proc", supervisor.PID)
}

func memory(proc string, root int) (int64, error) {
	entries, err := os.ReadDir(proc)
	if err != nil {
		return 0, err
	}
	children := map[int][]int{}
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		name, fields := stat(proc, pid)
		if len(fields) < 2 || strings.HasPrefix(name, shim) {
			continue // ended meanwhile, or a shim, whose descendants are not reached then
		}
		if parent, err := strconv.Atoi(fields[1]); err == nil {
			children[parent] = append(children[parent], pid)
		}
	}
	var total int64
	for left := []int{root}; len(left) > 0; left = left[1:] {
		total += proportional(filepath.Join(proc, strconv.Itoa(left[0]), "smaps_rollup"))
		left = append(left, children[left[0]]...)
	}
	return total, nil
}

// proportional reads the Pss of a smaps_rollup; 0 for a process that ended meanwhile.
func proportional(file string) int64 {
	rollup, err := os.Open(file)
	if err != nil {
		return 0
	}
	defer func() { _ = rollup.Close() }()
	for lines := bufio.NewScanner(rollup); lines.Scan(); {
		var kib int64
		if n, _ := fmt.Sscanf(lines.Text(), "Pss: %d kB", &kib); n == 1 {
			return kib << 10
		}
	}
	return 0
}
