package images

import (
	"archive/tar"
	"os"
	"sort"
	"time"
)

// owner is the user and group of the official images; other files are root's.
const owner = 7474

// epoch is the time of every file of our own layers, so that the same content is the same layer.
var epoch = time.Unix(1700000000, 0)

// layer collects the files of a layer.
type layer struct{ entries map[string]entry }

type entry struct {
	header tar.Header
	text   []byte
}

func newLayer() *layer { return &layer{map[string]entry{}} }

func (l *layer) dir(name string, user int) {
	mode := int64(0o755)
	if user == owner {
		mode = 0o777 // as in the official images: any user may run them
	}
	l.entries[name+"/"] = entry{header: tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: mode, Uid: user, Gid: user}}
}

func (l *layer) file(name string, text []byte, mode int64, user int) {
	l.entries[name] = entry{tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: mode, Uid: user, Gid: user, Size: int64(len(text))}, text}
}

func (l *layer) link(name, target string) {
	l.entries[name] = entry{header: tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target, Mode: 0o777}}
}

// write writes the layer as an uncompressed tar, which imports fastest.
func (l *layer) write(target string) error {
	file, err := os.Create(target)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	names := make([]string, 0, len(l.entries))
	for name := range l.entries {
		names = append(names, name)
	}
	sort.Strings(names)
	w := tar.NewWriter(file)
	for _, name := range names {
		e := l.entries[name]
		e.header.ModTime, e.header.Format = epoch, tar.FormatPAX
		if err := w.WriteHeader(&e.header); err != nil {
			return err
		}
		if _, err := w.Write(e.text); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return file.Close()
}
