package cluster

import (
	"maps"

	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// selector are the labels that never change, by which Services and budgets find the members: of one role, or of all for "".
func selector(s plan.Plan, role neo4j.Role) pulumi.StringMap {
	labels := pulumi.ToStringMap(plan.Selector(s.Name))
	if role != "" {
		labels["app.kubernetes.io/component"] = pulumi.String(role)
	}
	return labels
}

// labels are all labels of an object.
func labels(s plan.Plan, role neo4j.Role) pulumi.StringMap {
	return pulumi.ToStringMap(s.Labels(role))
}

// meta is the metadata of a namespaced object. Names are explicit: DNS names and advertised addresses depend on them.
func (d *declaration) meta(name string, role neo4j.Role, annotations pulumi.StringMap) *metav1.ObjectMetaArgs {
	m := d.clusterMeta(name, role)
	m.Namespace = pulumi.String(d.plan.Namespace)
	all := pulumi.StringMap{}
	maps.Copy(all, annotations)
	maps.Copy(all, m.Annotations.(pulumi.StringMap)) // last: an object with another's stamp would shut its own stack out
	m.Annotations = all
	return m
}

// clusterMeta is the metadata of an object of the whole Kubernetes cluster. Every object is stamped with its stack, and the fields
// are one manager's in all lives of the stack: the provider would make up another name each time, and what a killed update left
// would be in conflict with its next self.
func (d *declaration) clusterMeta(name string, role neo4j.Role) *metav1.ObjectMetaArgs {
	return &metav1.ObjectMetaArgs{Name: pulumi.String(name), Labels: labels(d.plan, role), Annotations: pulumi.StringMap{
		plan.OwnedBy: pulumi.String(stackOf(d.ctx)), "pulumi.com/patchFieldManager": pulumi.String(fieldManager),
	}}
}

// fieldManager is who writes the objects' fields.
const fieldManager = "neo4j-kubernetes"
