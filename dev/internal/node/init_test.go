package node

import (
	"os"
	"strings"
	"testing"
)

func TestOrphaned(t *testing.T) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = read.Close() }()
	if orphaned(read) {
		t.Error("the supervisor still holds its end")
	}
	if err := write.Close(); err != nil {
		t.Fatal(err)
	}
	if !orphaned(read) {
		t.Error("nobody holds the other end")
	}
}

// A supervisor killed between the making of a node's process and that one's request for the parent-death signal leaves an orphan,
// which must start nothing.
func TestInitOfAnOrphan(t *testing.T) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = read.Close() }()
	if err := write.Close(); err != nil {
		t.Fatal(err)
	}
	stdin := os.Stdin
	os.Stdin = read
	defer func() { os.Stdin = stdin }()
	// A program that is not there: an attempt to start it would be another error.
	if err := Init(Spec{Self: "/nonexistent"}); err == nil || !strings.Contains(err.Error(), "supervisor ended") {
		t.Errorf("got %v", err)
	}
}
