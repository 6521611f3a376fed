package control

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"neo4j-kubernetes/dev/internal/home"
	"neo4j-kubernetes/dev/internal/pki"
	"neo4j-kubernetes/dev/internal/supervisor"
)

// Down stops a box, running or killed, and clears what it left on the host. With keepData its claims and objects stay for the
// next Up; without, everything but the certificates and the Pulumi state goes.
func Down(ctx context.Context, b home.Box, keepData bool, out io.Writer) error {
	if err := Supported(); err != nil {
		return err
	}
	held, err := lock(ctx, b, out)
	if err != nil {
		return err
	}
	defer func() { _ = held.Close() }()
	if err := stop(b, keepData); err != nil {
		return err
	}
	_, _ = fmt.Fprintln(out, "the box is down")
	return nil
}

// stop is Down for one who holds the lock.
func stop(b home.Box, keepData bool) error {
	state, alive := supervisor.Load(b)
	if alive {
		if err := end(state.Supervisor); err != nil {
			return err
		}
	}
	if err := supervisor.Clear(b); err != nil {
		return err
	}
	gone := []string{b.State(), b.Socket(), b.Path("control.sock")}
	// Without certificates no box was ever up here: folders of these names are somebody's own.
	if !keepData && pki.Exists(b.Path("pki")) {
		gone = append(gone, b.Path("data"), b.Path("logs"), b.Path("tmp"))
	}
	for _, path := range gone {
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	return nil
}

// end ends the supervisor, and by it every node: first asked, then killed.
func end(p supervisor.Process) error {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		if err := syscall.Kill(p.PID, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return err
		}
		for range 1000 {
			if !p.Alive() {
				return nil
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	return fmt.Errorf("the supervisor, process %d, does not end", p.PID)
}
