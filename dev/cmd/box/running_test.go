package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"neo4j-kubernetes/dev/internal/control"
	"neo4j-kubernetes/dev/internal/home"
	"neo4j-kubernetes/dev/internal/supervisor"
)

// program is the box's command, built from these very sources into a cache of its own. The user's cache is only read.
var program = sync.OnceValues(func() (*built, error) {
	cache, err := home.Cache()
	if err != nil {
		return nil, err
	}
	gocache, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		return nil, fmt.Errorf("go env GOCACHE: %w", err)
	}
	dir, err := os.MkdirTemp("", "neo4j-box-cache-")
	if err != nil {
		return nil, err
	}
	ownCache = dir
	p := &built{cache: dir, bin: filepath.Join(dir, "neo4j-kubernetes", "bin", "box")}
	if err := os.MkdirAll(filepath.Dir(p.bin), 0o755); err != nil {
		return p, err
	}
	// With what is built already the build finds nothing to do, unless the sources are others.
	if err := seed(filepath.Join(cache, "bin"), filepath.Dir(p.bin)); err != nil {
		return p, err
	}
	build := exec.Command(filepath.Join("..", "..", "build.sh"))
	build.Env = append(os.Environ(), "XDG_CACHE_HOME="+dir, "GOCACHE="+strings.TrimSpace(string(gocache)))
	if out, err := build.CombinedOutput(); err != nil {
		return p, fmt.Errorf("dev/build.sh: %w\n%s", err, out)
	}
	return p, nil
})

type built struct{ cache, bin string }

func seed(from, to string) error {
	if err := os.Symlink(filepath.Join(from, "box"), filepath.Join(to, "box")); err != nil {
		return err
	}
	names, err := filepath.Glob(filepath.Join(from, ".box-*"))
	if err != nil {
		return err
	}
	for _, name := range append(names, filepath.Join(from, "pause")) {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, filepath.Base(name)), text, 0o755); err != nil {
			return err
		}
	}
	return nil
}

func TestMain(m *testing.M) {
	code := m.Run()
	if ownCache != "" {
		_ = os.RemoveAll(ownCache)
	}
	os.Exit(code)
}

// ownCache is the folder that the tests built into, empty when none asked for the program.
var ownCache string

// subject is one box under test, in a home of its own. What it leaves behind fails the test.
type subject struct {
	home.Box
	*built
	t      *testing.T
	before host
	// inside are the processes that were seen while it ran, with the times of their starts.
	inside map[string]string
}

func newSubject(t *testing.T) *subject {
	t.Helper()
	if testing.Short() {
		t.Skip("starts whole boxes: left out with -short")
	}
	if err := control.Supported(); err != nil {
		t.Skip(err)
	}
	cache, err := home.Cache()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(cache, "bin", "box")); err != nil {
		t.Skip("the box was never built here: run dev/setup.sh first")
	}
	p, err := program()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "neo4j-box-test-")
	if err != nil {
		t.Fatal(err)
	}
	s := &subject{Box: home.Box{Dir: dir}, built: p, t: t, before: lookAtHost(t), inside: map[string]string{}}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("supervisor.log: %s", s.read("logs", "supervisor.log"))
		}
		s.must("down")
		s.nothingLeft()
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return s
}

// command is a command line of the box, not yet started; it is killed with the test's patience.
func (s *subject) command(args ...string) (cmd *exec.Cmd, out *bytes.Buffer) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	s.t.Cleanup(cancel)
	cmd, out = exec.CommandContext(ctx, s.bin, args...), new(bytes.Buffer)
	cmd.Env = append(os.Environ(), "NEO4J_BOX_HOME="+s.Dir, "XDG_CACHE_HOME="+s.cache)
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = out, out, time.Second
	return cmd, out
}

// run gives what a command line says and its exit code.
func (s *subject) run(args ...string) (string, int) {
	s.t.Helper()
	cmd, out := s.command(args...)
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.t.Fatalf("box %v: %v", args, err)
	}
	return strings.TrimSpace(out.String()), cmd.ProcessState.ExitCode()
}

func (s *subject) must(args ...string) string {
	s.t.Helper()
	out, code := s.run(args...)
	if code != 0 {
		s.t.Fatalf("box %v: exit code %d\n%s", args, code, out)
	}
	return out
}

// fails runs what must end with an exit code and say something.
func (s *subject) fails(code int, says string, args ...string) {
	s.t.Helper()
	if out, got := s.run(args...); got != code || !strings.Contains(out, says) {
		s.t.Errorf("box %v: exit code %d, want %d, with %q:\n%s", args, got, code, says, out)
	}
}

// begin starts a command line and goes on; wait gives its exit code.
func (s *subject) begin(args ...string) (p *os.Process, wait func() (string, int)) {
	s.t.Helper()
	cmd, out := s.command(args...)
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	return cmd.Process, func() (string, int) {
		_ = cmd.Wait()
		return out.String(), cmd.ProcessState.ExitCode()
	}
}

func (s *subject) status() control.Status {
	s.t.Helper()
	var status control.Status
	if err := json.Unmarshal([]byte(s.must("status", "--json")), &status); err != nil {
		s.t.Fatal(err)
	}
	return status
}

// states gives the nodes' states in one line, as status says them.
func (s *subject) states() string {
	s.t.Helper()
	var words []string
	for _, n := range s.status().Nodes {
		words = append(words, n.State)
	}
	return strings.Join(words, " ")
}

func (s *subject) read(names ...string) string {
	text, _ := os.ReadFile(s.Path(names...))
	return string(text)
}

func (s *subject) supervisor() supervisor.State {
	s.t.Helper()
	state, alive := supervisor.Load(s.Box)
	if !alive {
		s.t.Fatal("no supervisor lives")
	}
	return state
}

// signal sends a signal to a process of the box, after a look at what it runs.
func (s *subject) signal(pid int, signal syscall.Signal) {
	s.t.Helper()
	s.lookInside()
	if err := syscall.Kill(pid, signal); err != nil {
		s.t.Fatal(err)
	}
}

func (s *subject) eventually(what string, holds func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatal("never: " + what)
		}
	}
}
