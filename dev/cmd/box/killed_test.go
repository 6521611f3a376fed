package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"neo4j-kubernetes/dev/internal/supervisor"
)

// moment is one in the start of a box.
type moment struct {
	name string
	come func(s *subject) bool
}

func (s *subject) alive() (supervisor.State, bool) { return supervisor.Load(s.Box) }

// children counts the processes that the supervisor has started.
func children(s *subject, least int) bool {
	state, alive := s.alive()
	count := 0
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", state.Supervisor.PID))
	for _, file := range tasks {
		text, _ := os.ReadFile(file)
		count += len(strings.Fields(string(text)))
	}
	return alive && count >= least
}

var moments = []moment{
	{"its state is written", func(s *subject) bool { _, alive := s.alive(); return alive }},
	{"the fabric is started", func(s *subject) bool { return children(s, 1) }},
	{"the first node is started", func(s *subject) bool { return children(s, 2) }},
	{"every node is started", func(s *subject) bool { state, alive := s.alive(); return alive && state.Complete }},
	{"the relay listens", func(s *subject) bool { _, err := os.Stat(s.Socket()); return err == nil }},
	{"the API server answers", func(s *subject) bool { _, code := s.run("kubectl", "get", "--raw", "/readyz"); return code == 0 }},
	{"it is up", func(s *subject) bool {
		out, code := s.run("status", "--json")
		return code == 0 && strings.Count(out, `"Ready"`) == 2
	}},
}

// A supervisor that is killed with SIGKILL cannot clean up. Whenever that is, `up` ends, `status` says it, and the next `down` or `up`
// finds nothing in its way.
func TestSupervisorIsKilled(t *testing.T) {
	for i, m := range moments {
		t.Run(m.name, func(t *testing.T) {
			s := newSubject(t)
			_, wait := s.begin("up", "--nodes", "2")
			s.eventually(m.name, func() bool { return m.come(s) })
			s.signal(s.supervisor().Supervisor.PID, syscall.SIGKILL)
			// A kubectl takes a second or two to start, in which a box whose API server answers may come to its end: then `up` has done so, too.
			if out, code := wait(); i < len(moments)-2 && (code != failed || !strings.Contains(out, "killed")) {
				t.Errorf("up: exit code %d\n%s", code, out)
			}
			s.fails(down, "killed", "status")
			if i%2 == 1 {
				s.must("up", "--nodes", "2")
				if got := s.states(); got != "Ready Ready" {
					t.Errorf("after the next up: %s", got)
				}
				s.lookInside()
			}
		})
	}
}

// One who is killed while it starts a box leaves a supervisor, or none; never is a second one started beside it.
func TestUpIsKilled(t *testing.T) {
	s := newSubject(t)
	for _, come := range []func() bool{
		func() bool { _, err := os.Stat(s.Path("logs", "supervisor.log")); return err == nil },
		func() bool { _, alive := s.alive(); return alive },
	} {
		p, wait := s.begin("up", "--nodes", "1")
		s.eventually("up is at work", come)
		if err := p.Kill(); err != nil {
			t.Fatal(err)
		}
		wait()
		s.must("up", "--nodes", "1")
		if got := s.states(); got != "Ready" {
			t.Errorf("after the next up: %s", got)
		}
		s.lookInside()
		s.must("down")
		s.nothingLeft()
	}
}

// interruptedUp interrupts an `up` at a moment.
func (s *subject) interruptedUp(m moment) (out string, code int) {
	s.t.Helper()
	p, wait := s.begin("up", "--nodes", "1")
	s.eventually(m.name, func() bool { return m.come(s) })
	s.lookInside()
	if err := p.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
		s.t.Fatal(err)
	}
	return wait()
}

func TestUpIsInterrupted(t *testing.T) {
	s := newSubject(t)
	for _, m := range []moment{moments[0], moments[3], moments[5]} {
		out, code := s.interruptedUp(m)
		for try := 1; code == 0 && try < 3; try++ {
			// The last moments are two seconds from the end, and a busy machine lets them go by.
			s.must("down")
			out, code = s.interruptedUp(m)
		}
		if code != interrupted || !strings.Contains(out, "interrupted") {
			t.Errorf("%s: exit code %d\n%s", m.name, code, out)
		}
		s.nothingLeft()
		if _, err := os.Stat(s.Path("data")); !os.IsNotExist(err) {
			t.Errorf("%s: the data of a box that never was up are left: %v", m.name, err)
		}
		s.fails(down, "the box is down", "status")
	}
	// An `up` that finds a box running is not the one that started it.
	s.must("up", "--nodes", "1")
	running := s.supervisor().Supervisor
	// It waits for ever: the node imported what is not written down any more.
	if err := os.Remove(s.Path("data", "dev1", "imported.json")); err != nil {
		t.Fatal(err)
	}
	cmd, out := s.command("up")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second)
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != interrupted {
		t.Errorf("up of a running box: %v\n%s", err, out)
	}
	if !running.Alive() {
		t.Error("an interrupted `up` stopped a box that it had not started")
	}
}

// Whoever ends the supervisor by SIGTERM need not know `down`: the host is as before.
func TestSupervisorIsAskedToEnd(t *testing.T) {
	s := newSubject(t)
	s.must("up", "--nodes", "1")
	s.signal(s.supervisor().Supervisor.PID, syscall.SIGTERM)
	s.eventually("the supervisor ends", func() bool { _, alive := s.alive(); return !alive })
	s.nothingLeft()
	s.fails(down, "asked to end", "status")
}
