package control

import (
	"fmt"
	"os"

	"neo4j-kubernetes/dev/internal/home"
	"neo4j-kubernetes/dev/internal/node"
	"neo4j-kubernetes/dev/internal/pki"
)

// contexts of the box's kubeconfig: its own, and those that the other stacks name, so that every stack runs on it as it is.
var contexts = []string{"neo4j-dev", "minikube", "gke", "eks", "existing"}

// credentials makes the box's certificates once, and the kubeconfig of its user.
func credentials(b home.Box, port int) error {
	dir := b.Path("pki")
	if !pki.Exists(dir) {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		if err := makeCredentials(dir); err != nil {
			return err
		}
	}
	return pki.WriteKubeconfig(dir, b.Kubeconfig(), "admin", fmt.Sprintf("https://127.0.0.1:%d", port), contexts...)
}

// mostNodes is how many nodes have certificates: more than a laptop carries.
const mostNodes = 5

func makeCredentials(dir string) error {
	a, err := pki.New(dir)
	if err != nil {
		return err
	}
	names, addresses := node.APINames()
	if err := a.Server("apiserver", "kube-apiserver", nil, names, addresses...); err != nil {
		return err
	}
	own := contexts[0]
	for user, who := range map[string][2]string{
		"admin":       {"admin", "system:masters"},
		"controllers": {"system:kube-controller-manager", ""},
		"scheduler":   {"system:kube-scheduler", ""},
		"proxy":       {"system:kube-proxy", ""},
	} {
		var organization []string
		if who[1] != "" {
			organization = []string{who[1]}
		}
		if err := a.Client(user, who[0], organization, node.APIServer(), own); err != nil {
			return err
		}
	}
	for n := 1; n <= mostNodes; n++ {
		name, nodes := "system:node:"+node.Name(n), []string{"system:nodes"}
		if err := a.Client(node.Name(n), name, nodes, node.APIServer(), own); err != nil {
			return err
		}
		if err := a.Server("kubelet-"+node.Name(n), name, nodes, []string{node.Name(n)}, "127.0.0.1", node.Address(n)); err != nil {
			return err
		}
	}
	return a.Complete()
}
