package onbox

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"neo4j-kubernetes/tests/harness"
)

// theBox is the local Kubernetes of this test run; nil where it cannot run, with the reason in skipReason.
var (
	theBox     *box
	skipReason string
)

// box is a running local box, with the program and neo4jcheck built once for all tests.
type box struct {
	*harness.Box
	program, neo4jcheck string
}

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	b, err := startBox()
	var missing harness.NotHere
	switch {
	case errors.As(err, &missing):
		skipReason = err.Error()
	case err != nil:
		fmt.Fprintln(os.Stderr, "starting the box:", err)
		return 1
	default:
		theBox = b
		defer func() {
			if err := b.Remove(); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
		}()
	}
	return m.Run()
}

func startBox() (*box, error) {
	if testing.Short() {
		return nil, harness.NotHere("needs the local box: left out under -short")
	}
	started, err := harness.NewBox("neo4j-onbox-")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	b := &box{started, filepath.Join(started.Home, "neo4j"), filepath.Join(started.Home, "neo4jcheck")}
	for out, pkg := range map[string]string{b.program: "../..", b.neo4jcheck: "../../cmd/neo4jcheck"} {
		if err := harness.Build(ctx, out, pkg); err != nil {
			return nil, err
		}
	}
	if err := b.Start(ctx, io.Discard); err != nil {
		return nil, errors.Join(err, b.Remove())
	}
	return b, nil
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
	return b.Kubectl(ctx, args...)
}

// apply makes the objects of a manifest.
func (b *box) apply(t *testing.T, manifest string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "objects.yaml")
	if err := os.WriteFile(file, []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	b.kubectl(t, "apply", "-f", file)
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
	if err := harness.Eventually(t.Context(), limit, holds); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}
