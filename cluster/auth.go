package cluster

import (
	"encoding/base64"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
)

// auth declares the Secret with the first password, or nothing where the stack names one of its own.
func (d *declaration) auth(args *Args) ([]pulumi.Resource, error) {
	if d.plan.ExistingSecret != "" {
		return nil, nil
	}
	options := d.options(d.keepData())
	if args.KeepPassword {
		// The writer of this field is the first update: the program makes another random password at each run, and Neo4j takes
		// one only on an empty volume. So the state's own is kept for good.
		options = append(options, pulumi.IgnoreChanges([]string{"data"}))
	}
	value := args.Password.ToStringOutput().ApplyT(func(password string) string {
		return base64.StdEncoding.EncodeToString([]byte("neo4j/" + password))
	}).(pulumi.StringOutput)
	secret, err := corev1.NewSecret(d.ctx, d.plan.AuthSecret(), &corev1.SecretArgs{
		Metadata: d.meta(d.plan.AuthSecret(), "", nil),
		Type:     pulumi.String("Opaque"),
		Data:     pulumi.StringMap{neo4j.AuthKey: pulumi.ToSecret(value).(pulumi.StringOutput)},
	}, options...)
	if err != nil {
		return nil, err
	}
	return []pulumi.Resource{secret}, nil
}
