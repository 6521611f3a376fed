// Package harness drives the project black box, by the commands that a user types: a local box of its own, a copy of the Pulumi
// project, port-forwards and Cypher. It knows nothing of testing, so that tests and measurements share it.
package harness

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// NotHere says why this machine cannot run the box; everything else that goes wrong is a failure.
type NotHere string

func (n NotHere) Error() string { return string(n) }

// Box is a local box with a home of its own, so that a cluster which `make up` made is not touched.
type Box struct {
	// Bin is the box's command, Home its NEO4J_BOX_HOME, a folder that Remove removes.
	Bin, Home string
	env       []string
}

// NewBox finds the box's command and makes a home; nothing runs yet. The error is a NotHere where this machine cannot run it.
func NewBox(prefix string) (*Box, error) {
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		return nil, NotHere("needs the local box: Linux and root")
	}
	cache, err := Cache()
	if err != nil {
		return nil, err
	}
	bin := filepath.Join(cache, "bin", "box")
	if _, err := os.Stat(bin); err != nil {
		return nil, NotHere("needs the local box: run dev/setup.sh first")
	}
	home, err := os.MkdirTemp("", prefix)
	if err != nil {
		return nil, err
	}
	return &Box{Bin: bin, Home: home, env: append(os.Environ(), "NEO4J_BOX_HOME="+home)}, nil
}

// Cache is the folder of builds and images that all boxes of a user share.
func Cache() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "neo4j-kubernetes"), nil
}

// Start starts the box and takes over the environment that reaches it. What the box says of its progress goes to progress too.
func (b *Box) Start(ctx context.Context, progress io.Writer) error {
	var out strings.Builder
	up := b.Command(ctx, b.Bin, "up")
	up.Stdout = io.MultiWriter(&out, progress)
	up.Stderr = up.Stdout
	if err := up.Run(); err != nil {
		return fmt.Errorf("box up: %w\n%s", err, out.String())
	}
	exports, err := b.Command(ctx, b.Bin, "env").Output()
	if err != nil {
		return fmt.Errorf("box env: %w", err)
	}
	// The exports are made for a shell, so a shell reads them.
	env, err := b.Command(ctx, "/bin/sh", "-c", string(exports)+"\nexec env -0").Output()
	if err != nil {
		return fmt.Errorf("reading box env: %w", err)
	}
	b.env = strings.Split(strings.TrimRight(string(env), "\x00"), "\x00")
	return nil
}

// Stop takes the box down; what its folder holds besides stays.
func (b *Box) Stop(ctx context.Context) error {
	if out, err := b.Command(ctx, b.Bin, "down").CombinedOutput(); err != nil {
		return fmt.Errorf("box down: %w\n%s", err, out)
	}
	return nil
}

// Remove stops the box and removes its folder. It runs to its end even when the caller was interrupted.
func (b *Box) Remove() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if err := b.Stop(ctx); err != nil {
		return err
	}
	if err := os.RemoveAll(b.Home); err != nil {
		return fmt.Errorf("removing the box's folder: %w", err)
	}
	return nil
}

// Command is a command with the box's environment, not yet started.
func (b *Box) Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = b.env
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// Kubectl runs kubectl against the box and gives its standard output.
func (b *Box) Kubectl(ctx context.Context, args ...string) (string, error) {
	cmd := b.Command(ctx, b.Bin, append([]string{"kubectl"}, args...)...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return string(out), fmt.Errorf("kubectl %s: %w: %s", strings.Join(args, " "), err, stderr.String())
	}
	return strings.TrimSpace(string(out)), nil
}

// Build compiles a package of the project with the language host's own flags, so that everything is compiled but once.
func Build(ctx context.Context, out, pkg string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-trimpath", "-ldflags", "-w -s", "-o", out, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build %s: %w\n%s", pkg, err, text)
	}
	return nil
}

// Eventually polls a condition until it holds; its last word is the error when the limit or the context ends first.
func Eventually(ctx context.Context, limit time.Duration, holds func() error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		err := holds()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("not within %s", limit), err)
		case <-time.After(200 * time.Millisecond):
		}
	}
}
