// Command many is a Pulumi program of as many clusters as the environment variable CLUSTERS says, by the project's own components.
package main

import (
	"fmt"
	"os"
	"strconv"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/cluster"
	"neo4j-kubernetes/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		clusters, err := strconv.Atoi(os.Getenv("CLUSTERS"))
		if err != nil {
			return fmt.Errorf("CLUSTERS: %w", err)
		}
		provider, err := kubernetes.NewProvider(ctx, "kubernetes", &kubernetes.ProviderArgs{Context: pulumi.String("nowhere")})
		if err != nil {
			return err
		}
		for i := range clusters {
			text := fmt.Sprintf(`{"platform": "gke", "name": "graph-%d", "namespace": "graph-%d", "release": "5.26.30", "acceptLicense": "yes", "kubernetes": {"context": "nowhere"}}`, i, i)
			stack, err := config.Parse([]byte(text))
			if err != nil {
				return err
			}
			_, err = cluster.New(ctx, stack.Plan.Name, &cluster.Args{Plan: stack.Plan, Password: pulumi.String("of-a-bench")}, pulumi.Provider(provider))
			if err != nil {
				return err
			}
		}
		return nil
	})
}
