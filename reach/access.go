package reach

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"neo4j-kubernetes/neo4j"
)

// Access says how to reach the Kubernetes API.
type Access struct {
	// Kubeconfig is a file; empty takes KUBECONFIG, or the user's own file.
	Kubeconfig string
	// Context is the context in it; empty takes the current one.
	Context string
}

// kube is an open Access.
type kube struct {
	config *rest.Config
	client kubernetes.Interface
}

func (a Access) config() (*rest.Config, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = expanded(a.Kubeconfig)
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{CurrentContext: a.Context}).ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	// A poll asks for every member at once; the default of five a second would make it wait for itself.
	config.QPS, config.Burst = 50, 100
	return config, nil
}

func (a Access) open() (*kube, error) {
	config, err := a.config()
	if err != nil {
		return nil, err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	return &kube{config, client}, nil
}

// Client gives a client of the Kubernetes API.
func (a Access) Client() (kubernetes.Interface, error) {
	k, err := a.open()
	if err != nil {
		return nil, err
	}
	return k.client, nil
}

// expanded is a path with the home folder in place of a leading "~/", as the Kubernetes provider reads it too.
func expanded(path string) string {
	rest, ok := strings.CutPrefix(path, "~/")
	if home, err := os.UserHomeDir(); ok && err == nil {
		return filepath.Join(home, rest)
	}
	return path
}

// Password reads the password from the cluster's Secret; there says whether there is one, and is false only when the API says so. Neo4j
// takes a first password on an empty volume only, so the Secret that a destroyed stack left beside its claims is the one that counts.
func Password(ctx context.Context, a Access, t neo4j.Topology) (password string, there bool, err error) {
	k, err := a.open()
	if err != nil {
		return "", false, err
	}
	password, err = k.password(ctx, t)
	if apierrors.IsNotFound(err) {
		return "", false, nil
	}
	return password, err == nil, err
}

func (k *kube) password(ctx context.Context, t neo4j.Topology) (string, error) {
	as, err := k.login(ctx, t)
	if err == nil && as.User != administrator {
		err = fmt.Errorf("secret %s/%s: its key %s must be neo4j/<password>", t.Namespace, t.AuthSecret, neo4j.AuthKey)
	}
	return as.Password, err
}

// login is whom the Secret names: neo4j in the cluster's own, another user in one for the check.
func (k *kube) login(ctx context.Context, t neo4j.Topology) (Login, error) {
	secret, err := k.client.CoreV1().Secrets(t.Namespace).Get(ctx, t.AuthSecret, metav1.GetOptions{})
	if err != nil {
		return Login{}, fmt.Errorf("secret %s/%s: %w", t.Namespace, t.AuthSecret, err)
	}
	as, err := loginOf(string(secret.Data[neo4j.AuthKey]))
	if err != nil {
		return Login{}, fmt.Errorf("secret %s/%s: its key %s %w", t.Namespace, t.AuthSecret, neo4j.AuthKey, err)
	}
	return as, nil
}
