package language

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// readModule returns the go.mod that governs dir, and its folder.
func readModule(dir string) (*modfile.File, string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, "", fmt.Errorf("program folder: %w", err)
	}
	for folder := dir; ; folder = filepath.Dir(folder) {
		path := filepath.Join(folder, "go.mod")
		text, err := os.ReadFile(path)
		switch {
		case err == nil:
			file, err := modfile.Parse(path, text, nil)
			return file, folder, err
		case !errors.Is(err, fs.ErrNotExist):
			return nil, "", fmt.Errorf("go.mod: %w", err)
		case folder == filepath.Dir(folder):
			return nil, "", fmt.Errorf("no go.mod in %s or above it", dir)
		}
	}
}

// pluginManifest is the pulumi-plugin.json that a provider's SDK module carries.
type pluginManifest struct {
	Resource bool   `json:"resource"`
	Name     string `json:"name"`
	Version  string `json:"version"`
	Server   string `json:"server"`
}

// requiredPlugins reads the manifests of the provider SDKs that go.mod names, by looking into the
// module cache rather than asking `go list`: that costs half a second of every command.
// A module that is not downloaded yet is passed over; the build will say so in better words.
func requiredPlugins(file *modfile.File, folder string) ([]pluginManifest, error) {
	cache, err := moduleCache()
	if err != nil {
		return nil, err
	}
	replaced := map[string]module.Version{}
	for _, r := range file.Replace {
		replaced[r.Old.Path] = r.New
	}
	var manifests []pluginManifest
	for _, r := range file.Require {
		version := r.Mod
		if new, ok := replaced[version.Path]; ok {
			version = new
		}
		dir, err := sourceDir(version, cache, folder)
		if err != nil {
			return nil, err
		}
		manifest, found, err := readManifest(dir)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.Mod.Path, err)
		}
		if !found || !manifest.Resource {
			continue
		}
		if manifest.Version == "" {
			manifest.Version = strings.TrimSuffix(r.Mod.Version, "+incompatible")
		}
		manifests = append(manifests, manifest)
	}
	return manifests, nil
}

func sourceDir(version module.Version, cache, folder string) (string, error) {
	if version.Version == "" { // a replacement by a folder
		if filepath.IsAbs(version.Path) {
			return version.Path, nil
		}
		return filepath.Join(folder, version.Path), nil
	}
	path, err := module.EscapePath(version.Path)
	if err != nil {
		return "", fmt.Errorf("go.mod: %w", err)
	}
	escaped, err := module.EscapeVersion(version.Version)
	if err != nil {
		return "", fmt.Errorf("go.mod: %w", err)
	}
	return filepath.Join(cache, path+"@"+escaped), nil
}

// readManifest looks where SDKs keep their manifest: the root, go/, go/<name>/ and <name>/.
func readManifest(dir string) (pluginManifest, bool, error) {
	for _, pattern := range []string{".", "go", filepath.Join("go", "*"), "*"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern, "pulumi-plugin.json"))
		if err != nil {
			return pluginManifest{}, false, err
		}
		if len(found) == 0 {
			continue
		}
		text, err := os.ReadFile(found[0])
		if err != nil {
			return pluginManifest{}, false, err
		}
		var manifest pluginManifest
		if err := json.Unmarshal(text, &manifest); err != nil {
			return pluginManifest{}, false, fmt.Errorf("%s: %w", filepath.Base(found[0]), err)
		}
		return manifest, true, nil
	}
	return pluginManifest{}, false, nil
}

func moduleCache() (string, error) {
	if dir := os.Getenv("GOMODCACHE"); dir != "" {
		return dir, nil
	}
	out, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOMODCACHE: %w", withStderr(err))
	}
	return strings.TrimSpace(string(out)), nil
}
