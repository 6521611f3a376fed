package images

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// entriesOf reads a tar whole: names in their order, headers and texts by name.
func entriesOf(t *testing.T, file string) ([]string, map[string]entry) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var names []string
	all := map[string]entry{}
	for r := tar.NewReader(f); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return names, all
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, header.Name)
		all[header.Name] = entry{*header, text}
	}
}

// layerOf writes a layer of one file.
func layerOf(t *testing.T, name, text string) string {
	t.Helper()
	l := newLayer()
	l.file(name, []byte(text), 0o644, 0)
	target := filepath.Join(t.TempDir(), "layer.tar")
	if err := l.write(target); err != nil {
		t.Fatal(err)
	}
	return target
}

type manifest struct {
	Config descriptor   `json:"config"`
	Layers []descriptor `json:"layers"`
}

// readImage follows an archive from its index to the layers, and holds every blob against its name, digest and size.
func readImage(t *testing.T, file string) (name string, m manifest, config map[string]any) {
	t.Helper()
	_, entries := entriesOf(t, file)
	for path, e := range entries {
		if digest, ok := strings.CutPrefix(path, "blobs/sha256/"); ok {
			if sum := sha256.Sum256(e.text); hex.EncodeToString(sum[:]) != digest {
				t.Errorf("%s holds %x", path, sum)
			}
		}
	}
	blob := func(d descriptor, into any) {
		t.Helper()
		e, ok := entries["blobs/sha256/"+strings.TrimPrefix(d.Digest, "sha256:")]
		if !ok || int64(len(e.text)) != d.Size {
			t.Fatalf("blob of %+v: there %t, %d bytes", d, ok, len(e.text))
		}
		if into != nil {
			if err := json.Unmarshal(e.text, into); err != nil {
				t.Fatal(err)
			}
		}
	}
	var index struct {
		Manifests []descriptor `json:"manifests"`
	}
	if err := json.Unmarshal(entries["index.json"].text, &index); err != nil || len(index.Manifests) != 1 {
		t.Fatalf("index %s: %v", entries["index.json"].text, err)
	}
	if got := string(entries["oci-layout"].text); got != `{"imageLayoutVersion":"1.0.0"}` {
		t.Errorf("oci-layout %s", got)
	}
	blob(index.Manifests[0], &m)
	blob(m.Config, &config)
	for _, l := range m.Layers {
		blob(l, nil)
	}
	return index.Manifests[0].Annotations["io.containerd.image.name"], m, config
}

func TestArchiveIsAnImage(t *testing.T) {
	target := filepath.Join(t.TempDir(), "image.tar")
	a, b := layerOf(t, "a", "one"), layerOf(t, "b", "two")
	c := Config{Entrypoint: []string{"/a"}, Cmd: []string{"b"}, Env: []string{"C=d"}, Exposed: []string{"7687/tcp"}, Volumes: []string{"/data"}, WorkingDir: "/w"}
	if err := WriteArchive(target, "docker.io/library/x:1", c, a, b); err != nil {
		t.Fatal(err)
	}
	name, m, config := readImage(t, target)
	if name != "docker.io/library/x:1" || len(m.Layers) != 2 || m.Config.MediaType != configType {
		t.Fatalf("%s: %+v", name, m)
	}
	var diffs []string
	for i, file := range []string{a, b} {
		sum, err := sha256File(file)
		if err != nil {
			t.Fatal(err)
		}
		diffs = append(diffs, "sha256:"+sum)
		if m.Layers[i].Digest != diffs[i] || m.Layers[i].MediaType != layerType {
			t.Errorf("layer %d is %+v, not %s", i, m.Layers[i], diffs[i])
		}
	}
	want, err := json.Marshal(map[string]any{
		"config": map[string]any{
			"Entrypoint": c.Entrypoint, "Cmd": c.Cmd, "Env": c.Env, "WorkingDir": "/w",
			"ExposedPorts": map[string]any{"7687/tcp": map[string]any{}}, "Volumes": map[string]any{"/data": map[string]any{}},
		},
		"rootfs": map[string]any{"type": "layers", "diff_ids": diffs},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(map[string]any{"config": config["config"], "rootfs": config["rootfs"]})
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("got  %s\nwant %s (%v)", got, want, err)
	}
	if config["os"] != "linux" || config["architecture"] == "" {
		t.Errorf("platform %v/%v", config["os"], config["architecture"])
	}
}

func TestSameContentIsTheSameArchive(t *testing.T) {
	var sums []string
	for range 2 {
		target := filepath.Join(t.TempDir(), "image.tar")
		if err := WriteArchive(target, "x:1", Config{Exposed: []string{"1/tcp", "2/tcp", "3/tcp"}}, layerOf(t, "a", "one")); err != nil {
			t.Fatal(err)
		}
		sum, err := sha256File(target)
		if err != nil {
			t.Fatal(err)
		}
		sums = append(sums, sum)
	}
	if sums[0] != sums[1] {
		t.Errorf("%s and %s", sums[0], sums[1])
	}
}

// The nodes import whatever ends in .tar: a build that fails must leave what was there, and nothing else of that name.
func TestArchiveIsCompleteOrNotThere(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(dir, "image.tar")
	if err := os.WriteFile(target, []byte("the old one"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := WriteArchive(target, "x:1", Config{}, layerOf(t, "a", "one"), filepath.Join(dir, "no-such-layer"))
	if !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("a layer that is not there: %v", err)
	}
	if text, err := os.ReadFile(target); err != nil || string(text) != "the old one" {
		t.Errorf("the old archive is now %q, %v", text, err)
	}
	if found, _ := filepath.Glob(filepath.Join(dir, "*.tar")); len(found) != 1 {
		t.Errorf("archives %v", found)
	}
}
