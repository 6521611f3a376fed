package cluster

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
)

// selector are the labels that never change, by which Services and budgets find the members: of one role, or of all for "".
func selector(s neo4j.Spec, role neo4j.Role) pulumi.StringMap {
	labels := pulumi.StringMap{
		"app.kubernetes.io/name":     pulumi.String("neo4j"),
		"app.kubernetes.io/instance": pulumi.String(s.Name),
	}
	if role != "" {
		labels["app.kubernetes.io/component"] = pulumi.String(role)
	}
	return labels
}

// labels are all labels of an object.
func labels(s neo4j.Spec, role neo4j.Role) pulumi.StringMap {
	labels := selector(s, role)
	labels["app.kubernetes.io/part-of"] = pulumi.String(s.Name)
	labels["app.kubernetes.io/managed-by"] = pulumi.String("pulumi")
	return labels
}

// meta is the metadata of a namespaced object. Names are explicit: DNS names and advertised addresses depend on them.
func meta(s neo4j.Spec, name string, role neo4j.Role, annotations pulumi.StringMap) *metav1.ObjectMetaArgs {
	m := &metav1.ObjectMetaArgs{Name: pulumi.String(name), Namespace: pulumi.String(s.Namespace), Labels: labels(s, role)}
	if len(annotations) > 0 {
		m.Annotations = annotations
	}
	return m
}
