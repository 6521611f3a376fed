package control

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
	"time"

	"neo4j-kubernetes/dev/internal/home"
	"neo4j-kubernetes/dev/internal/images"
	"neo4j-kubernetes/dev/internal/supervisor"
)

// start clears what an earlier box left and starts the supervisor, detached from this terminal. It returns when the supervisor has
// written that it lives; held is the box's lock, which the supervisor shares until then.
func (u *upping) start(ctx context.Context, nodes int, held *os.File) (supervisor.State, error) {
	none, b := supervisor.State{}, u.box
	if err := supervisor.Clear(b); err != nil {
		return none, fmt.Errorf("clearing what an earlier box left: %w", err)
	}
	port, err := choosePort(b)
	if err != nil {
		return none, err
	}
	// First of all: by its certificates a folder is known as a box's own.
	if err := credentials(b, port); err != nil {
		return none, fmt.Errorf("certificates: %w", err)
	}
	for _, dir := range []string{b.Path("logs"), b.Path("data"), u.images} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return none, err
		}
	}
	if err := images.Pause(u.images); err != nil {
		return none, fmt.Errorf("pause image: %w", err)
	}
	if err := supervisor.PrepareHost(b); err != nil {
		return none, errors.Join(fmt.Errorf("preparing the host: %w", err), supervisor.Clear(b))
	}
	state, err := u.spawn(ctx, nodes, port, held)
	if err != nil && ctx.Err() == nil {
		err = errors.Join(err, supervisor.Clear(b))
	}
	return state, err
}

func (u *upping) spawn(ctx context.Context, nodes, port int, held *os.File) (supervisor.State, error) {
	none, b := supervisor.State{}, u.box
	self, err := os.Executable()
	if err != nil {
		return none, err
	}
	log, err := os.OpenFile(b.Path("logs", "supervisor.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return none, err
	}
	defer func() { _ = log.Close() }()
	// The lock is the child's file 3.
	cmd := exec.Command(self, "supervise", fmt.Sprint(nodes), fmt.Sprint(port), "3")
	cmd.Stdout, cmd.Stderr, cmd.Dir, cmd.ExtraFiles = log, log, "/", []*os.File{held}
	cmd.Env = append(os.Environ(), "NEO4J_BOX_HOME="+b.Dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return none, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		if state, alive := supervisor.Load(b); alive && state.Supervisor.PID == cmd.Process.Pid {
			return state, nil
		}
		select {
		case err := <-ended:
			return none, fmt.Errorf("the supervisor ended: %w; see %s", err, log.Name())
		case <-ctx.Done():
			_ = cmd.Process.Kill()
			<-ended
			return none, ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// choosePort takes a free loopback port once and keeps it, so that kubeconfigs stay good over restarts.
func choosePort(b home.Box) (int, error) {
	file := b.Path("port")
	var port int
	if text, err := os.ReadFile(file); err == nil {
		if _, err := fmt.Sscan(string(text), &port); err == nil && free(port) {
			return port, nil
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port = listener.Addr().(*net.TCPAddr).Port
	if err := listener.Close(); err != nil {
		return 0, err
	}
	return port, os.WriteFile(file, fmt.Appendln(nil, port), 0o600)
}

func free(port int) bool {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return false
	}
	return listener.Close() == nil
}
