package cluster

import (
	"maps"
	"slices"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// claimTemplates are what every member of a role claims: its data, and what else has a volume of its own.
func claimTemplates(s plan.Plan, role neo4j.Role) corev1.PersistentVolumeClaimTypeArray {
	template := func(name string, spec *corev1.PersistentVolumeClaimSpecArgs) *corev1.PersistentVolumeClaimTypeArgs {
		return &corev1.PersistentVolumeClaimTypeArgs{
			ApiVersion: pulumi.String("v1"), Kind: pulumi.String("PersistentVolumeClaim"),
			Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(name), Labels: selector(s, role)},
			Spec:     spec,
		}
	}
	templates := corev1.PersistentVolumeClaimTypeArray{template(plan.Claim, claimSpec(s))}
	for _, use := range slices.Sorted(maps.Keys(s.UseVolumes)) {
		v := s.UseVolumes[use]
		if v.Mode != plan.Dynamic {
			continue
		}
		spec := &corev1.PersistentVolumeClaimSpecArgs{
			AccessModes: pulumi.StringArray{pulumi.String("ReadWriteOnce")},
			Resources:   &corev1.VolumeResourceRequirementsArgs{Requests: pulumi.StringMap{"storage": pulumi.String(plan.Quantity(v.Size))}},
		}
		if v.Class != "" {
			spec.StorageClassName = pulumi.String(v.Class)
		}
		if len(v.Selector) > 0 {
			spec.Selector = &metav1.LabelSelectorArgs{MatchLabels: pulumi.ToStringMap(v.Selector)}
			if v.Class == "" {
				// Volumes that somebody made have no class; with the default one they would not be looked at.
				spec.StorageClassName = pulumi.String("")
			}
		}
		templates = append(templates, template(use, spec))
	}
	return templates
}

// useVolumes are the claims that are there for all members, and useMounts where what for is mounted.
func useVolumes(s plan.Plan) corev1.VolumeArray {
	var volumes corev1.VolumeArray
	for _, use := range slices.Sorted(maps.Keys(s.UseVolumes)) {
		if v := s.UseVolumes[use]; v.Mode == plan.OneClaim {
			volumes = append(volumes, &corev1.VolumeArgs{Name: pulumi.String(use), PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSourceArgs{ClaimName: pulumi.String(v.Claim)}})
		}
	}
	return volumes
}

func useMounts(s plan.Plan) corev1.VolumeMountArray {
	var mounts corev1.VolumeMountArray
	for _, use := range slices.Sorted(maps.Keys(s.UseVolumes)) {
		v := s.UseVolumes[use]
		mount := &corev1.VolumeMountArgs{Name: pulumi.String(use), MountPath: pulumi.String(plan.Uses[use])}
		switch {
		case v.Mode == plan.Shared:
			mount.Name, mount.SubPath = pulumi.String(plan.Claim), pulumi.String(v.Folder)
		case v.Mode == plan.OneClaim && plan.OwnFolder(use):
			mount.SubPathExpr = pulumi.String("$(POD_NAME)")
		}
		mounts = append(mounts, mount)
	}
	return mounts
}
