package node

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
)

// smallBlob is more than a manifest takes; larger blobs are layers and not kept.
const smallBlob = 4 << 20

// CheckArchive says what is wrong with the file of an image archive (OCI image layout 1.0 in a tar): cut off, damaged, incomplete,
// or no such archive at all. nil does not promise that containerd takes it.
func CheckArchive(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	held := map[string][]byte{} // by path; nil for what is too large to keep
	for r := tar.NewReader(file); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil && h.Typeflag == tar.TypeReg {
			held[path.Clean(h.Name)], err = readEntry(r, h)
		}
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return errors.New("it ends in the middle: it was not written to its end")
		}
		if err != nil {
			return fmt.Errorf("it is damaged, or no tar: %w", err)
		}
	}
	if _, ok := held["manifest.json"]; ok {
		return nil // docker's own format, which is not looked into
	}
	index, ok := held["index.json"]
	if !ok {
		return errors.New("it holds no index.json, so it is no image archive or was not written to its end")
	}
	return complete(held, "index.json", index)
}

// readEntry reads a file of the archive and compares a blob with the digest that is its name.
func readEntry(r io.Reader, h *tar.Header) ([]byte, error) {
	sum, small := sha256.New(), new(bytes.Buffer)
	to := io.Writer(sum)
	if h.Size <= smallBlob {
		to = io.MultiWriter(sum, small)
	}
	if _, err := io.Copy(to, r); err != nil {
		return nil, err
	}
	if want, ok := strings.CutPrefix(path.Clean(h.Name), "blobs/sha256/"); ok && want != hex.EncodeToString(sum.Sum(nil)) {
		return nil, fmt.Errorf("blob %.12s… has another content than its name says", want)
	}
	return small.Bytes(), nil
}

// complete looks for everything that an index or a manifest points to.
func complete(held map[string][]byte, name string, text []byte) error {
	type descriptor struct{ Digest string }
	var document struct {
		Config            descriptor
		Manifests, Layers []descriptor
	}
	if err := json.Unmarshal(text, &document); err != nil {
		return fmt.Errorf("%s is damaged: %w", name, err)
	}
	blob := func(d descriptor) string { return "blobs/" + strings.Replace(d.Digest, ":", "/", 1) }
	for _, d := range append(document.Layers, document.Config) {
		if _, ok := held[blob(d)]; d.Digest != "" && !ok {
			return fmt.Errorf("it lacks %s, which %s names", d.Digest, name)
		}
	}
	for _, d := range document.Manifests {
		text, ok := held[blob(d)]
		if !ok {
			return fmt.Errorf("it lacks %s, which %s names", d.Digest, name)
		}
		if err := complete(held, "manifest "+d.Digest, text); err != nil {
			return err
		}
	}
	return nil
}
