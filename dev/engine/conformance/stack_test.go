package conformance

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const passphrase = "of-a-test"

// stack is a stack of its own for one test: backend, workspace, engine home and a namespace.
type stack struct {
	t         *testing.T
	auto      auto.Stack
	namespace string
	state     string // the backend's folder
	settings  pulumi.Map
}

// newStack makes the stack and its namespace; both go with the test.
func newStack(t *testing.T) *stack {
	t.Helper()
	needsEngine(t)
	s := &stack{t: t, state: t.TempDir(), settings: pulumi.Map{"kubeconfig": pulumi.String(cluster.kubeconfig)}}
	namespace, err := cluster.client.CoreV1().Namespaces().Create(context.Background(),
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "c-"}}, metav1.CreateOptions{})
	require.NoError(t, err)
	s.namespace = namespace.Name
	t.Cleanup(func() {
		background := metav1.DeletePropagationBackground
		_ = cluster.client.CoreV1().Namespaces().Delete(context.Background(), s.namespace,
			metav1.DeleteOptions{PropagationPolicy: &background})
	})

	home := t.TempDir()
	require.NoError(t, os.Symlink(filepath.Join(cacheDir(), "pulumi-home", "plugins"), filepath.Join(home, "plugins")))
	command, err := auto.NewPulumiCommand(&auto.PulumiCommandOptions{Root: cacheDir()})
	require.NoError(t, err)
	s.auto, err = auto.UpsertStackInlineSource(context.Background(), "test", "conformance", nil,
		auto.Pulumi(command), auto.PulumiHome(home), auto.WorkDir(t.TempDir()),
		auto.Project(workspace.Project{
			Name: tokens.PackageName("conformance"), Runtime: workspace.NewProjectRuntimeInfo("go", nil),
			Backend: &workspace.ProjectBackend{URL: "file://" + s.state},
		}),
		auto.EnvVars(map[string]string{
			"PULUMI_CONFIG_PASSPHRASE": passphrase, "PULUMI_SKIP_UPDATE_CHECK": "true",
			"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true", "KUBECONFIG": "",
		}))
	require.NoError(t, err)
	return s
}

// program is a set of Kubernetes objects under one provider.
type program func(p *objects) error

// objects is what a program declares objects with.
type objects struct {
	*pulumi.Context
	provider pulumi.ProviderResource
	ns       string
}

type kubernetesProvider struct{ pulumi.ProviderResourceState }

// object is a Kubernetes object of any kind in a program, known by its outputs alone.
type object struct {
	pulumi.CustomResourceState
	Metadata pulumi.MapOutput `pulumi:"metadata"`
	Status   pulumi.MapOutput `pulumi:"status"`
}

// add declares an object: "core/v1:ConfigMap", its resource name, its fields. Without a namespace in the
// fields it goes to the test's own, unless the kind has none.
func (p *objects) add(kind, name string, fields pulumi.Map, opts ...pulumi.ResourceOption) (*object, error) {
	metadata, _ := fields["metadata"].(pulumi.Map)
	if metadata == nil {
		metadata = pulumi.Map{}
	}
	if _, ok := metadata["namespace"]; !ok {
		metadata["namespace"] = pulumi.String(p.ns)
	}
	fields["metadata"] = metadata
	return p.addAsIs(kind, name, fields, opts...)
}

func (p *objects) addAsIs(kind, name string, fields pulumi.Map, opts ...pulumi.ResourceOption) (*object, error) {
	o := &object{}
	// As the SDK's types do.
	group, short, _ := strings.Cut(kind, ":")
	fields["apiVersion"], fields["kind"] = pulumi.String(strings.TrimPrefix(group, "core/")), pulumi.String(short)
	opts = append(opts, pulumi.Provider(p.provider), pulumi.Version("4.25.0"))
	return o, p.RegisterResource("kubernetes:"+kind, name, fields, o, opts...)
}

func (s *stack) use(run program) {
	s.auto.Workspace().SetProgram(func(ctx *pulumi.Context) error {
		provider := &kubernetesProvider{}
		err := ctx.RegisterResource("pulumi:providers:kubernetes", "k8s", s.settings, provider, pulumi.Version("4.25.0"))
		if err != nil {
			return err
		}
		return run(&objects{Context: ctx, provider: provider, ns: s.namespace})
	})
}

// env sets a variable of the engine's commands.
func (s *stack) env(name, value string) {
	s.t.Helper()
	require.NoError(s.t, s.auto.Workspace().SetEnvVars(map[string]string{name: value}))
}

// result is what a command of the engine printed and how it ended.
type result struct {
	out     string
	changes map[string]int
	err     error
}

func (r result) says(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		require.Contains(t, r.out, text)
	}
}

// up runs `pulumi up --skip-preview`.
func (s *stack) up(run program) result {
	s.t.Helper()
	s.use(run)
	var out bytes.Buffer
	res, err := s.auto.Up(context.Background(), optup.ProgressStreams(&out), optup.ErrorProgressStreams(&out))
	r := result{out: out.String(), err: err}
	if res.Summary.ResourceChanges != nil {
		r.changes = *res.Summary.ResourceChanges
	}
	return r
}

// mustUp is up that has to succeed.
func (s *stack) mustUp(run program) result {
	s.t.Helper()
	r := s.up(run)
	require.NoError(s.t, r.err, r.out)
	return r
}

// preview runs `pulumi preview --diff`.
func (s *stack) preview(run program) result {
	s.t.Helper()
	s.use(run)
	var out bytes.Buffer
	res, err := s.auto.Preview(context.Background(), optpreview.Diff(),
		optpreview.ProgressStreams(&out), optpreview.ErrorProgressStreams(&out))
	r := result{out: out.String(), err: err, changes: map[string]int{}}
	for kind, n := range res.ChangeSummary {
		r.changes[string(kind)] = n
	}
	return r
}

// unchanged requires that the engine sees no difference between program and stack.
func (s *stack) unchanged(run program) {
	s.t.Helper()
	r := s.preview(run)
	require.NoError(s.t, r.err, r.out)
	delete(r.changes, "same")
	require.Empty(s.t, r.changes, r.out)
}

// setIsMade waits for the StatefulSet w, which an update that is at work makes.
func (s *stack) setIsMade() {
	s.t.Helper()
	eventually(s.t, 60*time.Second, "the StatefulSet", func() bool {
		_, err := cluster.client.AppsV1().StatefulSets(s.namespace).Get(context.Background(), "w", metav1.GetOptions{})
		return err == nil
	})
}

func (s *stack) refresh() result {
	s.t.Helper()
	var out bytes.Buffer
	_, err := s.auto.Refresh(context.Background(), optrefresh.ProgressStreams(&out), optrefresh.ErrorProgressStreams(&out))
	return result{out: out.String(), err: err}
}

func (s *stack) destroy() result {
	s.t.Helper()
	var out bytes.Buffer
	_, err := s.auto.Destroy(context.Background(), optdestroy.ProgressStreams(&out), optdestroy.ErrorProgressStreams(&out))
	return result{out: out.String(), err: err}
}

// checkpoint is the text of the stack's state file.
func (s *stack) checkpoint() string {
	s.t.Helper()
	files, err := filepath.Glob(filepath.Join(s.state, ".pulumi", "stacks", "conformance", "test.json*"))
	require.NoError(s.t, err)
	for _, file := range files {
		if strings.HasSuffix(file, ".json") {
			text, err := os.ReadFile(file)
			require.NoError(s.t, err)
			return string(text)
		}
	}
	s.t.Fatal(fmt.Errorf("no state in %s", s.state))
	return ""
}
