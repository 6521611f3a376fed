package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Imported is the file in which a node says which archives it has imported: base name to "size/time".
func Imported(s Spec) string { return s.data("imported.json") }

// Refused is the file in which a node says which archives it could not import: base name to Refusal.
func Refused(s Spec) string { return s.data("refused.json") }

// Refusal is an archive that a node could not import.
type Refusal struct {
	// Version is that of Archives. Broken says that the file itself is bad, so that trying again is of no use.
	Version, Reason string
	Broken          bool
}

// Archives gives the image archives of a folder with what tells one version from another.
func Archives(dir string) (map[string]string, error) {
	found, err := filepath.Glob(filepath.Join(dir, "*.tar"))
	if err != nil {
		return nil, err
	}
	archives := map[string]string{}
	for _, file := range found {
		info, err := os.Stat(file)
		if err != nil {
			return nil, err
		}
		archives[filepath.Base(file)] = fmt.Sprintf("%d/%d", info.Size(), info.ModTime().UnixNano())
	}
	return archives, nil
}

// importer brings the archives of a folder into a node's containerd.
type importer struct {
	dir               string
	imported, refused string // files
	done              map[string]string
	bad               map[string]Refusal
	next              map[string]time.Time // when an archive that went wrong is tried again
	// load imports a file and gives what the command said.
	load func(ctx context.Context, file string) (string, error)
}

// importImages imports every archive of the image folder into this node's containerd, also those that appear later.
func (s Spec) importImages(ctx context.Context) {
	i := &importer{dir: s.Images, imported: Imported(s), refused: Refused(s), load: ctrImport}
	i.begin()
	s.awaitNodes(ctx, imagesLatest)
	for ; ctx.Err() == nil; time.Sleep(300 * time.Millisecond) {
		i.round(ctx)
	}
}

func ctrImport(ctx context.Context, file string) (string, error) {
	out, err := exec.CommandContext(ctx, "ctr", "-n", "k8s.io", "images", "import", file).CombinedOutput()
	return string(out), err
}

// begin remembers what was imported before a restart. What was refused then is tried again.
func (i *importer) begin() {
	i.done, i.bad, i.next = map[string]string{}, map[string]Refusal{}, map[string]time.Time{}
	if text, err := os.ReadFile(i.imported); err == nil {
		_ = json.Unmarshal(text, &i.done)
	}
	if err := os.Remove(i.refused); err != nil && !errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintln(os.Stderr, err)
	}
}

func (i *importer) round(ctx context.Context) {
	archives, err := Archives(i.dir)
	if err != nil {
		return // the next round sees it again, and `up` says it
	}
	for name, version := range archives {
		before := i.bad[name]
		same := before.Version == version
		if i.done[name] == version || same && (before.Broken || time.Now().Before(i.next[name])) {
			continue
		}
		out, err := i.load(ctx, filepath.Join(i.dir, name))
		switch {
		case err == nil:
			i.done[name] = version
			delete(i.bad, name)
			write(i.imported, i.done)
		case strings.Contains(out, "containerd.sock") || ctx.Err() != nil:
			continue // containerd does not answer yet
		default:
			i.bad[name] = refuse(filepath.Join(i.dir, name), version, out, err)
			i.next[name] = time.Now().Add(2 * time.Second)
			fmt.Fprintf(os.Stderr, "%s importing %s: %s\n", time.Now().Format(time.TimeOnly), name, i.bad[name].Reason)
		}
		write(i.refused, i.bad)
	}
}

// refuse says why an archive was not imported: by its own look at the file, since ctr does not say much, else in ctr's last line.
func refuse(file, version, out string, err error) Refusal {
	if broken := CheckArchive(file); broken != nil {
		return Refusal{version, broken.Error(), true}
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	return Refusal{version, fmt.Sprintf("ctr: %v: %s", err, lines[len(lines)-1]), false}
}

// write writes a file whole or not at all: `up` reads it at any moment.
func write(file string, value any) {
	text, err := json.Marshal(value)
	if err == nil {
		err = os.WriteFile(file+".new", text, 0o644)
	}
	if err == nil {
		err = os.Rename(file+".new", file)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}
