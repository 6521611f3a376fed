package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"neo4j-kubernetes/dev/internal/control"
	"neo4j-kubernetes/dev/internal/home"
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
