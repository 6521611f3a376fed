package images

import (
	"fmt"
	"os"
	"path/filepath"
)

// Pause writes the archive of the pods' sandbox image, made of the pause program beside this one, unless it is there.
func Pause(dir string) error {
	target := filepath.Join(dir, "pause.tar")
	if exists(target) {
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	program := filepath.Join(filepath.Dir(self), "pause")
	text, err := os.ReadFile(program)
	if err != nil {
		return fmt.Errorf("the pause program, which dev/build.sh builds: %w", err)
	}
	l := newLayer()
	l.file("pause", text, 0o755, 0)
	layer := target + ".layer"
	defer func() { _ = os.Remove(layer) }()
	if err := l.write(layer); err != nil {
		return err
	}
	return WriteArchive(target, "box.local/pause:1", Config{Entrypoint: []string{"/pause"}}, layer)
}
