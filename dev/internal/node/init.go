package node

import (
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Init is PID 1 of a node's namespaces: it starts Run in a child and reaps everybody's orphans (containerd leaves its shims to
// it) until the child ends. When PID 1 dies, the kernel ends every process of the node with it.
//
// It dies with the supervisor by the parent-death signal, which the kernel keeps from the moment on when the new process asked for
// it. A supervisor that was killed just before is seen by the other end of standard input, and by nothing else: Go compares the
// parent's process id, which is always 0 in a PID namespace of its own, and then signals itself, which the kernel keeps from a PID 1.
func Init(s Spec) error {
	if orphaned(os.Stdin) {
		return fmt.Errorf("the supervisor ended while it started this node")
	}
	child, err := os.StartProcess(s.Self, []string{s.Self, "node-run", s.String()}, &os.ProcAttr{
		Env: os.Environ(), Files: []*os.File{os.Stdin, os.Stdout, os.Stderr},
	})
	if err != nil {
		return err
	}
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			return fmt.Errorf("waiting for children: %w", err)
		case pid == child.Pid:
			return fmt.Errorf("node ended with status %d", status)
		}
	}
}

// orphaned says whether nobody holds the writing end of a pipe any more.
func orphaned(lifeline *os.File) bool {
	polled := []unix.PollFd{{Fd: int32(lifeline.Fd())}}
	for {
		_, err := unix.Poll(polled, 0)
		if err != unix.EINTR {
			return err != nil || polled[0].Revents&unix.POLLHUP != 0
		}
	}
}
