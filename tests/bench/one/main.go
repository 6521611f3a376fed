// Command one is a Pulumi program that declares one ConfigMap: what the engine costs with the provider that the project's program uses.
package main

import (
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		provider, err := kubernetes.NewProvider(ctx, "kubernetes", &kubernetes.ProviderArgs{Context: pulumi.String("neo4j-dev")})
		if err != nil {
			return err
		}
		_, err = corev1.NewConfigMap(ctx, "one", &corev1.ConfigMapArgs{Data: pulumi.StringMap{"one": pulumi.String("1")}}, pulumi.Provider(provider))
		return err
	})
}
