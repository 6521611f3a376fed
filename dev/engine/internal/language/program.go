package language

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"time"
)

// killDelay is what an interrupted program gets to end by itself. The engine waits five seconds for
// its plugins; the program's end must fit inside.
const killDelay = 3 * time.Second

// program is one run of a built program.
type program struct {
	path, dir string
	args, env []string
	// stdout and stderr are the host's own where they are nil.
	stdout, stderr io.Writer
}

// exitStatus is a program's own non-zero exit code.
type exitStatus int

func (e exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// runProgram runs p to its end. When ctx is done the program gets exactly one SIGINT, and is killed
// if it has not ended a little later. It lives in a process group of its own because the engine
// interrupts the host's whole group: the program would otherwise hear the same Ctrl-C twice, which
// many programs take as "stop at once, whatever is open". Should this process be killed, the program
// goes with it.
func runProgram(ctx context.Context, p program) error {
	cmd := exec.CommandContext(ctx, p.path, p.args...)
	cmd.Dir, cmd.Env = p.dir, p.env
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if p.stdout != nil {
		cmd.Stdout, cmd.Stderr = p.stdout, p.stderr
	}
	cmd.SysProcAttr = bound()
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = killDelay

	// The kernel ties "my parent died" to the thread that started the child, so that thread must
	// live as long as the child does.
	ended := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		ended <- cmd.Run()
	}()
	err := <-ended

	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && exit.Exited():
		return exitStatus(exit.ExitCode())
	case errors.As(err, &exit):
		return fmt.Errorf("program ended by a signal: %s", exit.ProcessState)
	case err != nil:
		return fmt.Errorf("program %s: %w", p.path, err)
	}
	return nil
}
