package node

import (
	"fmt"
	"os"
	"syscall"
)

// Init is PID 1 of a node's namespaces: it starts Run in a child and reaps everybody's orphans (containerd leaves its shims to
// it) until the child ends. When PID 1 dies, the kernel ends every process of the node with it.
func Init(s Spec) error {
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
