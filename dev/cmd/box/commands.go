package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"neo4j-kubernetes/dev/internal/control"
	"neo4j-kubernetes/dev/internal/home"
	"neo4j-kubernetes/dev/internal/images"
	"neo4j-kubernetes/dev/internal/supervisor"
)

func upCommand() *cobra.Command {
	var nodes int
	var timeout time.Duration
	cmd := &cobra.Command{
		Use: "up", Short: "Start the box, or find it running; ends when its nodes are Ready", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := home.Open()
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
			defer cancel()
			return control.Up(ctx, b, nodes, cmd.ErrOrStderr())
		},
	}
	cmd.Flags().IntVar(&nodes, "nodes", 0, "how many nodes, 1 to 5 (default 3, or what runs)")
	cmd.Flags().DurationVar(&timeout, "timeout", 3*time.Minute, "how long to wait")
	return cmd
}

func downCommand() *cobra.Command {
	var keep bool
	cmd := &cobra.Command{
		Use: "down", Short: "Stop the box; nothing of it stays on this machine but its Pulumi state", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := home.Open()
			if err != nil {
				return err
			}
			return control.Down(b, keep, cmd.ErrOrStderr())
		},
	}
	cmd.Flags().BoolVar(&keep, "keep-data", false, "keep the objects and volumes for the next up")
	return cmd
}

func statusCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "status", Short: "Show the nodes, the kubeconfig and the memory", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := home.Open()
			if err != nil {
				return err
			}
			s, err := control.Look(cmd.Context(), b)
			if err != nil {
				return err
			}
			return s.Print(cmd.OutOrStdout(), asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

func nodeCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "node", Short: "Power one node off or on"}
	for _, verb := range []string{"stop", "start"} {
		cmd.AddCommand(&cobra.Command{
			Use: verb + " N", Short: "Power node N " + map[string]string{"stop": "off, as a cable pulled", "start": "on again"}[verb], Args: cobra.ExactArgs(1),
			RunE: func(_ *cobra.Command, args []string) error {
				b, err := home.Open()
				if err != nil {
					return err
				}
				return supervisor.Command(b, verb+" "+args[0])
			},
		})
	}
	return cmd
}

func imagesCommand() *cobra.Command {
	list := func(cmd *cobra.Command, _ []string) error {
		cache, err := home.Cache()
		if err != nil {
			return err
		}
		built, err := images.List(cache)
		if err != nil {
			return err
		}
		for _, i := range built {
			if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%s\t%d MB\n", i.Name, i.Bytes/1e6); err != nil {
				return err
			}
		}
		return nil
	}
	cmd := &cobra.Command{Use: "images", Short: "List the images that are built, or build them", Args: cobra.NoArgs, RunE: list}
	cmd.AddCommand(&cobra.Command{
		Use: "build [release…]", Short: "Build the Neo4j images that are not built yet",
		RunE: func(cmd *cobra.Command, args []string) error {
			cache, err := home.Cache()
			if err != nil {
				return err
			}
			return images.Build(cmd.Context(), cache, cmd.ErrOrStderr(), args...)
		},
	})
	return cmd
}

func logsCommand() *cobra.Command {
	var node string
	cmd := &cobra.Command{
		Use: "logs [component]", Short: "Print the logs of the box's components", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := home.Open()
			if err != nil {
				return err
			}
			all, err := filepath.Glob(b.Path("logs", "*.log"))
			if err != nil {
				return err
			}
			below, err := filepath.Glob(b.Path("logs", "*", "*.log"))
			if err != nil {
				return err
			}
			component := ""
			if len(args) == 1 {
				component = args[0]
			}
			files := control.LogFiles(append(all, below...), component, node)
			if len(files) == 0 {
				return errors.New("no such log")
			}
			for _, file := range files {
				if err := printFile(cmd.OutOrStdout(), file, len(files) > 1); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&node, "node", "", "only this node's, such as dev2")
	return cmd
}

func printFile(out io.Writer, name string, title bool) error {
	if title {
		if _, err := fmt.Fprintf(out, "== %s\n", name); err != nil {
			return err
		}
	}
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	_, err = io.Copy(out, file)
	return err
}
