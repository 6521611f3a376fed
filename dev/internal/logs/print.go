package logs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Print writes logs one after another, what was rotated away first; tail, where it is not negative, is how many of the last lines
// of each. With several files each has a title.
func Print(out io.Writer, dir string, files []string, tail int) error {
	for _, file := range files {
		if len(files) > 1 {
			if _, err := fmt.Fprintf(out, "== %s\n", Name(dir, file)); err != nil {
				return err
			}
		}
		text, err := whole(file)
		if err != nil {
			return err
		}
		if _, err := out.Write(last(text, tail)); err != nil {
			return err
		}
	}
	return nil
}

// whole reads a log with the one before it: at most twice the limit.
func whole(file string) ([]byte, error) {
	text, err := os.ReadFile(file + ".1")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	now, err := os.ReadFile(file)
	return append(text, now...), err
}

// last gives the last lines of a text, all where tail is negative.
func last(text []byte, tail int) []byte {
	if tail < 0 {
		return text
	}
	at := len(bytes.TrimSuffix(text, []byte("\n")))
	for range tail {
		if at = bytes.LastIndexByte(text[:at], '\n'); at < 0 {
			return text
		}
	}
	if tail == 0 {
		return nil
	}
	return text[at+1:]
}
