package node

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// part is one component of a node.
type part struct {
	name string
	args []string
	env  []string
	// ready, where set, is waited for before the first start.
	ready func(ctx context.Context) bool
}

// keepRunning starts the component again whenever it ends, a moment later each time it ends soon.
func (p part) keepRunning(ctx context.Context, logs string) {
	for p.ready != nil && !p.ready(ctx) {
		if ctx.Err() != nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	pause := 200 * time.Millisecond
	for ctx.Err() == nil {
		began := time.Now()
		err := p.runOnce(ctx, filepath.Join(logs, p.name+".log"))
		if time.Since(began) > time.Minute {
			pause = 200 * time.Millisecond
		}
		fmt.Fprintf(os.Stderr, "%s %s ended: %v\n", time.Now().Format(time.TimeOnly), p.name, err)
		time.Sleep(pause)
		pause = min(10*time.Second, pause*2)
	}
}

func (p part) runOnce(ctx context.Context, log string) error {
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer func() { _ = out.Close() }()
	cmd := exec.CommandContext(ctx, p.args[0], p.args[1:]...)
	cmd.Stdout, cmd.Stderr, cmd.Dir = out, out, "/"
	cmd.Env = append(os.Environ(), p.env...)
	if err := cmd.Start(); err != nil {
		return err
	}
	_ = os.WriteFile(filepath.Join("/run/box", p.name+".pid"), fmt.Appendln(nil, cmd.Process.Pid), 0o644)
	return cmd.Wait()
}
