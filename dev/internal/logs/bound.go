package logs

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log"
	"os"
	"time"
)

// limit bounds a log, in bytes; the one before it is kept as <name>.log.1, so a log takes at most about twice that.
const limit = 16 << 20

// Bound keeps every log below a folder within its limit until the context ends.
func Bound(ctx context.Context, dir string) { bound(ctx, dir, limit, 2*time.Second) }

func bound(ctx context.Context, dir string, limit int64, every time.Duration) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(every):
		}
		files, err := Files(dir, "", "")
		if err != nil {
			log.Printf("logs: %v", err)
			continue
		}
		for _, file := range files {
			if err := rotate(file, limit); err != nil && !errors.Is(err, fs.ErrNotExist) {
				log.Printf("logs: %v", err)
			}
		}
	}
}

// rotate moves what a log holds to <log>.1 and empties it, when it is over the limit. Its writers hold it open for appending and
// cannot be asked to open another, so the text is copied; only a line written between the last read and the emptying is lost.
func rotate(file string, limit int64) error {
	info, err := os.Stat(file)
	if err != nil || info.Size() <= limit {
		return err
	}
	from, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }()
	to, err := os.OpenFile(file+".1.new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer func() { _ = to.Close() }()
	if _, err := io.Copy(to, from); err != nil {
		return err
	}
	if err := os.Rename(file+".1.new", file+".1"); err != nil {
		return err
	}
	// What came meanwhile, then at once the cut.
	if _, err := io.Copy(to, from); err != nil {
		return err
	}
	return from.Truncate(0)
}
