// Package component runs the parts of Kubernetes, all linked into this one program, by their own command lines.
package component

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"          // the components' log formats
	_ "k8s.io/component-base/metrics/prometheus/clientgo" // their client metrics
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"

	"neo4j-kubernetes/dev/internal/balance"
	"neo4j-kubernetes/dev/internal/policies"
	"neo4j-kubernetes/dev/internal/provision"
)

var components = map[string]func() *cobra.Command{
	"kube-apiserver":          apiserver.NewAPIServerCommand,
	"kube-controller-manager": controllers.NewControllerManagerCommand,
	"kube-scheduler":          func() *cobra.Command { return scheduler.NewSchedulerCommand() },
	"kube-proxy":              proxy.NewProxyCommand,
	"kubelet":                 func() *cobra.Command { return kubelet.NewKubeletCommand(context.Background()) },
}

// Run runs the component named first with the arguments after it and gives the exit code.
func Run(args []string) int {
	if len(args) == 0 {
		fmt.Fprintln(os.Stderr, "box component: which one?")
		return 2
	}
	// The components read os.Args themselves.
	os.Args = slices.Clone(args)
	switch name := args[0]; name {
	case "etcd":
		etcdmain.Main(os.Args)
		return 0
	case "coredns":
		return exitCode(runCoreDNS(args[1:]))
	case "cloud":
		return runCloud(args[1:])
	case "network":
		return runNetwork(args[1:])
	case "kubectl":
		if err := cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return 0
	default:
		command, ok := components[name]
		if !ok {
			fmt.Fprintln(os.Stderr, "box component: no component", name)
			return 2
		}
		return cli.Run(command())
	}
}

// runNetwork is kube-proxy, and the policies beside it: in one process, for a process of its own costs a node 22 MB. Its arguments are
// kube-proxy's file, a kubeconfig for the policies, the node's name and the range of the Services' addresses. It ends with whichever ends first.
func runNetwork(args []string) int {
	go func() {
		os.Exit(control(args[1], func(client kubernetes.Interface) error { return policies.Run(client, args[2], args[3]) }))
	}()
	os.Args = []string{"kube-proxy", "--config=" + args[0]}
	return cli.Run(components["kube-proxy"]())
}

// runCloud is what a cloud's controllers do. Its arguments are a kubeconfig, the folder of the volumes and the range of the load balancers'
// addresses. It ends with whichever ends first.
func runCloud(args []string) int {
	go func() {
		os.Exit(control(args[0], func(client kubernetes.Interface) error { return balance.Run(client, args[2]) }))
	}()
	return control(args[0], func(client kubernetes.Interface) error { return provision.Run(client, args[1]) })
}

// control runs a controller with a client of its own and gives the exit code.
func control(kubeconfig string, run func(kubernetes.Interface) error) int {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return exitCode(err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return exitCode(err)
	}
	return exitCode(run(client))
}

func exitCode(err error) int {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
