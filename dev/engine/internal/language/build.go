package language

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// compileError is a program that does not compile: the user's to mend, so it carries the compiler's
// words and nothing of the machinery's.
type compileError struct{ output string }

func (e compileError) Error() string {
	return "the program does not compile:\n" + e.output
}

// build compiles the program of programDir to target, which go build leaves alone when nothing
// changed, or to a temporary file when target is empty; done removes that one.
func build(ctx context.Context, programDir, target string, debug bool) (path string, done func(), err error) {
	done = func() {}
	if target == "" {
		dir, err := os.MkdirTemp("", "pulumi-go-")
		if err != nil {
			return "", done, fmt.Errorf("place for the program: %w", err)
		}
		done = func() { _ = os.RemoveAll(dir) }
		target = filepath.Join(dir, "program")
	}
	if !filepath.IsAbs(target) {
		target = filepath.Join(programDir, target)
	}
	if target, err = filepath.Abs(target); err != nil {
		return "", done, fmt.Errorf("build target: %w", err)
	}

	// The flags are the official host's to the letter, so that a program built ahead with them, by a script
	// or by that host, is not compiled again.
	args := []string{"build", "-buildvcs=false", "-o", target}
	if debug {
		args = append(args, "-gcflags", "all=-N -l")
	} else {
		args = append(args, "-trimpath", "-ldflags", "-w -s")
	}
	cmd := exec.CommandContext(ctx, "go", append(args, ".")...)
	cmd.Dir = programDir
	cmd.Env = os.Environ()
	if os.Getenv("CGO_ENABLED") == "" {
		cmd.Env = append(cmd.Env, "CGO_ENABLED=0") // as the provider is built: the two share the kinds of Kubernetes
	}
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		done()
		var exit *exec.ExitError
		if errors.As(err, &exit) && ctx.Err() == nil {
			return "", func() {}, compileError{output: strings.TrimSpace(output.String())}
		}
		return "", func() {}, fmt.Errorf("go build: %w", err)
	}
	return target, done, nil
}
