package supervisor

import (
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"
	"syscall"
	"time"

	"neo4j-kubernetes/dev/internal/node"
)

// running is a node that is powered on.
type running struct {
	cmd   *exec.Cmd
	since time.Time
	// ended is closed when its PID 1 has ended and was waited for.
	ended chan struct{}
}

// Death is a node whose PID 1 ended though nobody asked for it. Such a node is started again, as a machine that crashed.
type Death struct {
	// Times counts the deaths since the box started; Reason and At are the last one's.
	Times  int
	Reason string
	At     time.Time
	// pause is how long the node stays off: longer each time it does not live for a minute.
	pause time.Duration
}

const (
	firstPause  = 200 * time.Millisecond
	longestWait = 10 * time.Second
	longLife    = time.Minute
)

// startAll starts every node for the first time.
func (s *supervisor) startAll() error {
	s.power.Lock()
	defer s.power.Unlock()
	for n := 1; n <= s.config.Nodes; n++ {
		if _, err := os.Stat(s.config.Box.Path("data", node.Name(n))); err == nil {
			s.remember(n) // in an earlier box, whose objects were kept
		}
	}
	for n := 1; n <= s.config.Nodes; n++ {
		if err := s.startNode(n); err != nil {
			return err
		}
	}
	s.mu.Lock()
	s.complete = true
	s.mu.Unlock()
	return s.save()
}

// startNode powers a node on unless it is; the caller holds power.
func (s *supervisor) startNode(n int) error {
	s.mu.Lock()
	on := s.nodes[n] != nil
	s.mu.Unlock()
	if on {
		return nil
	}
	s.nextSecond(n)
	select {
	case <-s.closing:
		return errors.New("the box is ending")
	default:
	}
	since := time.Now()
	cmd, err := s.boot(n)
	if err != nil {
		return fmt.Errorf("%s: %w", node.Name(n), err)
	}
	r := &running{cmd, since, make(chan struct{})}
	s.mu.Lock()
	s.nodes[n] = r
	delete(s.off, n)
	s.mu.Unlock()
	s.watching.Go(func() { s.watch(n, r) })
	return nil
}

// nextSecond waits until the second in which a node ran last is over. A node's own word in the API server has whole seconds: so what
// it says in the second of its start, or later, is never of the life before.
func (s *supervisor) nextSecond(n int) {
	s.mu.Lock()
	last := s.last[n]
	s.mu.Unlock()
	if last.IsZero() {
		return
	}
	select {
	case <-s.closing:
	case <-time.After(time.Until(last.Truncate(time.Second).Add(time.Second))):
	}
}

// remember says that a node ran until now.
func (s *supervisor) remember(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last[n] = time.Now()
}

// bootNode makes a node's cgroups, namespaces and link.
func (s *supervisor) bootNode(n int) (*exec.Cmd, error) {
	spec := node.Spec{
		Home: s.config.Box.Dir, Box: s.config.Box.Name(), Self: s.config.Self, Images: s.config.Images, Number: n, Nodes: s.config.Nodes,
	}
	if err := makeCgroups(spec.Box, node.Name(n)); err != nil {
		return nil, fmt.Errorf("cgroups: %w", err)
	}
	const own = syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWNET | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC
	cmd, err := s.start(node.Name(n), own, "node-init", spec.String())
	if err != nil {
		return nil, err
	}
	if err := connect(s.fabric, cmd.Process.Pid, n); err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return nil, fmt.Errorf("link: %w", err)
	}
	return cmd, nil
}

// watch waits for the end of a node's PID 1. An end that nobody asked for is written down, and the node is started again.
func (s *supervisor) watch(n int, r *running) {
	err := r.cmd.Wait()
	s.remember(n)
	close(r.ended)
	s.mu.Lock()
	if s.nodes[n] != r {
		s.mu.Unlock()
		return // stopNode took it out before it ended it
	}
	delete(s.nodes, n)
	d := s.deaths[n]
	d.Times, d.Reason, d.At = d.Times+1, reason(err), time.Now()
	if d.pause = min(2*d.pause, longestWait); d.pause == 0 || time.Since(r.since) > longLife {
		d.pause = firstPause
	}
	s.deaths[n] = d
	s.mu.Unlock()
	log.Printf("%s ended by itself (%s); it is started again in %s; see its own log", node.Name(n), d.Reason, d.pause)
	if err := s.save(); err != nil {
		log.Print(err)
	}
	s.revive(n, d.pause)
}

// revive starts a node that died, unless it was switched off or the box ends meanwhile.
func (s *supervisor) revive(n int, pause time.Duration) {
	for {
		select {
		case <-s.closing:
			return
		case <-time.After(pause):
		}
		err := s.again(n)
		if err == nil {
			return
		}
		pause = min(2*pause, longestWait)
		log.Printf("starting %s again: %v; next try in %s", node.Name(n), err, pause)
	}
}

func (s *supervisor) again(n int) error {
	s.power.Lock()
	defer s.power.Unlock()
	s.mu.Lock()
	off := s.off[n]
	s.mu.Unlock()
	if off {
		return nil
	}
	if err := removeCgroups(s.config.Box.Name(), node.Name(n)); err != nil {
		return err
	}
	if err := s.startNode(n); err != nil {
		return err
	}
	log.Printf("%s is started again", node.Name(n))
	return s.save()
}

// stopNode is a power cut: the kernel ends everything in the node's namespaces when its PID 1 dies. The caller holds power.
func (s *supervisor) stopNode(n int) error {
	s.mu.Lock()
	r := s.nodes[n]
	delete(s.nodes, n)
	s.off[n] = true
	s.mu.Unlock()
	if r != nil {
		_ = r.cmd.Process.Kill()
		<-r.ended
	}
	return removeCgroups(s.config.Box.Name(), node.Name(n))
}

// stopAll ends all nodes for good, at once: a node's end takes the kernel a moment.
func (s *supervisor) stopAll() {
	close(s.closing)
	s.power.Lock()
	s.mu.Lock()
	nodes := s.nodes
	s.nodes = map[int]*running{}
	s.mu.Unlock()
	for _, r := range nodes {
		_ = r.cmd.Process.Kill()
	}
	s.power.Unlock()
	s.watching.Wait()
}

func reason(err error) string {
	if err == nil {
		return "exit status 0"
	}
	return err.Error()
}
