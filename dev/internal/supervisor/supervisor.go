// Package supervisor is the one long-lived process of a box on the host: parent of every node's PID 1, and the loopback
// forwarder to the API server. When it dies, by whatever signal, the kernel ends all nodes with it.
package supervisor

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"

	"neo4j-kubernetes/dev/internal/home"
	"neo4j-kubernetes/dev/internal/logs"
	"neo4j-kubernetes/dev/internal/node"
)

// Config is what a supervisor is started with.
type Config struct {
	Box    home.Box
	Self   string
	Images string
	Nodes  int
	Port   int
	// Lock is the box's lock, inherited from the `up` that holds it, or nil. It is let go once the state is written: an `up` that
	// is killed before leaves no moment in which the next one sees no box and starts a second.
	Lock *os.File
}

// supervisor runs one box.
type supervisor struct {
	config Config
	starts chan func()
	// boot makes node n and gives its PID 1.
	boot func(n int) (*exec.Cmd, error)
	// failed takes what the box cannot go on after; closing is closed when the nodes are about to be stopped for good.
	failed  chan error
	closing chan struct{}

	// lifeline is a pipe that nobody writes to: its end says to a child that this process has ended. See node.Init.
	lifeline struct{ read, write *os.File }

	// power is held while a node is powered on or off: by a command, by its own death, at the end.
	power sync.Mutex

	// saving is held while the state is written, so that an older one never overwrites a newer one.
	saving sync.Mutex

	// watching counts the nodes' watchers.
	watching sync.WaitGroup

	mu       sync.Mutex
	nodes    map[int]*running
	off      map[int]bool
	deaths   map[int]Death
	last     map[int]time.Time
	fabric   int
	complete bool
	ended    string
}

func newSupervisor(c Config) *supervisor {
	s := &supervisor{
		config: c, starts: make(chan func()), failed: make(chan error, 1), closing: make(chan struct{}),
		nodes: map[int]*running{}, off: map[int]bool{}, deaths: map[int]Death{}, last: map[int]time.Time{},
	}
	s.boot = s.bootNode
	go s.startFromOneThread()
	return s
}

// Run runs the box until SIGTERM or until something ends that it cannot do without; the caller has cleared what an earlier one
// left. It leaves nothing on the host but its state, which says why it ended.
func Run(ctx context.Context, c Config) error {
	s := newSupervisor(c)
	var err error
	if s.lifeline.read, s.lifeline.write, err = os.Pipe(); err != nil {
		return err
	}
	if err := s.save(); err != nil {
		return err
	}
	if c.Lock != nil {
		if err := c.Lock.Close(); err != nil {
			return err
		}
	}
	err = s.run(ctx)
	s.stopAll()
	if cleared := Clear(c.Box); cleared != nil {
		err = errors.Join(err, fmt.Errorf("clearing the host: %w", cleared))
	}
	s.mu.Lock()
	s.ended = "it was asked to end"
	if err != nil {
		s.ended = err.Error()
	}
	s.mu.Unlock()
	return errors.Join(err, s.save())
}

func (s *supervisor) run(ctx context.Context) error {
	c := s.config
	forwarder, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(c.Port)))
	if err != nil {
		return fmt.Errorf("loopback forwarder: %w", err)
	}
	defer func() { _ = forwarder.Close() }()
	go node.Relay(forwarder, func() (net.Conn, error) { return net.Dial("unix", c.Box.Socket()) })
	control, err := listen(c.Box.Path("control.sock"))
	if err != nil {
		return fmt.Errorf("control socket: %w", err)
	}
	defer func() { _ = control.Close() }()
	if err := s.startFabric(); err != nil {
		return fmt.Errorf("fabric: %w", err)
	}
	if err := s.startAll(); err != nil {
		return err
	}
	go s.serve(control)
	go logs.Bound(ctx, c.Box.Path("logs"))
	select {
	case <-ctx.Done():
		log.Print("asked to end")
		return nil
	case err := <-s.failed:
		log.Printf("the box ends: %v", err)
		return err
	}
}

func listen(socket string) (net.Listener, error) {
	if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	return net.Listen("unix", socket)
}

// startFromOneThread starts every child from one operating-system thread that never ends: the kernel sends a child its
// death signal when the thread that made it dies, and Go ends idle threads.
func (s *supervisor) startFromOneThread() {
	runtime.LockOSThread()
	for start := range s.starts {
		start()
	}
}

// start starts a child in namespaces of its own that dies with this process.
func (s *supervisor) start(name string, namespaces uintptr, args ...string) (*exec.Cmd, error) {
	if err := os.MkdirAll(s.config.Box.Path("logs"), 0o755); err != nil {
		return nil, err
	}
	out, err := os.OpenFile(s.config.Box.Path("logs", name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }()
	cmd := exec.Command(s.config.Self, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Dir = s.lifeline.read, out, out, "/"
	cmd.Env = append(os.Environ(), "NEO4J_BOX_HOME="+s.config.Box.Dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: namespaces, Pdeathsig: syscall.SIGKILL, Setsid: true}
	if namespaces&syscall.CLONE_NEWNS != 0 {
		// Without it the node's mounts would spread to the host. Go applies it to the unshared part, so the flag moves there.
		cmd.SysProcAttr.Cloneflags &^= syscall.CLONE_NEWNS
		cmd.SysProcAttr.Unshareflags = syscall.CLONE_NEWNS
	}
	done := make(chan error)
	s.starts <- func() { done <- cmd.Start() }
	return cmd, <-done
}
