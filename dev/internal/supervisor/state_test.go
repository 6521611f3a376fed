package supervisor

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"neo4j-kubernetes/dev/internal/home"
)

func saveState(t *testing.T, b home.Box, p Process) {
	t.Helper()
	text, err := json.Marshal(State{Supervisor: p, Nodes: map[int]Node{1: {PID: 11}, 3: {PID: 33}}, Off: []int{2}, Wanted: 3, Port: 4242})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(b.State(), text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestLoad(t *testing.T) {
	b := home.Box{Dir: t.TempDir()}
	if _, alive := Load(b); alive {
		t.Error("a box that never was is alive")
	}
	own := Process{os.Getpid(), startTime(os.Getpid())}
	saveState(t, b, own)
	state, alive := Load(b)
	if !alive || state.Wanted != 3 || state.Port != 4242 || state.Nodes[3].PID != 33 || state.On(2) || !state.On(3) || state.On(4) {
		t.Errorf("alive %t: %+v", alive, state)
	}
	// The PID of a supervisor that was killed may be somebody else's by now.
	saveState(t, b, Process{own.PID, own.Started + "1"})
	if _, alive := Load(b); alive {
		t.Error("another process with the supervisor's PID counts as the supervisor")
	}
	// A box that an older build started is still one that `down` finds.
	older := fmt.Sprintf(`{"Supervisor":{"PID":%d,"Started":%q},"Nodes":{"1":7},"Wanted":1}`, own.PID, own.Started)
	if err := os.WriteFile(b.State(), []byte(older), 0o600); err != nil {
		t.Fatal(err)
	}
	if state, alive := Load(b); !alive || state.Wanted != 1 {
		t.Errorf("of an older build: alive %t, %+v", alive, state)
	}
	if err := os.WriteFile(b.State(), []byte(`{"Supervisor":`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, alive := Load(b); alive {
		t.Error("a torn file counts as a running box")
	}
}

func TestProcessEnds(t *testing.T) {
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := Process{cmd.Process.Pid, startTime(cmd.Process.Pid)}
	if !p.Alive() {
		t.Error("a running process does not count as alive")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	// Not waited for yet: a zombie, which runs no more.
	for deadline := time.Now().Add(5 * time.Second); p.Alive(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("a zombie counts as alive")
		}
	}
	_ = cmd.Wait()
	if p.Alive() || (Process{}).Alive() {
		t.Error("no process counts as alive")
	}
}

func TestCommandWithoutABox(t *testing.T) {
	err := Command(home.Box{Dir: t.TempDir()}, "stop 1")
	if err == nil || !strings.Contains(err.Error(), "not running") {
		t.Errorf("got %v", err)
	}
}
