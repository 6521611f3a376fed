// Command box runs a real Kubernetes on one Linux machine, in namespaces of its own: three nodes with containerd, CoreDNS and a
// volume provisioner, reached on 127.0.0.1 only.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"neo4j-kubernetes/dev/internal/component"
)

func main() {
	// The components parse their own command lines, so they do not pass through this one's.
	if len(os.Args) > 2 && os.Args[1] == "component" {
		os.Exit(component.Run(os.Args[2:]))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := &cobra.Command{
		Use: "box", Short: "A real Kubernetes on this machine, for the stacks of this project",
		SilenceUsage: true, SilenceErrors: true,
	}
	root.AddCommand(upCommand(), downCommand(), statusCommand(), kubectlCommand(), pulumiCommand(), envCommand(), nodeCommand(),
		imagesCommand(), logsCommand(), superviseCommand(), fabricCommand(), nodeInitCommand(), nodeRunCommand())
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "box:", err)
		os.Exit(1)
	}
}
