// Package control is what a user does with a box from outside: up, down, status, environment.
package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"neo4j-kubernetes/dev/internal/home"
	"neo4j-kubernetes/dev/internal/images"
	"neo4j-kubernetes/dev/internal/node"
	"neo4j-kubernetes/dev/internal/supervisor"
)

// debian are the host's programs that a box needs, with the Debian package that brings each.
var debian = map[string]string{
	"containerd": "containerd", "ctr": "containerd", "runc": "runc", "nft": "nftables", "/usr/lib/cni/bridge": "containernetworking-plugins",
}

// Supported says in an error why this machine cannot run a box, and what to do instead.
func Supported() error {
	const instead = "use minikube with an ordinary Pulumi instead: minikube start && pulumi stack init minikube && pulumi up"
	if runtime.GOOS != "linux" {
		return fmt.Errorf("the local box needs Linux; %s", instead)
	}
	if os.Geteuid() != 0 {
		return fmt.Errorf("the local box needs root; %s", instead)
	}
	missing := map[string]bool{}
	for program, pkg := range debian {
		if _, err := exec.LookPath(program); err != nil {
			missing[pkg] = true
		}
	}
	if len(missing) > 0 {
		names := slices.Sorted(maps.Keys(missing))
		return fmt.Errorf("the local box needs the Debian packages %s: apt-get install them, or run dev/setup.sh", strings.Join(names, ", "))
	}
	return nil
}

// Up starts a box, or finds it running, and returns when its nodes are Ready and every image is imported.
func Up(ctx context.Context, b home.Box, nodes int, out io.Writer) error {
	if err := Supported(); err != nil {
		return err
	}
	if nodes < 0 || nodes > mostNodes {
		return fmt.Errorf("--nodes %d: a box has 1 to %d nodes", nodes, mostNodes)
	}
	unlock, err := lock(b)
	if err != nil {
		return err
	}
	defer unlock()
	began := time.Now()
	say := func(format string, args ...any) {
		_, _ = fmt.Fprintf(out, "%6.1fs %s\n", time.Since(began).Seconds(), fmt.Sprintf(format, args...))
	}
	cache, err := home.Cache()
	if err != nil {
		return err
	}
	state, alive := supervisor.Load(b)
	if alive && nodes != 0 && state.Wanted != nodes {
		return fmt.Errorf("the box runs with %d nodes: stop it with `box down` before asking for %d", state.Wanted, nodes)
	}
	if !alive {
		if nodes == 0 {
			nodes = 3
		}
		if state, err = start(ctx, b, nodes, filepath.Join(cache, "images")); err != nil {
			return err
		}
		say("%d nodes started", nodes)
	}
	client, err := connect(b)
	if err != nil {
		return err
	}
	if err := client.serving(ctx); err != nil {
		return err
	}
	say("API server answers")
	if err := client.bootstrap(ctx); err != nil {
		return err
	}
	if err := client.nodesReady(ctx, len(state.Nodes)); err != nil {
		return err
	}
	say("%d nodes Ready", len(state.Nodes))
	if err := imported(ctx, b, state, filepath.Join(cache, "images")); err != nil {
		return err
	}
	say("images imported; the box is up, kubeconfig %s", b.Kubeconfig())
	return nil
}

// start clears what an earlier box left and starts the supervisor, detached from this terminal.
func start(ctx context.Context, b home.Box, nodes int, imageDir string) (supervisor.State, error) {
	none := supervisor.State{}
	if err := supervisor.Clear(b); err != nil {
		return none, fmt.Errorf("clearing what an earlier box left: %w", err)
	}
	for _, dir := range []string{b.Dir, b.Path("logs"), b.Path("data"), imageDir} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return none, err
		}
	}
	if err := images.Pause(imageDir); err != nil {
		return none, fmt.Errorf("pause image: %w", err)
	}
	port, err := choosePort(b)
	if err != nil {
		return none, err
	}
	if err := credentials(b, port); err != nil {
		return none, fmt.Errorf("certificates: %w", err)
	}
	if err := supervisor.PrepareHost(); err != nil {
		return none, err
	}
	self, err := os.Executable()
	if err != nil {
		return none, err
	}
	log, err := os.OpenFile(b.Path("logs", "supervisor.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return none, err
	}
	defer func() { _ = log.Close() }()
	cmd := exec.Command(self, "supervise", fmt.Sprint(nodes), fmt.Sprint(port))
	cmd.Stdout, cmd.Stderr, cmd.Dir = log, log, "/"
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

// imported waits until every running node has imported every archive.
func imported(ctx context.Context, b home.Box, state supervisor.State, imageDir string) error {
	for {
		left, err := missing(b, state, imageDir)
		if err != nil || len(left) == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: images not imported: %s", ctx.Err(), strings.Join(left, ", "))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func missing(b home.Box, state supervisor.State, imageDir string) ([]string, error) {
	archives, err := node.Archives(imageDir)
	if err != nil {
		return nil, err
	}
	var left []string
	for n := range state.Nodes {
		done := map[string]string{}
		text, err := os.ReadFile(node.Imported(node.Spec{Home: b.Dir, Number: n}))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		if len(text) > 0 && json.Unmarshal(text, &done) != nil {
			continue
		}
		for name, version := range archives {
			if done[name] != version {
				left = append(left, node.Name(n)+": "+name)
			}
		}
	}
	return left, nil
}
