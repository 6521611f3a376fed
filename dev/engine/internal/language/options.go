package language

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// options are Pulumi.yaml's runtime.options for Go, as the official host reads them.
type options struct {
	binary      string // a prebuilt program, never built here
	buildTarget string // where to build the program to, and keep it
}

func parseOptions(raw map[string]any) (options, error) {
	var o options
	for key, to := range map[string]*string{"binary": &o.binary, "buildTarget": &o.buildTarget} {
		value, ok := raw[key]
		if !ok {
			continue
		}
		text, ok := value.(string)
		if !ok {
			return options{}, fmt.Errorf("Pulumi.yaml: runtime.options.%s must be a string, got %T", key, value)
		}
		*to = text
	}
	if o.binary != "" && o.buildTarget != "" {
		return options{}, fmt.Errorf(
			"Pulumi.yaml: runtime.options has both binary and buildTarget; binary is for a program built elsewhere")
	}
	return o, nil
}

// findBinary resolves the binary option to an absolute path: an absolute path as it is, then beside
// the program, then on PATH.
func findBinary(name, programDir string) (string, error) {
	candidate := name
	if !filepath.IsAbs(candidate) {
		candidate = filepath.Join(programDir, name)
	}
	if info, err := os.Stat(candidate); err == nil && !info.IsDir() {
		return filepath.Abs(candidate)
	}
	if !strings.ContainsRune(name, filepath.Separator) {
		if found, err := exec.LookPath(name); err == nil {
			return filepath.Abs(found)
		}
	}
	return "", fmt.Errorf("program %q of runtime.options.binary is not there; build it first", name)
}
