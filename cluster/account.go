package cluster

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// account declares the members' ServiceAccount; nothing where the stack has one, or needs none.
func (d *declaration) account() ([]pulumi.Resource, error) {
	if !d.plan.MakesAccount() {
		return nil, nil
	}
	name := d.plan.Account()
	account, err := corev1.NewServiceAccount(d.ctx, name, &corev1.ServiceAccountArgs{
		Metadata: d.meta(name, "", pulumi.ToStringMap(d.plan.ServiceAccount.Annotations)),
		// The pods say themselves whether they mount a token. A cloud's own identity needs none: it brings another, or asks the node.
		AutomountServiceAccountToken: pulumi.Bool(false),
	}, d.options()...)
	return []pulumi.Resource{account}, err
}
