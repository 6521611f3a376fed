package onbox

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// theBox is the local Kubernetes of this test run; nil where it cannot run, with the reason in skipReason.
var (
	theBox     *box
	skipReason string
)

// box is a running local box and the environment that reaches it.
type box struct {
	bin, home string
	env       []string
	// program is the Pulumi program, built once for all tests.
	program, neo4jcheck string
}

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	b, err := startBox()
	var missing notHere
	switch {
	case errors.As(err, &missing):
		skipReason = err.Error()
	case err != nil:
		fmt.Fprintln(os.Stderr, "starting the box:", err)
		return 1
	default:
		theBox = b
		defer b.stop()
	}
	return m.Run()
}

// notHere says why this machine cannot run the box; everything else that goes wrong is a failure.
type notHere string

func (n notHere) Error() string { return string(n) }

func startBox() (*box, error) {
	if testing.Short() {
		return nil, notHere("needs the local box: left out under -short")
	}
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		return nil, notHere("needs the local box: Linux and root")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	bin := filepath.Join(cache, "neo4j-kubernetes", "bin", "box")
	if _, err := os.Stat(bin); err != nil {
		return nil, notHere("needs the local box: run dev/setup.sh first")
	}
	home, err := os.MkdirTemp("", "neo4j-onbox-")
	if err != nil {
		return nil, err
	}
	b := &box{bin: bin, home: home, env: append(os.Environ(), "NEO4J_BOX_HOME="+home)}
	b.program, b.neo4jcheck = filepath.Join(home, "neo4j"), filepath.Join(home, "neo4jcheck")
	for out, pkg := range map[string]string{b.program: "../..", b.neo4jcheck: "../../cmd/neo4jcheck"} {
		if text, err := exec.Command("go", "build", "-o", out, pkg).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("go build %s: %w\n%s", pkg, err, text)
		}
	}
	if err := b.start(); err != nil {
		b.stop()
		return nil, err
	}
	return b, nil
}

func (b *box) start() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	if out, err := b.command(ctx, b.bin, "up").CombinedOutput(); err != nil {
		return fmt.Errorf("box up: %w\n%s", err, out)
	}
	exports, err := b.command(ctx, b.bin, "env").Output()
	if err != nil {
		return fmt.Errorf("box env: %w", err)
	}
	// The exports are made for a shell, so a shell reads them.
	env, err := b.command(ctx, "/bin/sh", "-c", string(exports)+"\nexec env -0").Output()
	if err != nil {
		return fmt.Errorf("reading box env: %w", err)
	}
	b.env = strings.Split(strings.TrimRight(string(env), "\x00"), "\x00")
	return nil
}

// stop takes the box down and its folder with it.
func (b *box) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if out, err := b.command(ctx, b.bin, "down").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "box down: %v\n%s", err, out)
		return
	}
	if err := os.RemoveAll(b.home); err != nil {
		fmt.Fprintln(os.Stderr, "removing the box's folder:", err)
	}
}

func (b *box) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = b.env
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// kubectl runs kubectl against the box and gives its standard output.
func (b *box) kubectl(t *testing.T, args ...string) string {
	t.Helper()
	out, err := b.tryKubectl(args...)
	if err != nil {
		t.Fatalf("kubectl %s: %v", strings.Join(args, " "), err)
	}
	return out
}

func (b *box) tryKubectl(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	cmd := b.command(ctx, b.bin, append([]string{"kubectl"}, args...)...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return string(out), fmt.Errorf("%w: %s", err, stderr.String())
	}
	return strings.TrimSpace(string(out)), nil
}

// onTheBox skips a test where no box can run.
func onTheBox(t *testing.T) *box {
	t.Helper()
	if theBox == nil {
		t.Skip(skipReason)
	}
	return theBox
}

// eventually polls a condition until it holds, and fails the test with its last word after the limit.
func eventually(t *testing.T, limit time.Duration, what string, holds func() error) {
	t.Helper()
	deadline := time.Now().Add(limit)
	for {
		err := holds()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %s: %v", what, limit, err)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// tee keeps what a command prints and shows it in a verbose run.
func tee(into io.Writer) io.Writer {
	if !testing.Verbose() {
		return into
	}
	return io.MultiWriter(into, os.Stderr)
}
