package images

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"runtime"
)

// Config is how a container of the image starts.
type Config struct {
	Entrypoint, Cmd, Env, Exposed, Volumes []string
	WorkingDir                             string
}

const (
	manifestType = "application/vnd.oci.image.manifest.v1+json"
	configType   = "application/vnd.oci.image.config.v1+json"
	layerType    = "application/vnd.oci.image.layer.v1.tar"
)

// descriptor is an OCI content descriptor (image-spec 1.0).
type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int64             `json:"size"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// WriteArchive writes an OCI image archive of plain tar layers, complete or not at all.
func WriteArchive(target, name string, c Config, layers ...string) error {
	file, err := os.Create(target + ".new")
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	a := &archive{tar.NewWriter(file)}
	if err := a.put("oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`)); err != nil {
		return err
	}
	var descriptors []descriptor
	for _, l := range layers {
		d, err := a.layer(l)
		if err != nil {
			return err
		}
		descriptors = append(descriptors, d)
	}
	config, err := a.blob(configType, imageConfig(c, descriptors))
	if err != nil {
		return err
	}
	manifest, err := a.blob(manifestType, map[string]any{
		"schemaVersion": 2, "mediaType": manifestType, "config": config, "layers": descriptors,
	})
	if err != nil {
		return err
	}
	manifest.Annotations = map[string]string{"io.containerd.image.name": name}
	index, err := json.Marshal(map[string]any{"schemaVersion": 2, "manifests": []descriptor{manifest}})
	if err != nil {
		return err
	}
	if err := a.put("index.json", index); err != nil {
		return err
	}
	if err := a.w.Close(); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return os.Rename(target+".new", target)
}

func imageConfig(c Config, layers []descriptor) map[string]any {
	var diffs []string
	for _, l := range layers {
		diffs = append(diffs, l.Digest) // an uncompressed layer is its own diff
	}
	set := func(names []string) map[string]struct{} {
		all := map[string]struct{}{}
		for _, n := range names {
			all[n] = struct{}{}
		}
		return all
	}
	return map[string]any{
		"architecture": runtime.GOARCH, "os": "linux", "created": epoch.UTC(),
		"config": map[string]any{
			"Entrypoint": c.Entrypoint, "Cmd": c.Cmd, "Env": c.Env, "WorkingDir": c.WorkingDir,
			"ExposedPorts": set(c.Exposed), "Volumes": set(c.Volumes),
		},
		"rootfs": map[string]any{"type": "layers", "diff_ids": diffs},
	}
}

type archive struct{ w *tar.Writer }

func (a *archive) put(name string, text []byte) error {
	if err := a.w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text)), ModTime: epoch}); err != nil {
		return err
	}
	_, err := a.w.Write(text)
	return err
}

func (a *archive) blob(mediaType string, value any) (descriptor, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return descriptor{}, err
	}
	sum := sha256.Sum256(text)
	d := descriptor{MediaType: mediaType, Digest: "sha256:" + hex.EncodeToString(sum[:]), Size: int64(len(text))}
	return d, a.put("blobs/sha256/"+hex.EncodeToString(sum[:]), text)
}

func (a *archive) layer(name string) (descriptor, error) {
	sum, err := sha256File(name)
	if err != nil {
		return descriptor{}, err
	}
	file, err := os.Open(name)
	if err != nil {
		return descriptor{}, err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return descriptor{}, err
	}
	if err := a.w.WriteHeader(&tar.Header{Name: "blobs/sha256/" + sum, Mode: 0o644, Size: info.Size(), ModTime: epoch}); err != nil {
		return descriptor{}, err
	}
	_, err = io.Copy(a.w, file)
	return descriptor{MediaType: layerType, Digest: "sha256:" + sum, Size: info.Size()}, err
}
