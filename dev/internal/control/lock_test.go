package control

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"neo4j-kubernetes/dev/internal/home"
)

func TestLockKeepsASecondOneWaiting(t *testing.T) {
	b := home.Box{Dir: t.TempDir()}
	first, err := lock(context.Background(), b, new(bytes.Buffer))
	if err != nil {
		t.Fatal(err)
	}
	soon, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	var said bytes.Buffer
	if _, err := lock(soon, b, &said); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), b.Dir) {
		t.Fatalf("a second lock of the same box: %v", err)
	}
	if strings.Count(said.String(), "waiting") != 1 {
		t.Errorf("the one who waits says %q", said.String())
	}
	second := make(chan error, 1)
	go func() {
		file, err := lock(context.Background(), b, new(bytes.Buffer))
		if err == nil {
			err = file.Close()
		}
		second <- err
	}()
	time.Sleep(100 * time.Millisecond)
	select {
	case err := <-second:
		t.Fatalf("it did not wait: %v", err)
	default:
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-second:
		if err != nil {
			t.Errorf("after the first has ended: %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("it still waits after the first has ended")
	}
}
