package images

import (
	"archive/tar"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestLayerDoesNotDependOnTheOrderOfItsMaking(t *testing.T) {
	steps := []func(*layer){
		func(l *layer) { l.file("etc/a", []byte("one"), 0o644, 0) },
		func(l *layer) { l.dir("etc", 0) },
		func(l *layer) { l.link("etc/b", "/etc/a") },
		func(l *layer) { l.dir("data", owner) },
	}
	var sums []string
	for range 2 {
		l := newLayer()
		for _, step := range steps {
			step(l)
		}
		target := filepath.Join(t.TempDir(), "layer.tar")
		if err := l.write(target); err != nil {
			t.Fatal(err)
		}
		if names, _ := entriesOf(t, target); !slices.Equal(names, []string{"data/", "etc/", "etc/a", "etc/b"}) {
			t.Errorf("order %v: a folder comes before what is in it", names)
		}
		sum, err := sha256File(target)
		if err != nil {
			t.Fatal(err)
		}
		sums = append(sums, sum)
		slices.Reverse(steps)
	}
	if sums[0] != sums[1] {
		t.Error("two layers of the same files differ")
	}
}

func TestLayerKeepsOwnersModesAndTime(t *testing.T) {
	l := newLayer()
	l.dir("data", owner)
	l.dir("lib", 0)
	l.file("lib/run", []byte("text"), 0o755, 0)
	l.link("lib/link", "/lib/run")
	target := filepath.Join(t.TempDir(), "layer.tar")
	if err := l.write(target); err != nil {
		t.Fatal(err)
	}
	_, entries := entriesOf(t, target)
	for name, want := range map[string]tar.Header{
		"data/":    {Typeflag: tar.TypeDir, Mode: 0o777, Uid: 7474, Gid: 7474},
		"lib/":     {Typeflag: tar.TypeDir, Mode: 0o755},
		"lib/run":  {Typeflag: tar.TypeReg, Mode: 0o755, Size: 4},
		"lib/link": {Typeflag: tar.TypeSymlink, Mode: 0o777, Linkname: "/lib/run"},
	} {
		got := entries[name].header
		if got.Typeflag != want.Typeflag || got.Mode != want.Mode || got.Uid != want.Uid || got.Gid != want.Gid || got.Size != want.Size || got.Linkname != want.Linkname {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
		if !got.ModTime.Equal(epoch) {
			t.Errorf("%s is of %s", name, got.ModTime)
		}
	}
}

func TestLayerThatCannotBeWritten(t *testing.T) {
	if err := newLayer().write(filepath.Join(t.TempDir(), "no", "folder.tar")); !os.IsNotExist(err) {
		t.Errorf("got %v", err)
	}
}
