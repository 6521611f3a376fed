package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"neo4j-kubernetes/dev/internal/control"
	"neo4j-kubernetes/dev/internal/home"
	"neo4j-kubernetes/dev/internal/images"
	"neo4j-kubernetes/dev/internal/logs"
	"neo4j-kubernetes/dev/internal/supervisor"
)

func upCommand() *cobra.Command {
	var nodes int
	var timeout time.Duration
	cmd := &cobra.Command{
		Use: "up", Short: "Start the box, or find it running; ends when its nodes are Ready", Args: cobra.NoArgs,
		Long: "Start the box, or find it running; ends when its nodes are Ready and the images are imported.\n\n" +
			"Interrupted by Ctrl-C it stops what it started. A second `box up` of the same box waits for the first. Several boxes\n" +
			"run side by side, each with its own folder, NEO4J_BOX_HOME.",
		Example: "  box up\n  box up --nodes 1\n  NEO4J_BOX_HOME=/tmp/second box up",
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
		Example: "  box down\n  box down --keep-data && box up",
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := home.Open()
			if err != nil {
				return err
			}
			return control.Down(cmd.Context(), b, keep, cmd.ErrOrStderr())
		},
	}
	cmd.Flags().BoolVar(&keep, "keep-data", false, "keep the objects and volumes for the next up")
	return cmd
}

func statusCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "status", Short: "Show the nodes, the kubeconfig and the memory", Args: cobra.NoArgs,
		Long:    "Show the nodes, the kubeconfig and the memory. Its exit code is 3 when no box runs, with the reason where there is one.",
		Example: "  box status\n  box status --json",
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
	cmd := &cobra.Command{Use: "node", Short: "Power one node off or on", Example: "  box node stop 3\n  box node start 3"}
	for _, verb := range []string{"stop", "start"} {
		cmd.AddCommand(&cobra.Command{
			Use: verb + " N", Short: "Power node N " + map[string]string{"stop": "off, as a cable pulled", "start": "on again"}[verb], Args: cobra.ExactArgs(1),
			Example: "  box node " + verb + " 2",
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
	cmd := &cobra.Command{Use: "images", Short: "List the images that are built, or build them", Args: cobra.NoArgs, Example: "  box images", RunE: list}
	cmd.AddCommand(&cobra.Command{
		Use: "build [release…]", Short: "Build the Neo4j images that are not built yet",
		Example: "  box images build\n  box images build 3.5.0-beta03",
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
	var follow bool
	var tail int
	cmd := &cobra.Command{
		Use: "logs [component]", Short: "Print the logs of the box's components", Args: cobra.MaximumNArgs(1),
		Long: "Print the logs of the box's components: of all, or of those whose name holds the given word. The supervisor's own logs\n" +
			"are supervisor, fabric and one for each node, such as dev2; the rest run inside a node.",
		Example: "  box logs\n  box logs kubelet --node dev2\n  box logs supervisor --tail 20\n  box logs -f apiserver",
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := home.Open()
			if err != nil {
				return err
			}
			component, dir := strings.Join(args, ""), b.Path("logs")
			files, err := logs.Files(dir, component, node)
			if err != nil {
				return err
			}
			if len(files) == 0 {
				return logs.ErrNone(dir, component, node)
			}
			if !follow {
				return logs.Print(cmd.OutOrStdout(), dir, files, tail)
			}
			if !cmd.Flags().Changed("tail") {
				tail = 10
			}
			return logs.Follow(cmd.Context(), cmd.OutOrStdout(), dir, component, node, tail)
		},
	}
	cmd.Flags().StringVar(&node, "node", "", "only this node's, such as dev2")
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on printing new lines until Ctrl-C")
	cmd.Flags().IntVar(&tail, "tail", -1, "only so many of the last lines of each log (default all, with -f 10)")
	return cmd
}
