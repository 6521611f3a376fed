package node

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// entry is a file of an archive.
type entry struct{ name, text string }

func blob(text string) entry {
	sum := sha256.Sum256([]byte(text))
	return entry{"blobs/sha256/" + hex.EncodeToString(sum[:]), text}
}

func digest(e entry) string { return "sha256:" + filepath.Base(e.name) }

// image is an OCI archive in its parts: index, manifest, configuration, one layer.
func image() []entry {
	layer, config := blob(strings.Repeat("layer ", 2000)), blob(`{"os":"linux"}`)
	manifest := blob(fmt.Sprintf(`{"config":{"digest":%q},"layers":[{"digest":%q}]}`, digest(config), digest(layer)))
	return []entry{{"index.json", fmt.Sprintf(`{"manifests":[{"digest":%q}]}`, digest(manifest))}, manifest, config, layer}
}

func pack(t *testing.T, entries []entry) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, e := range entries {
		if err := w.WriteHeader(&tar.Header{Name: e.name, Mode: 0o644, Size: int64(len(e.text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(e.text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestCheckArchive(t *testing.T) {
	whole := pack(t, image())
	damaged := bytes.Replace(whole, []byte("layer layer"), []byte("layer lazer"), 1)
	tests := []struct {
		name string
		text []byte
		want string
	}{
		{"whole", whole, ""},
		{"cut off in a layer", whole[:len(whole)-8000], "ends in the middle"},
		{"nothing written yet", nil, "no index.json"},
		{"a bit turned", damaged, "another content"},
		{"no tar", []byte(strings.Repeat("hello ", 200)), "no tar"},
		{"without its index", pack(t, image()[1:]), "no index.json"},
		{"without its manifest", pack(t, append(image()[:1], image()[2:]...)), "lacks sha256:"},
		{"without its layer", pack(t, image()[:3]), "lacks sha256:"},
		{"an index that is no JSON", pack(t, []entry{{"index.json", "{"}}), "damaged"},
		{"docker's format", pack(t, []entry{{"manifest.json", "[]"}}), ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "a.tar")
			if err := os.WriteFile(file, test.text, 0o644); err != nil {
				t.Fatal(err)
			}
			err := CheckArchive(file)
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v; want %q", err, test.want)
			}
		})
	}
}

func importing(t *testing.T, load func(file string) (string, error)) (*importer, func() map[string]Refusal) {
	t.Helper()
	i := &importer{
		dir: t.TempDir(), imported: filepath.Join(t.TempDir(), "imported.json"), refused: filepath.Join(t.TempDir(), "refused.json"),
		load: func(_ context.Context, file string) (string, error) { return load(file) },
	}
	i.begin()
	return i, func() map[string]Refusal {
		t.Helper()
		refused := map[string]Refusal{}
		text, err := os.ReadFile(i.refused)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &refused); err != nil {
			t.Fatal(err)
		}
		return refused
	}
}

func TestABrokenArchiveIsRefusedOnce(t *testing.T) {
	loads := 0
	i, refused := importing(t, func(string) (string, error) {
		loads++
		return "ctr: unexpected EOF", errors.New("exit status 1")
	})
	file := filepath.Join(i.dir, "a.tar")
	whole := pack(t, image())
	if err := os.WriteFile(file, whole[:len(whole)-8000], 0o644); err != nil {
		t.Fatal(err)
	}
	i.round(context.Background())
	i.round(context.Background())
	if r := refused()["a.tar"]; loads != 1 || !r.Broken || !strings.Contains(r.Reason, "middle") {
		t.Errorf("%d loads, %+v", loads, r)
	}
	// Written again it is another version.
	i.load = func(context.Context, string) (string, error) { return "", nil }
	if err := os.WriteFile(file, whole, 0o644); err != nil {
		t.Fatal(err)
	}
	i.round(context.Background())
	if len(refused()) != 0 || i.done["a.tar"] == "" {
		t.Errorf("refused %v, imported %v", refused(), i.done)
	}
}

// A full disk may be empty again: what is not the file's own fault is tried again, and said.
func TestAWholeArchiveThatWentWrongIsTriedAgain(t *testing.T) {
	out := "some words\nctr: no space left on device"
	i, refused := importing(t, func(string) (string, error) { return out, errors.New("exit status 1") })
	if err := os.WriteFile(filepath.Join(i.dir, "a.tar"), pack(t, image()), 0o644); err != nil {
		t.Fatal(err)
	}
	i.round(context.Background())
	if r := refused()["a.tar"]; r.Broken || !strings.Contains(r.Reason, "no space left") || strings.Contains(r.Reason, "some words") {
		t.Errorf("%+v", r)
	}
	i.load = func(context.Context, string) (string, error) { return "", nil }
	delete(i.next, "a.tar") // the pause is over
	i.round(context.Background())
	if len(refused()) != 0 || i.done["a.tar"] == "" {
		t.Errorf("refused %v, imported %v", refused(), i.done)
	}
}

func TestContainerdThatDoesNotAnswerYetIsNoRefusal(t *testing.T) {
	i, _ := importing(t, func(string) (string, error) {
		return `dial unix /run/containerd/containerd.sock: no such file`, errors.New("exit status 1")
	})
	if err := os.WriteFile(filepath.Join(i.dir, "a.tar"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	i.round(context.Background())
	if _, err := os.Stat(i.refused); !os.IsNotExist(err) {
		t.Error("an archive is refused though nobody looked at it")
	}
}
