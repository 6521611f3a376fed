package control

import (
	"fmt"
	"os"
	"syscall"

	"neo4j-kubernetes/dev/internal/home"
)

// lock keeps a second `up` or `down` of the same box out until the first has ended: both would clear what the other is making.
func lock(b home.Box) (unlock func(), err error) {
	if err := os.MkdirAll(b.Dir, 0o755); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(b.Path("lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("another `box up` or `box down` of %s is at work: %w", b.Dir, err)
	}
	// The kernel releases it with the file, also when this process is killed.
	return func() { _ = file.Close() }, nil
}
