package logs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// Follow prints the last lines of the logs that match, then every new line as it comes, also of logs that appear later, until the
// context ends. Each line begins with its log's name, since lines of several come mixed.
func Follow(ctx context.Context, out io.Writer, dir, component, node string, tail int) error {
	tails := map[string]*follower{}
	for first := true; ; first = false {
		files, err := Files(dir, component, node)
		if err != nil {
			return err
		}
		for _, file := range files {
			f := tails[file]
			if f == nil {
				f = &follower{file: file, name: Name(dir, file)}
				tails[file] = f
				if first {
					if err := f.begin(out, tail); err != nil {
						return err
					}
				}
			}
			if err := f.more(out); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// follower is how far a log was printed.
type follower struct {
	file, name string
	offset     int64
	part       []byte // a line whose end has not come yet
}

// begin prints the last lines of what is there already.
func (f *follower) begin(out io.Writer, tail int) error {
	before, err := os.ReadFile(f.file + ".1")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	now, err := os.ReadFile(f.file)
	if err != nil {
		return err
	}
	f.offset = int64(len(now))
	return f.print(out, last(append(before, now...), tail))
}

// more prints what came since. A log that is shorter than what was printed was rotated: its rest is in the one before it.
func (f *follower) more(out io.Writer) error {
	info, err := os.Stat(f.file)
	if errors.Is(err, fs.ErrNotExist) {
		f.offset = 0 // the box is down; its next start makes it anew
		return nil
	}
	if err != nil {
		return err
	}
	if info.Size() < f.offset {
		if err := f.read(out, f.file+".1"); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		f.offset = 0
	}
	if info.Size() == f.offset {
		return nil
	}
	return f.read(out, f.file)
}

func (f *follower) read(out io.Writer, name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	if _, err := file.Seek(f.offset, io.SeekStart); err != nil {
		return err
	}
	text, err := io.ReadAll(file)
	if err != nil {
		return err
	}
	f.offset += int64(len(text))
	return f.print(out, text)
}

func (f *follower) print(out io.Writer, text []byte) error {
	text = append(f.part, text...)
	f.part = nil
	for len(text) > 0 {
		line, rest, whole := bytes.Cut(text, []byte("\n"))
		if !whole {
			f.part = bytes.Clone(line)
			return nil
		}
		if _, err := fmt.Fprintf(out, "%s: %s\n", f.name, line); err != nil {
			return err
		}
		text = rest
	}
	return nil
}
