package cluster

import (
	"fmt"
	"path"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// VolumesToken is the type token of the Volumes component; see Token.
const VolumesToken = "neo4j:kubernetes:Volumes"

// Volumes are the hostPath PersistentVolumes and claims of a pool, a pair for every ordinal, as the blog post made them by hand.
type Volumes struct{ pulumi.ResourceState }

// claimSpec is what a member claims. Its class is left out to take the default, and empty for volumes made by hand, which have none.
func claimSpec(s plan.Plan) *corev1.PersistentVolumeClaimSpecArgs {
	spec := &corev1.PersistentVolumeClaimSpecArgs{
		AccessModes: pulumi.StringArray{pulumi.String("ReadWriteOnce")},
		Resources:   &corev1.VolumeResourceRequirementsArgs{Requests: pulumi.StringMap{"storage": pulumi.String(plan.Quantity(s.Storage.Size))}},
	}
	if len(s.Storage.Selector) > 0 {
		spec.Selector = &metav1.LabelSelectorArgs{MatchLabels: pulumi.ToStringMap(s.Storage.Selector)}
	}
	switch {
	case s.Storage.HostPath != "" || s.Storage.ExistingClaims || len(s.Storage.Selector) > 0 && s.Storage.Class == "":
		spec.StorageClassName = pulumi.String("")
	case s.Storage.Class != "":
		spec.StorageClassName = pulumi.String(s.Storage.Class)
	}
	return spec
}

// volumes declares the pool's hostPath volumes; nothing where the Kubernetes cluster provisions them.
func (d *declaration) volumes(role neo4j.Role) ([]pulumi.Resource, error) {
	if d.plan.Storage.HostPath == "" {
		return nil, nil
	}
	pool := d.plan.Pool(role)
	v := &Volumes{}
	inputs := pulumi.Map{"hostPath": pulumi.String(d.plan.Storage.HostPath), "members": pulumi.Int(d.plan.Size(role))}
	if err := d.ctx.RegisterComponentResourceV2(VolumesToken, pool+"-volumes", inputs, v, pulumi.Parent(d.parent)); err != nil {
		return nil, err
	}
	below := d.below(v)
	var claims []pulumi.Resource
	for _, m := range d.plan.Topology().Of(role) {
		c, err := below.hostVolume(m)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", plan.ClaimOf(m), err)
		}
		claims = append(claims, c)
	}
	return claims, d.ctx.RegisterResourceOutputs(v, pulumi.Map{})
}

// hostVolume declares one volume and the claim bound to it and to nothing else.
func (d *declaration) hostVolume(m neo4j.Member) (pulumi.Resource, error) {
	name, volume := plan.ClaimOf(m), d.plan.VolumeOf(m)
	pv, err := corev1.NewPersistentVolume(d.ctx, volume, &corev1.PersistentVolumeArgs{
		Metadata: d.clusterMeta(volume, m.Role),
		Spec: &corev1.PersistentVolumeSpecArgs{
			AccessModes:                   pulumi.StringArray{pulumi.String("ReadWriteOnce")},
			Capacity:                      pulumi.StringMap{"storage": pulumi.String(plan.Quantity(d.plan.Storage.Size))},
			StorageClassName:              pulumi.String(""),
			PersistentVolumeReclaimPolicy: pulumi.String("Retain"),
			ClaimRef:                      &corev1.ObjectReferenceArgs{Namespace: pulumi.String(d.plan.Namespace), Name: pulumi.String(name)},
			HostPath: &corev1.HostPathVolumeSourceArgs{
				Path: pulumi.String(path.Join(d.plan.HostFolder(), name)), Type: pulumi.String("DirectoryOrCreate"),
			},
		},
	}, d.options(d.keepData())...)
	if err != nil {
		return nil, err
	}
	spec := claimSpec(d.plan)
	spec.VolumeName = pulumi.String(volume)
	return corev1.NewPersistentVolumeClaim(d.ctx, name, &corev1.PersistentVolumeClaimArgs{
		Metadata: d.meta(name, m.Role, nil),
		Spec:     spec,
	}, d.options(d.keepData(), pulumi.DependsOn([]pulumi.Resource{pv}))...)
}
