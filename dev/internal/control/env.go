package control

import (
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"neo4j-kubernetes/dev/internal/home"
)

// Variable is one variable of the environment that reaches a box.
type Variable struct{ Name, Value string }

// Environment gives what kubectl and pulumi need to reach the box and nothing else, and says which Pulumi that is. An installed
// Pulumi is used where it has the official Kubernetes plugin; else the project's own engine, with its own plugin folder, so
// that the two never mix.
func Environment(b home.Box) (variables []Variable, engine string, err error) {
	cache, err := home.Cache()
	if err != nil {
		return nil, "", err
	}
	passphrase, err := passphrase(b)
	if err != nil {
		return nil, "", err
	}
	state := b.Path("pulumi-state")
	if err := os.MkdirAll(state, 0o700); err != nil {
		return nil, "", err
	}
	bin := filepath.Join(cache, "bin")
	variables = []Variable{
		{"NEO4J_BOX_HOME", b.Dir},
		{"KUBECONFIG", b.Kubeconfig()},
		{"PULUMI_BACKEND_URL", "file://" + state},
		{"PULUMI_CONFIG_PASSPHRASE", passphrase},
		{"PULUMI_SKIP_UPDATE_CHECK", "true"},
	}
	path := os.Getenv("PATH")
	if installed, version := officialPlugin(bin); installed != "" {
		engine = fmt.Sprintf("the installed %s with the official Kubernetes plugin %s", installed, version)
		if !strings.Contains(path+":", bin+":") {
			path += ":" + bin
		}
	} else {
		engine = "the project's own build of the Pulumi command and of the official Kubernetes plugin"
		path = bin + ":" + path
		variables = append(variables, Variable{"PULUMI_HOME", filepath.Join(cache, "pulumi-home")}, Variable{"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "true"})
	}
	return append(variables, Variable{"PATH", path}), engine, nil
}

// Temporary gives the folder for what a run of pulumi leaves behind: the provider copies a kubeconfig that a stack names into the
// temporary folder and never removes it. Down does. A shell with the box's environment keeps its own: other programs live in it, too.
func Temporary(b home.Box) (string, error) {
	dir := b.Path("tmp")
	return dir, os.MkdirAll(dir, 0o700)
}

// officialPlugin finds an installed Pulumi, outside this project's builds, that has a Kubernetes plugin.
func officialPlugin(own string) (pulumi, version string) {
	command, err := exec.LookPath("pulumi")
	if err != nil || filepath.Dir(command) == own {
		return "", ""
	}
	dir := os.Getenv("PULUMI_HOME")
	if dir == "" {
		user, err := os.UserHomeDir()
		if err != nil {
			return "", ""
		}
		dir = filepath.Join(user, ".pulumi")
	}
	plugins, err := filepath.Glob(filepath.Join(dir, "plugins", "resource-kubernetes-v*", "pulumi-resource-kubernetes"))
	if err != nil || len(plugins) == 0 {
		return "", ""
	}
	last := filepath.Base(filepath.Dir(plugins[len(plugins)-1]))
	return command, strings.TrimPrefix(last, "resource-kubernetes-")
}

// passphrase encrypts the box's stacks: the caller's own, or one made once for this box.
func passphrase(b home.Box) (string, error) {
	if own, ok := os.LookupEnv("PULUMI_CONFIG_PASSPHRASE"); ok {
		return own, nil
	}
	file := b.Path("passphrase")
	if text, err := os.ReadFile(file); err == nil {
		return strings.TrimSpace(string(text)), nil
	}
	if err := os.MkdirAll(b.Dir, 0o755); err != nil {
		return "", err
	}
	text := rand.Text()
	return text, os.WriteFile(file, []byte(text+"\n"), 0o600)
}
