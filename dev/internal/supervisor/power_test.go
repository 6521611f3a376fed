package supervisor

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"neo4j-kubernetes/dev/internal/home"
)

// sleeping is a supervisor whose nodes are processes that sleep, without any namespace. Its nodes are ended with the test.
func sleeping(t *testing.T, nodes int) *supervisor {
	t.Helper()
	s := newSupervisor(Config{Box: home.Box{Dir: t.TempDir()}, Nodes: nodes})
	s.boot = func(int) (*exec.Cmd, error) {
		cmd := exec.Command("sleep", "60")
		return cmd, cmd.Start()
	}
	if err := s.startAll(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		select {
		case <-s.closing:
		default:
			s.stopAll()
		}
	})
	return s
}

func (s *supervisor) node(n int) *running {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.nodes[n]
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("never: " + what)
		}
	}
}

func kill(t *testing.T, r *running) {
	t.Helper()
	if err := r.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-r.ended
}

// A node's PID 1 may be killed by anybody, the kernel's OOM killer first of all.
func TestANodeThatDiesIsNoticedAndStartedAgain(t *testing.T) {
	s := sleeping(t, 2)
	first, other := s.node(1), s.node(2)
	kill(t, first)
	eventually(t, "node 1 runs again", func() bool { r := s.node(1); return r != nil && r != first })
	var state State
	eventually(t, "the state names the new process", func() bool {
		state, _ = Load(s.config.Box)
		return state.Nodes[1].PID == s.node(1).cmd.Process.Pid
	})
	if d := state.Deaths[1]; d.Times != 1 || !strings.Contains(d.Reason, "killed") || time.Since(d.At) > time.Minute {
		t.Errorf("the death in the state: %+v", d)
	}
	if _, ok := state.Deaths[2]; ok || s.node(2) != other {
		t.Error("the other node was touched")
	}
	// The second time soon after the first it stays off for longer, or a node that cannot live would keep the machine busy.
	kill(t, s.node(1))
	eventually(t, "the second death is counted", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.deaths[1].Times == 2 && s.deaths[1].pause == 2*firstPause
	})
}

// The API server knows of a node by whole seconds: two lives in one second could not be told apart there.
func TestANodeLivesOnceInASecond(t *testing.T) {
	s := sleeping(t, 1)
	for range 3 {
		if err := s.command([]string{"stop", "1"}); err != nil {
			t.Fatal(err)
		}
		ended := time.Now()
		if err := s.command([]string{"start", "1"}); err != nil {
			t.Fatal(err)
		}
		if again := s.node(1).since; !again.Truncate(time.Second).After(s.last[1].Truncate(time.Second)) || again.Sub(ended) > 2*time.Second {
			t.Errorf("ended %s, started again %s", ended, again)
		}
	}
}

func TestANodeThatIsSwitchedOffStaysOff(t *testing.T) {
	s := sleeping(t, 2)
	if err := s.command([]string{"stop", "1"}); err != nil {
		t.Fatal(err)
	}
	// And one that died by itself is not started again behind the back of one who switches it off.
	kill(t, s.node(2))
	if err := s.command([]string{"stop", "2"}); err != nil {
		t.Fatal(err)
	}
	time.Sleep(firstPause + 1500*time.Millisecond)
	state, _ := Load(s.config.Box)
	if s.node(1) != nil || s.node(2) != nil || state.On(1) || state.On(2) || state.Deaths[1].Times != 0 {
		t.Errorf("nodes %v, state %+v", s.nodes, state)
	}
	if err := s.command([]string{"start", "1"}); err != nil {
		t.Fatal(err)
	}
	if state, _ := Load(s.config.Box); s.node(1) == nil || !state.On(1) || state.On(2) {
		t.Errorf("after start 1: %+v", state)
	}
	running := s.node(1)
	if err := s.command([]string{"start", "1"}); err != nil || s.node(1) != running {
		t.Errorf("starting what runs: %v", err)
	}
}

func TestANodeThatCannotStartAgainIsTriedAgain(t *testing.T) {
	s := sleeping(t, 1)
	first := s.node(1)
	var mu sync.Mutex
	tries, boot := 0, s.boot
	s.power.Lock()
	s.boot = func(n int) (*exec.Cmd, error) {
		mu.Lock()
		defer mu.Unlock()
		if tries++; tries < 3 {
			return nil, errors.New("no memory")
		}
		return boot(n)
	}
	s.power.Unlock()
	kill(t, first)
	eventually(t, "it runs at the third try", func() bool { r := s.node(1); return r != nil && r != first })
	mu.Lock()
	defer mu.Unlock()
	if tries != 3 {
		t.Errorf("%d tries", tries)
	}
}

// Commands come while the box ends: no node may be started after the others were stopped. Run with -race this also sees whoever
// walks through the nodes without their lock.
func TestTheEndStopsEveryNodeWhateverComesMeanwhile(t *testing.T) {
	s := sleeping(t, 5)
	var all sync.WaitGroup
	for n := range 5 {
		all.Go(func() {
			for range 20 {
				_ = s.command([]string{"stop", string(rune('1' + n))})
				_ = s.command([]string{"start", string(rune('1' + n))})
			}
		})
	}
	time.Sleep(20 * time.Millisecond)
	s.stopAll()
	all.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.nodes) > 0 {
		t.Errorf("%d nodes run after the end", len(s.nodes))
	}
}

func TestCommandRefuses(t *testing.T) {
	s := sleeping(t, 3)
	for _, line := range []string{"", "stop", "stop 0", "stop 4", "stop -1", "start x", "stop 1 2", "melt 1"} {
		if err := s.command(strings.Fields(line)); err == nil {
			t.Errorf("%q is taken", line)
		}
	}
}

// A supervisor that cannot go on says why in its state, where `status` and `up` find it.
func TestTheReasonOfTheEndIsWrittenDown(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	b := home.Box{Dir: t.TempDir()}
	err = Run(context.Background(), Config{Box: b, Self: "/no/such/program", Nodes: 1, Port: taken.Addr().(*net.TCPAddr).Port})
	if state, _ := Load(b); err == nil || !strings.Contains(state.Ended, "loopback forwarder") {
		t.Errorf("%v; state %+v", err, state)
	}
}

// Until the supervisor has written its state it shares the lock of the `up` that started it, and no longer.
func TestTheLockIsLetGoWithTheState(t *testing.T) {
	b := home.Box{Dir: t.TempDir()}
	held, err := os.Create(b.Path("lock"))
	if err != nil {
		t.Fatal(err)
	}
	_ = Run(context.Background(), Config{Box: b, Self: "/no/such/program", Nodes: 1, Port: -1, Lock: held})
	if err := held.Close(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("the lock is still held: %v", err)
	}
	if _, err := os.Stat(b.State()); err != nil {
		t.Error(err)
	}
}
