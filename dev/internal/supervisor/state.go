package supervisor

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"neo4j-kubernetes/dev/internal/home"
)

// State is a running box as its supervisor wrote it down.
type State struct {
	Supervisor Process
	Fabric     int
	// Nodes are the PIDs of the running nodes' first processes by number.
	Nodes map[int]int
	// Wanted is how many nodes the box has, running or not; Port the API server's on 127.0.0.1.
	Wanted, Port int
}

// Process is a process that can be told from a later one with the same PID.
type Process struct {
	PID     int
	Started string
}

func (s *supervisor) save() error {
	s.mu.Lock()
	state := State{Fabric: s.fabric.Process.Pid, Nodes: map[int]int{}, Wanted: s.config.Nodes, Port: s.config.Port}
	for n, cmd := range s.nodes {
		state.Nodes[n] = cmd.Process.Pid
	}
	s.mu.Unlock()
	state.Supervisor = Process{os.Getpid(), startTime(os.Getpid())}
	text, err := json.Marshal(state)
	if err != nil {
		return err
	}
	file := s.config.Box.State()
	if err := os.WriteFile(file+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

// Load reads the state of a box and says whether its supervisor lives.
func Load(b home.Box) (state State, alive bool) {
	text, err := os.ReadFile(b.State())
	if err != nil || json.Unmarshal(text, &state) != nil {
		return State{}, false
	}
	return state, state.Supervisor.Alive()
}

// Alive says whether this very process lives.
func (p Process) Alive() bool { return p.PID > 0 && p.Started != "" && startTime(p.PID) == p.Started }

// startTime is the 22nd field of /proc/PID/stat; empty where there is no such process, or only its zombie.
func startTime(pid int) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	// The command's name, in parentheses, may hold spaces.
	_, rest, _ := strings.Cut(string(text[strings.LastIndexByte(string(text), ')')+1:]), " ")
	fields := strings.Fields(rest)
	if len(fields) < 20 || fields[0] == "Z" {
		return ""
	}
	return fields[19]
}

// Memory is the proportional set size of a box's processes outside its pods, in bytes: the supervisor, the fabric and the
// nodes' own components.
func Memory(b home.Box) (int64, error) {
	processes, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return 0, err
	}
	var total int64
	for _, process := range processes {
		environment, err := os.ReadFile(filepath.Join(process, "environ"))
		if err != nil || !strings.Contains(string(environment), "NEO4J_BOX_HOME="+b.Dir+"\x00") {
			continue
		}
		rollup, err := os.ReadFile(filepath.Join(process, "smaps_rollup"))
		if err != nil {
			continue // ended meanwhile
		}
		for _, line := range strings.Split(string(rollup), "\n") {
			var kib int64
			if n, _ := fmt.Sscanf(line, "Pss: %d kB", &kib); n == 1 {
				total += kib << 10
			}
		}
	}
	return total, nil
}
