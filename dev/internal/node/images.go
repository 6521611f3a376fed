package node

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Imported is the file in which a node says which archives it has imported: base name to "size/time".
func Imported(s Spec) string { return s.data("imported.json") }

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

// importImages imports every archive of the image folder into this node's containerd, also those that appear later.
func (s Spec) importImages(ctx context.Context) {
	done := map[string]string{}
	if text, err := os.ReadFile(Imported(s)); err == nil {
		_ = json.Unmarshal(text, &done)
	}
	for ; ctx.Err() == nil; time.Sleep(300 * time.Millisecond) {
		archives, err := Archives(s.Images)
		if err != nil {
			continue
		}
		for name, version := range archives {
			if done[name] == version {
				continue
			}
			cmd := exec.CommandContext(ctx, "ctr", "-n", "k8s.io", "images", "import", filepath.Join(s.Images, name))
			if out, err := cmd.CombinedOutput(); err != nil {
				if !strings.Contains(string(out), "containerd.sock") {
					fmt.Fprintf(os.Stderr, "importing %s: %v: %s\n", name, err, out)
				}
				continue
			}
			done[name] = version
			if text, err := json.Marshal(done); err == nil {
				_ = os.WriteFile(Imported(s), text, 0o644)
			}
		}
	}
}
