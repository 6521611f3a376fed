// Package supervisor is the one long-lived process of a box on the host: parent of every node's PID 1, and the loopback
// forwarder to the API server. When it dies, by whatever signal, the kernel ends all nodes with it.
package supervisor

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"neo4j-kubernetes/dev/internal/home"
	"neo4j-kubernetes/dev/internal/node"
)

// Config is what a supervisor is started with.
type Config struct {
	Box    home.Box
	Self   string
	Images string
	Nodes  int
	Port   int
}

// supervisor runs one box.
type supervisor struct {
	config Config
	starts chan func()
	fabric *exec.Cmd

	mu    sync.Mutex
	nodes map[int]*exec.Cmd
}

// Run runs the box until SIGTERM; the caller has cleared what an earlier one left.
func Run(ctx context.Context, c Config) error {
	s := &supervisor{config: c, starts: make(chan func()), nodes: map[int]*exec.Cmd{}}
	go s.startFromOneThread()
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
	for n := 1; n <= c.Nodes; n++ {
		if err := s.startNode(n); err != nil {
			return fmt.Errorf("%s: %w", node.Name(n), err)
		}
	}
	go s.serve(control)
	if err := s.save(); err != nil {
		return err
	}
	<-ctx.Done()
	for n := range s.nodes {
		s.stopNode(n)
	}
	return nil
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
func (s *supervisor) start(log string, namespaces uintptr, args ...string) (*exec.Cmd, error) {
	if err := os.MkdirAll(s.config.Box.Path("logs"), 0o755); err != nil {
		return nil, err
	}
	out, err := os.OpenFile(s.config.Box.Path("logs", log+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }()
	cmd := exec.Command(s.config.Self, args...)
	cmd.Stdout, cmd.Stderr, cmd.Dir = out, out, "/"
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

func (s *supervisor) startNode(n int) error {
	spec := node.Spec{
		Home: s.config.Box.Dir, Box: s.config.Box.Name(), Self: s.config.Self, Images: s.config.Images, Number: n, Nodes: s.config.Nodes,
	}
	if err := makeCgroups(spec.Box, node.Name(n)); err != nil {
		return fmt.Errorf("cgroups: %w", err)
	}
	const own = syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWNET | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC
	cmd, err := s.start(node.Name(n), own, "node-init", spec.String())
	if err != nil {
		return err
	}
	if err := connect(s.fabric.Process.Pid, cmd.Process.Pid, n); err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return fmt.Errorf("link: %w", err)
	}
	s.mu.Lock()
	s.nodes[n] = cmd
	s.mu.Unlock()
	return nil
}

// stopNode is a power cut: the kernel ends everything in the node's namespaces when its PID 1 dies.
func (s *supervisor) stopNode(n int) {
	s.mu.Lock()
	cmd := s.nodes[n]
	delete(s.nodes, n)
	s.mu.Unlock()
	if cmd == nil {
		return
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if err := removeCgroups(s.config.Box.Name(), node.Name(n)); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

// serve answers "stop N" and "start N", a line each.
func (s *supervisor) serve(control net.Listener) {
	for {
		conn, err := control.Accept()
		if err != nil {
			return
		}
		line, _ := bufio.NewReader(conn).ReadString('\n')
		answer := "ok"
		if err := s.command(strings.Fields(line)); err != nil {
			answer = err.Error()
		}
		_, _ = fmt.Fprintln(conn, answer)
		_ = conn.Close()
	}
}

func (s *supervisor) command(words []string) error {
	if len(words) != 2 {
		return fmt.Errorf("want stop N or start N")
	}
	n, err := strconv.Atoi(words[1])
	if err != nil || n < 1 || n > s.config.Nodes {
		return fmt.Errorf("no node %s: the box has nodes 1 to %d", words[1], s.config.Nodes)
	}
	s.mu.Lock()
	running := s.nodes[n] != nil
	s.mu.Unlock()
	switch {
	case words[0] == "stop":
		s.stopNode(n)
	case words[0] == "start" && !running:
		err = s.startNode(n)
	}
	if err != nil {
		return err
	}
	return s.save()
}

// Command sends a line to a running supervisor.
func Command(b home.Box, line string) error {
	conn, err := net.DialTimeout("unix", b.Path("control.sock"), 5*time.Second)
	if err != nil {
		return fmt.Errorf("the box is not running: %w", err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := fmt.Fprintln(conn, line); err != nil {
		return err
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return err
	}
	if answer = strings.TrimSpace(answer); answer != "ok" {
		return errors.New(answer)
	}
	return nil
}
