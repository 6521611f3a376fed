package cluster

import (
	"maps"
	"slices"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// extraEnvironment are the plugins to fetch, and the stack's own variables.
func extraEnvironment(s plan.Plan, role neo4j.Role) corev1.EnvVarArray {
	var env corev1.EnvVarArray
	if variable, names := s.Fetched(role); variable != "" {
		env = append(env, &corev1.EnvVarArgs{Name: pulumi.String(variable), Value: pulumi.String(names)})
	}
	for _, name := range slices.Sorted(maps.Keys(s.Env)) {
		env = append(env, &corev1.EnvVarArgs{Name: pulumi.String(name), Value: pulumi.String(s.Env[name])})
	}
	for _, name := range slices.Sorted(maps.Keys(s.EnvSecrets)) {
		env = append(env, fromSecret(name, s.EnvSecrets[name]))
	}
	for _, name := range slices.Sorted(maps.Keys(s.SettingSecrets)) {
		env = append(env, fromSecret(neo4j.EnvName(name), s.SettingSecrets[name]))
	}
	return env
}

// fromSecret is a variable whose value is in a Secret.
func fromSecret(name string, from plan.SecretKey) *corev1.EnvVarArgs {
	return &corev1.EnvVarArgs{Name: pulumi.String(name), ValueFrom: &corev1.EnvVarSourceArgs{
		SecretKeyRef: &corev1.SecretKeySelectorArgs{Name: pulumi.String(from.Secret), Key: pulumi.String(from.Key)},
	}}
}

// environmentFrom are the ConfigMap and the Secrets whose keys become variables; nil leaves the field out.
func environmentFrom(s plan.Plan, role neo4j.Role) corev1.EnvFromSourceArrayInput {
	from := liveFrom(s, role)
	if len(from)+len(s.EnvFrom) == 0 {
		return nil
	}
	for _, secret := range s.EnvFrom {
		from = append(from, &corev1.EnvFromSourceArgs{SecretRef: &corev1.SecretEnvSourceArgs{Name: pulumi.String(secret)}})
	}
	return from
}

// licensed are a role's plugins that have a licence.
func licensed(s plan.Plan, role neo4j.Role) []neo4j.Plugin {
	return slices.DeleteFunc(s.PluginsOf(role), func(p neo4j.Plugin) bool { return p.LicenseSecret == "" })
}

// extraVolumes are the stack's own volumes, the licences of its plugins in one, and a folder for the plugins that are fetched.
func extraVolumes(s plan.Plan, role neo4j.Role) corev1.VolumeArray {
	var volumes corev1.VolumeArray
	if plugins := licensed(s, role); len(plugins) > 0 {
		var sources corev1.VolumeProjectionArray
		for _, p := range plugins {
			sources = append(sources, &corev1.VolumeProjectionArgs{Secret: &corev1.SecretProjectionArgs{
				Name:  pulumi.String(p.LicenseSecret),
				Items: corev1.KeyToPathArray{&corev1.KeyToPathArgs{Key: pulumi.String(p.LicenseKey), Path: pulumi.String(p.LicenseFile())}},
			}})
		}
		volumes = append(volumes, &corev1.VolumeArgs{Name: pulumi.String("licenses"), Projected: &corev1.ProjectedVolumeSourceArgs{Sources: sources}})
	}
	for _, v := range s.Volumes {
		volume := &corev1.VolumeArgs{Name: pulumi.String(v.Name)}
		switch {
		case v.Secret != "":
			volume.Secret = &corev1.SecretVolumeSourceArgs{SecretName: pulumi.String(v.Secret)}
		case v.ConfigMap != "":
			volume.ConfigMap = &corev1.ConfigMapVolumeSourceArgs{Name: pulumi.String(v.ConfigMap)}
		case v.Claim != "":
			volume.PersistentVolumeClaim = &corev1.PersistentVolumeClaimVolumeSourceArgs{ClaimName: pulumi.String(v.Claim), ReadOnly: pulumi.Bool(v.ReadOnly)}
		default:
			volume.EmptyDir = &corev1.EmptyDirVolumeSourceArgs{}
		}
		volumes = append(volumes, volume)
	}
	return volumes
}

func extraMounts(s plan.Plan, role neo4j.Role) corev1.VolumeMountArray {
	var mounts corev1.VolumeMountArray
	if len(licensed(s, role)) > 0 {
		mounts = append(mounts, &corev1.VolumeMountArgs{Name: pulumi.String("licenses"), MountPath: pulumi.String("/licenses"), ReadOnly: pulumi.Bool(true)})
	}
	for _, v := range s.Volumes {
		mount := &corev1.VolumeMountArgs{Name: pulumi.String(v.Name), MountPath: pulumi.String(v.MountPath)}
		if v.ReadOnly {
			mount.ReadOnly = pulumi.Bool(true)
		}
		mounts = append(mounts, mount)
	}
	return mounts
}
