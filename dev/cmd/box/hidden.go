package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"neo4j-kubernetes/dev/internal/home"
	"neo4j-kubernetes/dev/internal/node"
	"neo4j-kubernetes/dev/internal/supervisor"
)

// The commands that the box starts itself with.

func superviseCommand() *cobra.Command {
	return &cobra.Command{
		Use: "supervise NODES PORT LOCK", Hidden: true, Args: cobra.ExactArgs(3),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := home.Open()
			if err != nil {
				return err
			}
			cache, err := home.Cache()
			if err != nil {
				return err
			}
			self, err := os.Executable()
			if err != nil {
				return err
			}
			c := supervisor.Config{Box: b, Self: self, Images: filepath.Join(cache, "images")}
			var held uintptr
			if _, err := fmt.Sscan(strings.Join(args, " "), &c.Nodes, &c.Port, &held); err != nil {
				return err
			}
			c.Lock = os.NewFile(held, b.Path("lock"))
			return supervisor.Run(cmd.Context(), c)
		},
	}
}

func fabricCommand() *cobra.Command {
	return &cobra.Command{Use: "fabric", Hidden: true, Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error { return supervisor.Fabric() }}
}

func nodeInitCommand() *cobra.Command {
	return &cobra.Command{
		Use: "node-init SPEC", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			spec, err := node.ParseSpec(args[0])
			if err != nil {
				return err
			}
			return node.Init(spec)
		},
	}
}

func nodeRunCommand() *cobra.Command {
	return &cobra.Command{
		Use: "node-run SPEC", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			spec, err := node.ParseSpec(args[0])
			if err != nil {
				return err
			}
			return node.Run(cmd.Context(), spec)
		},
	}
}
