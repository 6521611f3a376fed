// Command kubeschemas makes the JSON schemas that kubeconform reads, from the OpenAPI documents of Kubernetes' own modules: nothing of
// Kubernetes is built, and no site of schemas is asked.
//
//	kubeschemas RELEASES FOLDER [KINDS FOLDER]
//
// RELEASES is a file of lines "v1.34.2 h1:…", a release and the sum of its module; FOLDER gets a folder a release with a file a kind, named
// as kubeconform's default location names them. A release whose folder is there is left alone. KINDS is a file of kinds that Kubernetes itself
// does not have, see makeKinds.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "kubeschemas:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 && len(args) != 4 {
		return errors.New("usage: kubeschemas RELEASES FOLDER [KINDS FOLDER]")
	}
	text, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	for _, line := range strings.Split(string(text), "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		release, sum, ok := strings.Cut(line, " ")
		if !ok {
			return fmt.Errorf("%s: %q is no release and sum", args[0], line)
		}
		if err := makeSchemas(release, sum, filepath.Join(args[1], release+"-standalone-strict")); err != nil {
			return fmt.Errorf("%s: %w", release, err)
		}
	}
	if len(args) == 4 {
		return makeKinds(args[2], args[3])
	}
	return nil
}

// makeSchemas writes the schemas of one release. A folder that is there is whole: it gets its name last.
func makeSchemas(release, sum, folder string) error {
	if _, err := os.Stat(folder); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(folder), 0o755); err != nil {
		return err
	}
	// A module cache that goes at once: the module is 90 MB of which one file is read.
	temporary, err := os.MkdirTemp(filepath.Dir(folder), "making-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(temporary) }()
	module, err := download("k8s.io/kubernetes", release, sum, filepath.Join(temporary, "modules"))
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(module, "api", "openapi-spec", "swagger.json"))
	if err != nil {
		return err
	}
	files, err := schemas(text)
	if err != nil {
		return err
	}
	made := filepath.Join(temporary, "schemas")
	if err := os.Mkdir(made, 0o755); err != nil {
		return err
	}
	for name, schema := range files {
		if err := os.WriteFile(filepath.Join(made, name), schema, 0o644); err != nil {
			return err
		}
	}
	fmt.Fprintf(os.Stderr, "schemas of Kubernetes %s: %d kinds\n", release, len(files))
	return os.Rename(made, folder)
}

// download has Go fetch the module, and refuses another content than the one whose sum is written down.
func download(path, release, sum, cache string) (dir string, err error) {
	cmd := exec.Command("go", "mod", "download", "-json", path+"@"+release)
	cmd.Env = append(os.Environ(), "GOMODCACHE="+cache, "GOFLAGS=-modcacherw", "GOWORK=off")
	cmd.Dir = os.TempDir()
	out, err := cmd.Output()
	var module struct{ Dir, Sum, Error string }
	if unread := json.Unmarshal(out, &module); unread != nil && err == nil {
		err = unread
	}
	switch {
	case module.Error != "":
		return "", errors.New(module.Error)
	case err != nil:
		return "", fmt.Errorf("go mod download: %w", err)
	case module.Sum != sum:
		return "", fmt.Errorf("the module's sum is %s, and %s is written down", module.Sum, sum)
	}
	return module.Dir, nil
}
