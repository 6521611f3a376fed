package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"neo4j-kubernetes/dev/internal/home"
	"neo4j-kubernetes/dev/internal/node"
	"neo4j-kubernetes/dev/internal/supervisor"
)

// imported waits until every running node has imported every archive. An archive that is broken ends the wait at once, with what
// to do; one that went wrong for another reason is said, and waited for.
func (u *upping) imported(ctx context.Context, look func() supervisor.State) error {
	for {
		left, err := missing(u.box, look(), u.images)
		if err != nil || len(left) == 0 {
			return err
		}
		var names []string
		for _, m := range left {
			names = append(names, m.String())
			switch {
			case m.Broken:
				return fmt.Errorf("image archive %s cannot be imported: %s; %s. The box runs without it", filepath.Join(u.images, m.archive), m.Reason, mend(u.images, m.archive))
			case m.Reason != "":
				u.once(m.String() + "; it is tried again")
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: images not imported: %s", context.Cause(ctx), strings.Join(names, ", "))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// mend says how a broken archive is made again.
func mend(dir, archive string) string {
	remove := "remove it (rm " + filepath.Join(dir, archive) + ")"
	switch release, ours := strings.CutPrefix(strings.TrimSuffix(archive, ".tar"), "neo4j-"); {
	case archive == "pause.tar":
		return remove + "; the next `box up` makes it again"
	case ours:
		return remove + " and build it again with `box images build " + release + "`"
	default:
		return remove + " or write it again"
	}
}

// missed is an archive that a node has not imported, and why not if it has tried.
type missed struct {
	node, archive string
	node.Refusal
}

func (m missed) String() string {
	text := m.node + ": " + m.archive
	if m.Reason != "" {
		text += " (" + m.Reason + ")"
	}
	return text
}

// missing gives what the running nodes have not imported yet.
func missing(b home.Box, state supervisor.State, imageDir string) ([]missed, error) {
	archives, err := node.Archives(imageDir)
	if err != nil {
		return nil, err
	}
	var left []missed
	for n := range state.Nodes {
		spec := node.Spec{Home: b.Dir, Number: n}
		done, refused := map[string]string{}, map[string]node.Refusal{}
		if err := read(node.Imported(spec), &done); err != nil {
			return nil, err
		}
		if err := read(node.Refused(spec), &refused); err != nil {
			return nil, err
		}
		for name, version := range archives {
			if done[name] == version {
				continue
			}
			m := missed{node: node.Name(n), archive: name}
			if r := refused[name]; r.Version == version {
				m.Refusal = r
			}
			left = append(left, m)
		}
	}
	return left, nil
}

// read reads a node's file; one that is not there yet, or torn by a power cut, says nothing.
func read(file string, value any) error {
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err == nil {
		_ = json.Unmarshal(text, value)
	}
	return err
}
