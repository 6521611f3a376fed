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
)

// lock keeps a second `up` or `down` of the same box waiting until the first has ended: both would clear what the other is making.
// The kernel releases it when the last holder of the file closes it or ends, also by a kill.
func lock(ctx context.Context, b home.Box, out io.Writer) (*os.File, error) {
	if err := os.MkdirAll(b.Dir, 0o755); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(b.Path("lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for said := false; ; said = true {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return file, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			_ = file.Close()
			return nil, fmt.Errorf("locking the box: %w", err)
		}
		if !said {
			_, _ = fmt.Fprintf(out, "another `box up` or `box down` of %s is at work: waiting for its end\n", b.Dir)
		}
		select {
		case <-ctx.Done():
			_ = file.Close()
			return nil, fmt.Errorf("another `box up` or `box down` of %s is at work: %w", b.Dir, ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}
