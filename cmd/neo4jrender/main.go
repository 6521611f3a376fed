// Command neo4jrender prints the Kubernetes objects of a stack as YAML. It asks no cluster and no state.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"neo4j-kubernetes/render"
)

func main() {
	if err := command(os.Stdout, os.Stderr).Execute(); err != nil {
		fmt.Fprintln(os.Stderr, "neo4jrender:", err)
		os.Exit(1)
	}
}

func command(out, said io.Writer) *cobra.Command {
	var stack, dir string
	cmd := &cobra.Command{
		Use:   "neo4jrender --stack gke",
		Short: "Print the Kubernetes objects of a stack as YAML",
		Long: "neo4jrender reads Pulumi.<stack>.yaml and prints the objects that the program declares for it, from the same components. It is for\n" +
			"reading and for tools: the Secret has no real password, and nothing but the program replaces members in their order.",
		Args: cobra.NoArgs, SilenceUsage: true, SilenceErrors: true,
		RunE: func(*cobra.Command, []string) error {
			parsed, err := render.Stack(dir, stack)
			if err != nil {
				return err
			}
			for _, warning := range parsed.Warnings {
				if _, err := fmt.Fprintln(said, "warning:", warning); err != nil {
					return err
				}
			}
			resources, err := render.Declare(parsed, stack)
			if err != nil {
				return err
			}
			text, err := render.YAML(resources)
			if err != nil {
				return err
			}
			_, err = out.Write(text)
			return err
		},
	}
	cmd.Flags().StringVar(&stack, "stack", "dev", "the stack")
	cmd.Flags().StringVar(&dir, "dir", ".", "the Pulumi project's folder")
	return cmd
}
