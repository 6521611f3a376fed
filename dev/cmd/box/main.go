// Command box runs a real Kubernetes on one Linux machine, in namespaces of its own: three nodes with containerd, CoreDNS and
// controllers for volumes and load balancers, reached on 127.0.0.1 only.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"neo4j-kubernetes/dev/internal/component"
	"neo4j-kubernetes/dev/internal/control"
)

func main() {
	// The components parse their own command lines, so they do not pass through this one's.
	if len(os.Args) > 2 && os.Args[1] == "component" {
		os.Exit(component.Run(os.Args[2:]))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// The exit codes, but for kubectl, pulumi and outside, whose own pass through. `box help` says them.
const (
	failed      = 1
	usage       = 2
	down        = 3
	interrupted = 130
)

func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errOut)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	_, _ = fmt.Fprintln(errOut, "box:", err)
	var wrong usageError
	switch {
	case errors.As(err, &wrong):
		_, _ = fmt.Fprintf(errOut, "See `%s --help`.\n", wrong.command)
		return usage
	case errors.Is(err, control.ErrDown):
		return down
	case ctx.Err() != nil:
		return interrupted
	}
	return failed
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use: "box", Short: "A real Kubernetes on this machine, for the stacks of this project",
		Long: "A real Kubernetes on this machine, for the stacks of this project.\n\n" +
			"Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no box runs (status), 130 interrupted; those of kubectl, pulumi and outside are their own.",
		Example:      "  box up && box kubectl get nodes\n  box down",
		SilenceUsage: true, SilenceErrors: true, CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.AddCommand(upCommand(), downCommand(), statusCommand(), kubectlCommand(), pulumiCommand(), envCommand(), nodeCommand(),
		outsideCommand(), imagesCommand(), logsCommand(), superviseCommand(), fabricCommand(), nodeInitCommand(), nodeRunCommand())
	strict(root)
	return root
}

// usageError is a command line that is not understood.
type usageError struct {
	error
	command string
}

// strict makes wrong arguments and flags of a command and those below it usage errors; a command that only groups others takes no
// word that is none of theirs.
func strict(cmd *cobra.Command) {
	if cmd.HasSubCommands() && !cmd.Runnable() {
		cmd.Args = cobra.NoArgs
		cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	}
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return usageError{err, cmd.CommandPath()}
			}
			return nil
		}
	}
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return usageError{err, cmd.CommandPath()} })
	for _, below := range cmd.Commands() {
		strict(below)
	}
}
