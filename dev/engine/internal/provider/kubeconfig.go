package provider

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/client-go/tools/clientcmd"
	clientapi "k8s.io/client-go/tools/clientcmd/api"
)

// clientConfig resolves the settings to a client configuration: a kubeconfig given by path or by
// contents, or the usual loading rules ($KUBECONFIG, ~/.kube/config) where none is given.
func clientConfig(s settings) (clientcmd.ClientConfig, error) {
	overrides := &clientcmd.ConfigOverrides{
		Context:        clientapi.Context{Cluster: s.clusterName, Namespace: s.namespace},
		CurrentContext: s.context,
	}
	if s.kubeconfig == "" {
		return clientcmd.NewNonInteractiveDeferredLoadingClientConfig(
			clientcmd.NewDefaultClientConfigLoadingRules(), overrides), nil
	}
	config, err := loadKubeconfig(s.kubeconfig)
	if err != nil {
		return nil, err
	}
	return clientcmd.NewDefaultClientConfig(*config, overrides), nil
}

// loadKubeconfig reads a kubeconfig from a path, where one exists under that name, or takes the text
// itself as the kubeconfig. The text may hold credentials: errors must not repeat it.
func loadKubeconfig(pathOrContents string) (*clientapi.Config, error) {
	path := pathOrContents
	if path == "~" || strings.HasPrefix(path, "~/") {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, fmt.Errorf("home folder of the kubeconfig: %w", err)
		}
		path = filepath.Join(home, strings.TrimPrefix(path, "~"))
	}
	text, err := os.ReadFile(path)
	if err != nil {
		if !strings.Contains(pathOrContents, "\n") && !strings.Contains(pathOrContents, "{") {
			return nil, fmt.Errorf("kubeconfig: %w", err)
		}
		text = []byte(pathOrContents)
	}
	config, err := clientcmd.Load(text)
	if err != nil {
		return nil, errors.New("kubeconfig: neither the path of a file nor the text of a kubeconfig")
	}
	return config, nil
}

// sameCluster compares the cluster entries that two provider configurations choose. Where one of them
// cannot be told, it says the same, as the official provider: replacing everything on a guess is worse.
func sameCluster(olds, news resource.PropertyMap) bool {
	for _, key := range []resource.PropertyKey{"kubeconfig", "context", "cluster"} {
		if news[key].ContainsUnknowns() {
			return false
		}
	}
	before, okBefore := activeCluster(olds)
	after, okAfter := activeCluster(news)
	if !okBefore || !okAfter {
		return true
	}
	return reflect.DeepEqual(before, after)
}

func activeCluster(inputs resource.PropertyMap) (*clientapi.Cluster, bool) {
	text, _ := plain(inputs["kubeconfig"]).(string)
	if text == "" {
		return nil, false
	}
	config, err := loadKubeconfig(text)
	if err != nil {
		return nil, false
	}
	name := config.CurrentContext
	if chosen, _ := plain(inputs["context"]).(string); chosen != "" {
		name = chosen
	}
	chosen := ""
	if entry := config.Contexts[name]; entry != nil {
		chosen = entry.Cluster
	}
	if override, _ := plain(inputs["cluster"]).(string); override != "" {
		chosen = override
	}
	cluster, ok := config.Clusters[chosen]
	if !ok {
		return nil, false
	}
	same := *cluster
	same.LocationOfOrigin = ""
	return &same, true
}
