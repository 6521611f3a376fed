package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"neo4j-kubernetes/dev/internal/control"
	"neo4j-kubernetes/dev/internal/home"
	"neo4j-kubernetes/dev/internal/supervisor"
)

func kubectlCommand() *cobra.Command {
	return &cobra.Command{
		Use: "kubectl …", Short: "kubectl against the box", DisableFlagParsing: true,
		Long:    "kubectl, linked into this program, with the box's kubeconfig. Arguments and exit code are kubectl's own.",
		Example: "  box kubectl get nodes\n  box kubectl -n neo4j get pods -o wide",
		RunE: func(_ *cobra.Command, args []string) error {
			b, err := home.Open()
			if err != nil {
				return err
			}
			self, err := os.Executable()
			if err != nil {
				return err
			}
			if err := os.Setenv("KUBECONFIG", b.Kubeconfig()); err != nil {
				return err
			}
			return syscall.Exec(self, append([]string{self, "component", "kubectl"}, args...), os.Environ())
		},
	}
}

func pulumiCommand() *cobra.Command {
	return &cobra.Command{
		Use: "pulumi …", Short: "pulumi with the box's kubeconfig, state and plugins", DisableFlagParsing: true,
		Long:    "pulumi with the box's kubeconfig, state and plugins. Arguments and exit code are pulumi's own.",
		Example: "  box pulumi stack ls\n  box pulumi preview --stack dev",
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := home.Open()
			if err != nil {
				return err
			}
			variables, engine, err := control.Environment(b)
			if err != nil {
				return err
			}
			temporary, err := control.Temporary(b)
			if err != nil {
				return err
			}
			for _, v := range append(variables, control.Variable{Name: "TMPDIR", Value: temporary}) {
				if err := os.Setenv(v.Name, v.Value); err != nil {
					return err
				}
			}
			if len(args) > 0 && (args[0] == "up" || args[0] == "preview") {
				_, _ = fmt.Fprintln(cmd.ErrOrStderr(), "Pulumi: "+engine)
			}
			pulumi, err := exec.LookPath("pulumi")
			if err != nil {
				return fmt.Errorf("%w: run dev/setup.sh", err)
			}
			return syscall.Exec(pulumi, append([]string{"pulumi"}, args...), os.Environ())
		},
	}
}

func outsideCommand() *cobra.Command {
	return &cobra.Command{
		Use: "outside COMMAND…", Short: "Run a command beside the nodes and outside the cluster", DisableFlagParsing: true, Args: cobra.MinimumNArgs(1),
		Long: "Run a command in a network beside the nodes and outside the cluster: it reaches load balancers and node ports, as a client of a\n" +
			"cloud's network does, but neither pods nor Services, and nothing beyond the box. Arguments and exit code are the command's own.",
		Example: "  box outside curl http://10.80.0.1:7474\n  box outside ip route",
		RunE: func(_ *cobra.Command, args []string) error {
			b, err := home.Open()
			if err != nil {
				return err
			}
			program, err := exec.LookPath(args[0])
			if err != nil {
				return err
			}
			runtime.LockOSThread() // the program takes this very thread's network
			if err := supervisor.Enter(b); err != nil {
				return err
			}
			return syscall.Exec(program, args, os.Environ())
		},
	}
}

func envCommand() *cobra.Command {
	return &cobra.Command{
		Use: "env", Short: "Print exports for a shell that gives pulumi and kubectl the box", Args: cobra.NoArgs,
		Example: "  eval \"$(box env)\"",
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := home.Open()
			if err != nil {
				return err
			}
			variables, _, err := control.Environment(b)
			if err != nil {
				return err
			}
			for _, v := range variables {
				quoted := "'" + strings.ReplaceAll(v.Value, "'", `'\''`) + "'"
				if _, err := fmt.Fprintf(cmd.OutOrStdout(), "export %s=%s\n", v.Name, quoted); err != nil {
					return err
				}
			}
			return nil
		},
	}
}
