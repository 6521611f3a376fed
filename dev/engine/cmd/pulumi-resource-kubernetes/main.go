// Command pulumi-resource-kubernetes is the official Kubernetes provider of Pulumi, built from its own module: its own main embeds two
// files that the module does not carry ready-made. embed.sh makes them from the module's own.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

// version is the release that the plugin stands for, set by build.sh.
var version = "4.0.0-dev"

//go:embed schema-embed.json
var schema []byte

//go:embed terraform-mapping-embed.json
var terraformMapping []byte

func main() { provider.Serve("kubernetes", version, schema, terraformMapping) }
