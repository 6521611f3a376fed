package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// firstOfCommand is true for one provider process per command of the user. The engine starts a process
// per provider and again between preview and update, and a notice repeated by each would be noise. They
// share a parent, so a file named after that parent remembers that the notice was given. Where
// anything about this fails the answer is true: twice said is better than not at all.
func firstOfCommand() bool {
	cache, err := os.UserCacheDir()
	if err != nil {
		return true
	}
	return firstOf(os.Getppid(), filepath.Join(cache, "neo4j-kubernetes", "commands"))
}

func firstOf(parent int, dir string) bool {
	started := startTime(parent)
	if started == "" {
		return true
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return true
	}
	forgetEnded(dir)
	file, err := os.OpenFile(
		filepath.Join(dir, fmt.Sprintf("%d-%s", parent, started)), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return !os.IsExist(err)
	}
	_ = file.Close()
	return true
}

// forgetEnded removes the marks of commands that have ended, so that the folder stays small.
func forgetEnded(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, entry := range entries {
		pid, started, _ := strings.Cut(entry.Name(), "-")
		number, err := strconv.Atoi(pid)
		if err != nil || startTime(number) != started {
			_ = os.Remove(filepath.Join(dir, entry.Name()))
		}
	}
}

// startTime tells processes apart that had the same id one after the other: clock ticks since boot,
// the 22nd field of /proc/<pid>/stat (proc(5)), or nothing where that cannot be read. The second field
// is the program's name in parentheses and may itself hold spaces.
func startTime(pid int) string {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	fields := strings.Fields(string(stat)[strings.LastIndexByte(string(stat), ')')+1:])
	const afterName = 22 - 3 // fields[0] is the third field
	if len(fields) <= afterName {
		return ""
	}
	return fields[afterName]
}
