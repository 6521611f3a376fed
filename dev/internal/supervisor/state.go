package supervisor

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"neo4j-kubernetes/dev/internal/home"
)

// State is a running box as its supervisor wrote it down.
type State struct {
	Supervisor Process
	Fabric     int
	// Nodes are the nodes that are powered on, by number.
	Nodes map[int]Node
	// Off are the nodes that were powered off by command; Deaths those that ended by themselves and were started again.
	Off    []int
	Deaths map[int]Death
	// Wanted is how many nodes the box has, running or not; Port the API server's on 127.0.0.1.
	Wanted, Port int
	// Complete says that every node was started once.
	Complete bool
	// Ended is why the supervisor ended, empty while it runs and when it was killed.
	Ended string
}

// Node is a node that is powered on: its first process, and since when.
type Node struct {
	PID   int
	Since time.Time
}

// On says whether a node should be running.
func (s State) On(n int) bool { return n >= 1 && n <= s.Wanted && !slices.Contains(s.Off, n) }

// Process is a process that can be told from a later one with the same PID.
type Process struct {
	PID     int
	Started string
}

func (s *supervisor) save() error {
	s.saving.Lock()
	defer s.saving.Unlock()
	self, err := Watch(os.Getpid())
	if err != nil {
		return err
	}
	s.mu.Lock()
	state := State{
		Supervisor: self, Fabric: s.fabric, Nodes: map[int]Node{}, Off: slices.Sorted(maps.Keys(s.off)),
		Deaths: maps.Clone(s.deaths), Wanted: s.config.Nodes, Port: s.config.Port, Complete: s.complete, Ended: s.ended,
	}
	for n, r := range s.nodes {
		state.Nodes[n] = Node{r.cmd.Process.Pid, r.since}
	}
	s.mu.Unlock()
	text, err := json.Marshal(state)
	if err != nil {
		return err
	}
	file := s.config.Box.State()
	if err := os.WriteFile(file+".new", text, 0o600); err != nil {
		return fmt.Errorf("writing the box's state: %w", err)
	}
	return os.Rename(file+".new", file)
}

// Load reads the state of a box and says whether its supervisor lives.
func Load(b home.Box) (state State, alive bool) {
	text, err := os.ReadFile(b.State())
	if err != nil {
		return State{}, false
	}
	// A field of another shape was written by another build of this program: what else it says is good, and `down` needs no more.
	var shape *json.UnmarshalTypeError
	if err := json.Unmarshal(text, &state); err != nil && !errors.As(err, &shape) {
		return State{}, false
	}
	return state, state.Supervisor.Alive()
}

// Alive says whether this very process lives.
func (p Process) Alive() bool { return p.PID > 0 && p.Started != "" && startTime(p.PID) == p.Started }

// startTime is the 22nd field of /proc/PID/stat; empty where there is no such process, or only its zombie.
func startTime(pid int) string {
	_, fields := stat("/proc", pid)
	if len(fields) < 20 || fields[0] == "Z" {
		return ""
	}
	return fields[19]
}

// stat gives the name of a process and the fields of its stat after it: state, parent, …
func stat(proc string, pid int) (name string, fields []string) {
	text, err := os.ReadFile(fmt.Sprintf("%s/%d/stat", proc, pid))
	if err != nil {
		return "", nil
	}
	// The command's name, in parentheses, may hold spaces and parentheses.
	first, last := strings.IndexByte(string(text), '('), strings.LastIndexByte(string(text), ')')
	if first < 0 || last < first {
		return "", nil
	}
	return string(text[first+1 : last]), strings.Fields(string(text[last+1:]))
}

// Watch gives a running process as one that can be told from a later one.
func Watch(pid int) (Process, error) {
	p := Process{pid, startTime(pid)}
	if p.Started == "" {
		return Process{}, fmt.Errorf("no process %d", pid)
	}
	return p, nil
}
