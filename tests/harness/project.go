package harness

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/yaml"
)

// Project is a copy of a Pulumi project with one stack, so that `pulumi config set` changes no file of the tree.
type Project struct {
	Box *Box
	// Dir holds the copy; Stack is its one stack, Namespace where it deploys to.
	Dir, Stack, Namespace string
	// Summary is the folder where each run leaves its summary (NEO4J_SUMMARY): <stack>.md and <stack>.json.
	Summary string
	// Echo, when set, gets all that the commands print while they run.
	Echo io.Writer
	// Printed is all that the commands have printed.
	Printed strings.Builder
}

// Copy copies Pulumi.yaml from a project's folder into dir, with a program that is built already.
func Copy(from, dir, program string) error {
	text, err := os.ReadFile(filepath.Join(from, "Pulumi.yaml"))
	if err != nil {
		return err
	}
	var settings map[string]any
	if err := yaml.Unmarshal(text, &settings); err != nil {
		return fmt.Errorf("Pulumi.yaml: %w", err)
	}
	settings["runtime"] = map[string]any{"name": "go", "options": map[string]any{"binary": program}}
	if text, err = yaml.Marshal(settings); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "Pulumi.yaml"), text, 0o600)
}

// Clone copies the project at root into dir and makes a stack there from the settings of another, pointed at the box, in a
// namespace of its own, with what `make up` has otherwise on the box (dev/platforms). The state is shared by all projects of a box, so
// the stack is named after the namespace.
func (b *Box) Clone(ctx context.Context, root, dir, program, settings, namespace string) (*Project, error) {
	p := &Project{Box: b, Dir: dir, Stack: namespace, Namespace: namespace, Summary: filepath.Join(dir, "summary")}
	if err := Copy(root, dir, program); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(root, "Pulumi."+settings+".yaml"))
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "Pulumi."+p.Stack+".yaml"), text, 0o600); err != nil {
		return nil, err
	}
	values, err := onBox(root, settings)
	if err != nil {
		return nil, err
	}
	values = append(values, "--plaintext", "cluster.namespace="+namespace, "--plaintext", "cluster.kubernetes.context=neo4j-dev")
	for _, args := range [][]string{{"stack", "init", p.Stack}, append([]string{"config", "set-all", "--path"}, values...)} {
		if out, err := p.Pulumi(ctx, time.Minute, args...); err != nil {
			return p, fmt.Errorf("pulumi %s: %w\n%s", strings.Join(args, " "), err, out)
		}
	}
	return p, nil
}

// onBox gives the flags of `pulumi config set-all` for what a stack has otherwise on the box: nothing for dev, which is made for it.
func onBox(root, settings string) ([]string, error) {
	if settings == "dev" {
		return nil, nil
	}
	var flags []string
	for _, name := range []string{"box", settings} {
		text, err := os.ReadFile(filepath.Join(root, "dev", "platforms", name+".values"))
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(text)) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				flags = append(flags, "--plaintext", line)
			}
		}
	}
	return flags, nil
}

// Command is a pulumi command of this project, not yet started.
func (p *Project) Command(ctx context.Context, args ...string) *exec.Cmd {
	args = append(args, "--non-interactive")
	if args[0] != "stack" || args[1] == "output" {
		args = append(args, "--stack", p.Stack)
	}
	cmd := p.Box.Command(ctx, p.Box.Bin, append([]string{"pulumi"}, args...)...)
	cmd.Dir = p.Dir
	cmd.Env = append(slices.Clip(cmd.Env), "NEO4J_SUMMARY="+p.Summary)
	return cmd
}

// Pulumi runs a pulumi command and gives all it printed.
func (p *Project) Pulumi(ctx context.Context, limit time.Duration, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var out strings.Builder
	cmd := p.Command(ctx, args...)
	cmd.Stdout = &out
	if p.Echo != nil {
		cmd.Stdout = io.MultiWriter(&out, p.Echo)
	}
	cmd.Stderr = cmd.Stdout
	err := cmd.Run()
	p.Printed.WriteString(out.String())
	return out.String(), err
}

// Password is the stack's own, from the Secret that the outputs name.
func (p *Project) Password(ctx context.Context) (string, error) {
	secret, err := p.Pulumi(ctx, time.Minute, "stack", "output", "authSecret")
	if err != nil {
		return "", fmt.Errorf("output authSecret: %w", err)
	}
	encoded, err := p.Box.Kubectl(ctx, "-n", p.Namespace, "get", "secret", strings.TrimSpace(secret), "-o", "jsonpath={.data.NEO4J_AUTH}")
	if err != nil {
		return "", err
	}
	auth, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return "", fmt.Errorf("NEO4J_AUTH: %w", err)
	}
	_, password, ok := strings.Cut(string(auth), "/")
	if !ok {
		return "", fmt.Errorf("NEO4J_AUTH is not user/password")
	}
	return password, nil
}
