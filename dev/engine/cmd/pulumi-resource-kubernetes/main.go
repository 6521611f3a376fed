// Command pulumi-resource-kubernetes is the project's own Kubernetes provider for the Pulumi engine, for
// machines where the official plugin of that name cannot be installed. The engine starts it; people do not.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"

	"neo4j-kubernetes/dev/engine/internal/enginelog"
	"neo4j-kubernetes/dev/engine/internal/lifeline"
	"neo4j-kubernetes/dev/engine/internal/provider"
)

// version is that of the official plugin whose behaviour is kept. build.sh stamps the version that the
// program's Kubernetes SDK asks for.
var version = "4.33.0"

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-resource-kubernetes:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("pulumi-resource-kubernetes", flag.ContinueOnError)
	printVersion := flags.Bool("version", false, "print the version and end")
	// The engine passes these to every plugin; there is nothing here that traces or logs in detail.
	flags.Bool("logtostderr", false, "accepted and ignored")
	flags.Int("v", 0, "accepted and ignored")
	flags.String("tracing", "", "accepted and ignored")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *printVersion {
		_, err := fmt.Fprintln(out, version)
		return err
	}

	ctx, stop := lifeline.Context(context.Background())
	defer stop()
	log, err := enginelog.Dial(flags.Arg(0))
	if err != nil {
		return err
	}
	return lifeline.Serve(ctx, func(server *grpc.Server) error {
		pulumirpc.RegisterResourceProviderServer(server, provider.New(ctx, version, log))
		return nil
	})
}
