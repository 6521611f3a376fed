package cluster

import (
	"fmt"
	"path"
	"strconv"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
)

// VolumesToken is the type token of the Volumes component; see Token.
const VolumesToken = "neo4j:kubernetes:Volumes"

// Volumes are the hostPath PersistentVolumes and claims of a pool, a pair for every ordinal, as the blog post made them by hand.
type Volumes struct{ pulumi.ResourceState }

// claimSpec is what a member claims. Its class is left out to take the default, and empty for volumes made by hand.
func claimSpec(s neo4j.Spec) *corev1.PersistentVolumeClaimSpecArgs {
	spec := &corev1.PersistentVolumeClaimSpecArgs{
		AccessModes: pulumi.StringArray{pulumi.String("ReadWriteOnce")},
		Resources:   &corev1.VolumeResourceRequirementsArgs{Requests: pulumi.StringMap{"storage": pulumi.String(quantity(s.Storage.Size))}},
	}
	switch {
	case s.Storage.HostPath != "":
		spec.StorageClassName = pulumi.String("")
	case s.Storage.Class != "":
		spec.StorageClassName = pulumi.String(s.Storage.Class)
	}
	return spec
}

// volumes declares the pool's hostPath volumes; nothing where the Kubernetes cluster provisions them.
func (d *declaration) volumes(role neo4j.Role) ([]pulumi.Resource, error) {
	if d.spec.Storage.HostPath == "" {
		return nil, nil
	}
	pool := d.spec.Pool(role)
	v := &Volumes{}
	inputs := pulumi.Map{"hostPath": pulumi.String(d.spec.Storage.HostPath), "members": pulumi.Int(d.spec.Size(role))}
	if err := d.ctx.RegisterComponentResourceV2(VolumesToken, pool+"-volumes", inputs, v, pulumi.Parent(d.parent)); err != nil {
		return nil, err
	}
	below := d.below(v)
	var claims []pulumi.Resource
	for ordinal := range d.spec.Size(role) {
		name := neo4j.Claim + "-" + pool + "-" + strconv.Itoa(ordinal)
		c, err := below.hostVolume(name, role)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		claims = append(claims, c)
	}
	return claims, d.ctx.RegisterResourceOutputs(v, pulumi.Map{})
}

// hostVolume declares one volume and the claim bound to it and to nothing else.
func (d *declaration) hostVolume(name string, role neo4j.Role) (pulumi.Resource, error) {
	// Volumes are the whole Kubernetes cluster's, so their names carry the namespace.
	volume := d.spec.Namespace + "-" + name
	pv, err := corev1.NewPersistentVolume(d.ctx, volume, &corev1.PersistentVolumeArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(volume), Labels: labels(d.spec, role)},
		Spec: &corev1.PersistentVolumeSpecArgs{
			AccessModes:                   pulumi.StringArray{pulumi.String("ReadWriteOnce")},
			Capacity:                      pulumi.StringMap{"storage": pulumi.String(quantity(d.spec.Storage.Size))},
			StorageClassName:              pulumi.String(""),
			PersistentVolumeReclaimPolicy: pulumi.String("Retain"),
			ClaimRef:                      &corev1.ObjectReferenceArgs{Namespace: pulumi.String(d.spec.Namespace), Name: pulumi.String(name)},
			HostPath: &corev1.HostPathVolumeSourceArgs{
				Path: pulumi.String(path.Join(d.spec.Storage.HostPath, d.spec.Namespace, name)), Type: pulumi.String("DirectoryOrCreate"),
			},
		},
	}, d.options(d.keepData()...)...)
	if err != nil {
		return nil, err
	}
	spec := claimSpec(d.spec)
	spec.VolumeName = pulumi.String(volume)
	return corev1.NewPersistentVolumeClaim(d.ctx, name, &corev1.PersistentVolumeClaimArgs{
		Metadata: meta(d.spec, name, role, nil),
		Spec:     spec,
	}, d.options(append(d.keepData(), pulumi.DependsOn([]pulumi.Resource{pv}))...)...)
}

// quantity writes bytes as Kubernetes does, in the largest binary unit that keeps them whole.
func quantity(n int64) string {
	for _, u := range []struct {
		suffix string
		size   int64
	}{{"Gi", 1 << 30}, {"Mi", 1 << 20}, {"Ki", 1 << 10}} {
		if n >= u.size && n%u.size == 0 {
			return strconv.FormatInt(n/u.size, 10) + u.suffix
		}
	}
	return strconv.FormatInt(n, 10)
}
