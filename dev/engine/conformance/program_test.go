package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
)

// theProgram builds the repository's own program once.
var theProgram = sync.OnceValues(func() (string, error) {
	out := filepath.Join(cluster.dir, "neo4j-program")
	build := exec.Command("go", "build", "-C", filepath.Join("..", "..", ".."), "-trimpath", "-o", out, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("the program: %w\n%s", err, text)
	}
	return out, nil
})

// settings are the keys below neo4j:cluster by their path.
type settings map[string]any

// with is the same settings with others over them; null takes one away.
func (s settings) with(over settings) settings {
	merged := settings{}
	for _, layer := range []settings{s, over} {
		for path, value := range layer {
			merged[path] = value
		}
	}
	return merged
}

// tree is the settings as the stack's file has them.
func (s settings) tree() map[string]any {
	root := map[string]any{}
	for path, value := range s {
		at, keys := root, strings.Split(path, ".")
		for _, key := range keys[:len(keys)-1] {
			below, ok := at[key].(map[string]any)
			if !ok {
				below = map[string]any{}
				at[key] = below
			}
			at = below
		}
		at[keys[len(keys)-1]] = value
	}
	return root
}

// deployment is the repository's program as a stack on the API server of this test, where a stand-in for the kubelet makes every
// pod ready: roles are not proven.
type deployment struct {
	t         *testing.T
	dir, home string
	namespace string
}

// deploy makes the project and the namespace's name, and runs nothing yet.
func deploy(t *testing.T, namespace string) *deployment {
	t.Helper()
	needsEngine(t)
	program, err := theProgram()
	require.NoError(t, err)
	d := &deployment{t: t, dir: t.TempDir(), home: t.TempDir(), namespace: namespace}
	require.NoError(t, os.Symlink(filepath.Join(cacheDir(), "pulumi-home", "plugins"), filepath.Join(d.home, "plugins")))
	project := fmt.Sprintf("name: neo4j\nruntime: {name: go, options: {binary: %q}}\nbackend: {url: %q}\n", program, "file://"+t.TempDir())
	require.NoError(t, os.WriteFile(filepath.Join(d.dir, "Pulumi.yaml"), []byte(project), 0o600))
	out, err := d.command("stack", "init", "test").CombinedOutput()
	require.NoError(t, err, "%s", out)
	t.Cleanup(func() {
		background := metav1.DeletePropagationBackground
		_ = cluster.client.CoreV1().Namespaces().Delete(context.Background(), namespace, metav1.DeleteOptions{PropagationPolicy: &background})
	})
	return d
}

func (d *deployment) command(args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(cacheDir(), "bin", "pulumi"), append(args, "--non-interactive")...)
	cmd.Dir = d.dir
	cmd.Env = append(os.Environ(), "PULUMI_HOME="+d.home, "PULUMI_CONFIG_PASSPHRASE="+passphrase,
		"PULUMI_SKIP_UPDATE_CHECK=true", "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true", "KUBECONFIG="+cluster.kubeconfig)
	return cmd
}

// file writes a configuration file of its own, so that previews of several configurations may run side by side.
func (d *deployment) file(s settings) string {
	d.t.Helper()
	stack, err := os.ReadFile(filepath.Join(d.dir, "Pulumi.test.yaml"))
	require.NoError(d.t, err)
	salt := ""
	for _, line := range strings.Split(string(stack), "\n") {
		if strings.HasPrefix(line, "encryptionsalt:") {
			salt = line
		}
	}
	text, err := json.Marshal(map[string]any{"pulumi:disable-default-providers": []string{"kubernetes"}, "neo4j:cluster": s.tree()})
	require.NoError(d.t, err)
	file, err := os.CreateTemp(d.dir, "config-*.yaml")
	require.NoError(d.t, err)
	_, err = fmt.Fprintf(file, "%s\nconfig: %s\n", salt, text) // JSON is YAML
	require.NoError(d.t, err)
	require.NoError(d.t, file.Close())
	return file.Name()
}

// step is one step of the engine's plan.
type step struct {
	Op       string `json:"op"`
	URN      string `json:"urn"`
	OldState *struct {
		Type   string `json:"type"`
		Retain bool   `json:"retainOnDelete"`
	} `json:"oldState"`
}

// preview gives the engine's plan for a configuration, or what was printed instead of one.
func (d *deployment) preview(s settings) (steps []step, refusal string) {
	d.t.Helper()
	cmd := d.command("preview", "--json", "--stack", "test", "--config-file", d.file(s))
	var out, errors strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errors
	err := cmd.Run()
	if err != nil {
		return nil, out.String() + errors.String()
	}
	var plan struct {
		Steps []step `json:"steps"`
	}
	require.NoError(d.t, json.Unmarshal([]byte(out.String()), &plan), out.String())
	require.NotEmpty(d.t, plan.Steps)
	return plan.Steps, ""
}

func (d *deployment) up(s settings) (string, error) {
	d.t.Helper()
	out, err := d.command("up", "--yes", "--skip-preview", "--stack", "test", "--config-file", d.file(s)).CombinedOutput()
	return string(out), err
}

// identities are the UIDs of what holds data, and of what holds the password, by kind and name.
func (d *deployment) identities() map[string]types.UID {
	d.t.Helper()
	uids, ctx := map[string]types.UID{}, context.Background()
	for _, kind := range []schema.GroupVersionResource{
		{Group: "apps", Version: "v1", Resource: "statefulsets"}, {Version: "v1", Resource: "persistentvolumeclaims"}, {Version: "v1", Resource: "secrets"},
	} {
		list, err := cluster.dynamic.Resource(kind).Namespace(d.namespace).List(ctx, metav1.ListOptions{})
		require.NoError(d.t, err)
		for _, o := range list.Items {
			uids[kind.Resource+" "+o.GetName()] = o.GetUID()
		}
	}
	volumes, err := cluster.client.CoreV1().PersistentVolumes().List(ctx, metav1.ListOptions{})
	require.NoError(d.t, err)
	for _, o := range volumes.Items {
		if o.Spec.ClaimRef != nil && o.Spec.ClaimRef.Namespace == d.namespace {
			uids["persistentvolumes "+o.Name] = o.UID
		}
	}
	namespace, err := cluster.client.CoreV1().Namespaces().Get(ctx, d.namespace, metav1.GetOptions{})
	require.NoError(d.t, err)
	uids["namespace"] = namespace.UID
	return uids
}

// storageClass makes a class that a cloud brings; nothing provisions for it.
func storageClass(t *testing.T, name string) {
	t.Helper()
	_, err := cluster.client.StorageV1().StorageClasses().Create(context.Background(), &storagev1.StorageClass{
		ObjectMeta: metav1.ObjectMeta{Name: name}, Provisioner: "example.org/none",
	}, metav1.CreateOptions{})
	if !apierrors.IsAlreadyExists(err) {
		require.NoError(t, err)
	}
}
