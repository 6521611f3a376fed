package cluster

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// namespace declares the namespace with its Pod Security level, unless the stack finds one.
func (d *declaration) namespace() error {
	if !d.spec.CreateNamespace {
		return nil
	}
	level := "restricted"
	if d.spec.Storage.HostPath != "" {
		// A folder of the node belongs to root, and only an init container that runs as root can hand it over.
		level = "baseline"
	}
	m := labels(d.spec, "")
	for _, mode := range []string{"enforce", "audit", "warn"} {
		m["pod-security.kubernetes.io/"+mode] = pulumi.String(level)
	}
	ns, err := corev1.NewNamespace(d.ctx, d.spec.Namespace, &corev1.NamespaceArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(d.spec.Namespace), Labels: m},
	}, d.options(d.keepData()...)...)
	if err != nil {
		return err
	}
	d.base = append(d.base, ns)
	return nil
}

// keepData are the options of objects whose deletion would take data with them: a namespace takes its claims.
func (d *declaration) keepData() []pulumi.ResourceOption {
	options := []pulumi.ResourceOption{pulumi.RetainOnDelete(d.spec.Storage.Retain)}
	if d.spec.Protect {
		options = append(options, pulumi.Protect(true))
	}
	return options
}
