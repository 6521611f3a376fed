// Command pulumi-language-go lets the Pulumi engine run programs written in Go on a machine where the
// official language host cannot be installed. The engine starts it; people do not.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"

	"neo4j-kubernetes/dev/engine/internal/language"
	"neo4j-kubernetes/dev/engine/internal/lifeline"
)

// version is stamped with the engine's own when built by build.sh.
var version = "0.0.0-dev"

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-language-go:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("pulumi-language-go", flag.ContinueOnError)
	printVersion := flags.Bool("version", false, "print the version and end")
	// The engine passes these to every plugin; there is nothing here that traces or logs in detail.
	flags.Bool("logtostderr", false, "accepted and ignored")
	flags.Int("v", 0, "accepted and ignored")
	flags.String("tracing", "", "accepted and ignored")
	flags.String("root", "", "accepted and ignored")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *printVersion {
		_, err := fmt.Fprintln(out, version)
		return err
	}

	ctx, stop := lifeline.Context(context.Background())
	defer stop()
	host, err := language.NewHost(ctx, version, flags.Arg(0))
	if err != nil {
		return err
	}
	return lifeline.Serve(ctx, func(server *grpc.Server) error {
		pulumirpc.RegisterLanguageRuntimeServer(server, host)
		return nil
	})
}
