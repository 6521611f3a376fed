package cluster

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// namespace declares the namespace with its Pod Security level, unless the stack finds one.
func (d *declaration) namespace() error {
	if !d.plan.CreateNamespace {
		return nil
	}
	m := labels(d.plan, "")
	for _, mode := range []string{"enforce", "audit", "warn"} {
		m["pod-security.kubernetes.io/"+mode] = pulumi.String(d.plan.SecurityLevel())
	}
	metadata := d.clusterMeta(d.plan.Namespace, "")
	metadata.Labels = m
	ns, err := corev1.NewNamespace(d.ctx, d.plan.Namespace, &corev1.NamespaceArgs{Metadata: metadata},
		// Others may have come to live in it: it is never deleted with the stack.
		d.options(pulumi.RetainOnDelete(true))...)
	if err != nil {
		return err
	}
	d.base = append(d.base, ns)
	return nil
}

// keepData is the option of objects whose deletion would take data with them.
func (d *declaration) keepData() pulumi.ResourceOption {
	return pulumi.RetainOnDelete(d.plan.Storage.Retain)
}
