package onbox

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/tests/harness"
)

// script is dev/stack.sh, which `make up STACK=…` and its like run, with a tree of its own, so that the real one's files stay as they are.
type script struct {
	box  *box
	tree string
}

// newScript copies what the script reads. The program, neo4jcheck and the box are built: dev/setup.sh has nothing to do.
func newScript(t *testing.T, b *box) script {
	t.Helper()
	s := script{b, t.TempDir()}
	require.NoError(t, os.CopyFS(s.path("dev", "platforms"), os.DirFS("../../dev/platforms")))
	require.NoError(t, os.Mkdir(s.path("bin"), 0o755))
	for link, to := range map[string]string{"neo4j": b.program, "neo4jcheck": b.neo4jcheck} {
		require.NoError(t, os.Symlink(to, s.path("bin", link)))
	}
	text, err := os.ReadFile("../../dev/stack.sh")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(s.path("dev", "stack.sh"), text, 0o755))
	require.NoError(t, os.WriteFile(s.path("dev", "setup.sh"), []byte("#!/bin/sh\n"), 0o755))
	require.NoError(t, harness.Copy("../..", s.tree, b.program))
	return s
}

func (s script) path(names ...string) string {
	return filepath.Join(append([]string{s.tree}, names...)...)
}

func (s script) run(verb, stack string) (string, error) {
	out, err := s.box.Command(context.Background(), s.path("dev", "stack.sh"), verb, stack).CombinedOutput()
	return string(out), err
}

func (s script) must(t *testing.T, verb, stack string) string {
	t.Helper()
	out, err := s.run(verb, stack)
	require.NoError(t, err, "dev/stack.sh %s %s\n%s", verb, stack, out)
	return out
}

// downIfFailed takes a stack down after a test that ended on the way.
func (s script) downIfFailed(t *testing.T, stack string) {
	t.Cleanup(func() {
		if t.Failed() {
			out, err := s.run("down", stack)
			t.Logf("dev/stack.sh down %s: %v\n%s", stack, err, out)
		}
	})
}

// foreign is a stack file as a team has it that deploys to EKS: a kubeconfig, a key of the cloud's and a password that it encrypts.
const foreign = `secretsprovider: awskms://alias/stacks
encryptedkey: AQIDBA==
config:
  pulumi:disable-default-providers: [kubernetes]
  neo4j:password:
    secure: v1:AAAAAAAAAAAAAAAA:AAAA
  neo4j:cluster:
    platform: eks
    release: 2026.08.1
    acceptLicense: "yes"
    kubernetes:
      context: arn:aws:eks:eu-central-1:111122223333:cluster/prod
      kubeconfig: /srv/prod.kubeconfig
`

// TestStackScript takes stacks up, previews, proves and takes them down by the commands that a user types, one after another, for they are
// written for one namespace. The stack existing is TestDedicatedPool's.
func TestStackScript(t *testing.T) {
	t.Parallel()
	b := onTheBox(t)
	newProject(t, b, "dev", "keeps-the-box-up") // for the other stories
	t.Run("eks", b.foreignStack)
	t.Run("dev", func(t *testing.T) { b.makes(t, "dev", func(*testing.T) {}) })
	t.Run("minikube", func(t *testing.T) {
		b.makes(t, "minikube", func(t *testing.T) {
			folders := b.kubectl(t, "get", "pv", "-o", `jsonpath={.items[?(@.spec.claimRef.namespace=="neo4j")].spec.hostPath.path}`)
			assert.ElementsMatch(t, []string{"/data/neo4j/neo4j/datadir-neo4j-0", "/data/neo4j/neo4j/datadir-neo4j-1", "/data/neo4j/neo4j/datadir-neo4j-2"}, strings.Fields(folders))
		})
	})
	t.Run("gke", func(t *testing.T) {
		b.makes(t, "gke", func(t *testing.T) {
			assert.ElementsMatch(t, []string{"dev1", "dev2", "dev3"}, b.nodesOf(t, "neo4j"), "a member a node, and a node a zone")
			assert.Equal(t, "premium-rwo premium-rwo premium-rwo", b.kubectl(t, "-n", "neo4j", "get", "pvc", "-o", "jsonpath={.items[*].spec.storageClassName}"))
		})
	})
}

// makes has the script take a stack up as its file stands, looks at it, and has it previewed, proven and taken down again.
func (b *box) makes(t *testing.T, stack string, look func(t *testing.T)) {
	s := newScript(t, b)
	file, text := s.asCommitted(t, stack)
	s.previewsAsInAPullRequest(t, stack)
	s.downIfFailed(t, stack)
	assert.Contains(t, s.must(t, "up", stack), "proven: 3 cores, 0 read replicas")
	look(t)
	assert.Contains(t, s.must(t, "preview", stack), "nothing changes for the running cluster")
	assert.Contains(t, s.must(t, "verify", stack), "proven: 3 cores, 0 read replicas")
	assert.Contains(t, s.must(t, "down", stack), "nothing is left of the stack "+stack+": no namespace, no claim, no volume")
	left, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(text), string(left), "the stack's file is as it was")
}

// asCommitted has the tree have a stack's file.
func (s script) asCommitted(t *testing.T, stack string) (file string, text []byte) {
	t.Helper()
	name := "Pulumi." + stack + ".yaml"
	text, err := os.ReadFile(filepath.Join("../..", name))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(s.path(name), text, 0o600))
	return s.path(name), text
}

// previewsAsInAPullRequest previews a stack that is nowhere: no cluster is asked, and nothing stays behind.
func (s script) previewsAsInAPullRequest(t *testing.T, stack string) {
	t.Helper()
	file, text := s.asCommitted(t, stack)
	out := s.must(t, "preview", stack)
	assert.Contains(t, out, "first update: ")
	assert.Regexp(t, `\+ \d+ to create`, out)
	left, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(text), string(left), "the stack's file is as it was")
}

// foreignStack is the stack eks as a team has it that deploys elsewhere, with its class and its load balancer.
func (b *box) foreignStack(t *testing.T) {
	s := newScript(t, b)
	s.previewsAsInAPullRequest(t, "eks")
	file := s.path("Pulumi.eks.yaml")
	require.NoError(t, os.WriteFile(file, []byte(foreign), 0o600))
	must := func(verb string) string {
		t.Helper()
		out := s.must(t, verb, "eks")
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, foreign, string(text), "%s leaves the stack's file as it is", verb)
		return out
	}
	s.downIfFailed(t, "eks")

	out, err := s.run("up", "nowhere")
	require.Error(t, err)
	assert.Contains(t, out, "no stack nowhere, for there is no Pulumi.nowhere.yaml; there are: eks")
	require.NoError(t, os.WriteFile(s.path("Pulumi.dev.yaml"), []byte(strings.Replace(foreign, "eks", "dev", 1)), 0o600))
	out, err = s.run("up", "dev")
	require.Error(t, err, "the stack dev is used as its file stands")
	assert.Contains(t, out, "make deploys to the local box alone")

	assert.Contains(t, must("up"), "proven: ")
	assert.Equal(t, "neo4j-gp3", b.kubectl(t, "-n", "neo4j", "get", "pvc", "-o", "jsonpath={.items[*].spec.storageClassName}"))
	volume := b.kubectl(t, "-n", "neo4j", "get", "pvc", "-o", "jsonpath={.items[*].spec.volumeName}")
	output := b.Command(t.Context(), b.Bin, "pulumi", "stack", "output", "outsideURI", "--stack", "eks")
	output.Dir = s.tree
	uri, err := output.Output()
	require.NoError(t, err)
	b.servesByBalancer(t, string(uri), "neo4j", "neo4j-0")
	assert.Contains(t, must("preview"), "nothing changes for the running cluster", "what is up on the box is previewed as it is there")
	assert.Contains(t, must("verify"), "proven: ")

	out = must("down")
	assert.Contains(t, out, "kept by the destroyed stack eks, and removed now: namespace neo4j, claims: 0, volumes: 1", "the class keeps the disk")
	assert.Contains(t, out, "nothing is left of the stack eks: no namespace, no claim, no volume")
	assert.Contains(t, out, "the box stays up, for others are on it: ")
	_, err = b.tryKubectl("get", "namespace", "neo4j")
	assert.ErrorContains(t, err, "not found")
	_, err = b.tryKubectl("get", "pv", volume)
	assert.ErrorContains(t, err, "not found")
	_, err = b.tryKubectl("get", "storageclass", "neo4j-gp3")
	assert.ErrorContains(t, err, "not found")
	_, err = os.Stat(filepath.Join(b.Home, "stacks", "eks"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}
