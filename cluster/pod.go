package cluster

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// user is the user and group of the official images.
const user = 7474

// podTemplate is a member's pod, with the ConfigMap of its configuration. Nothing in it depends on the size of a pool, so changing the number restarts nobody.
func podTemplate(s plan.Plan, role neo4j.Role, conf string) (*corev1.PodTemplateSpecArgs, error) {
	family, err := neo4j.FamilyOf(s.Release)
	if err != nil {
		return nil, err
	}
	home, _ := homeFolders(s, role)
	spec := &corev1.PodSpecArgs{
		// A Service called neo4j would put NEO4J_PORT and others into the environment, which the image turns into settings.
		EnableServiceLinks: pulumi.Bool(false),
		// Only the K8S resolver asks the Kubernetes API for anything.
		AutomountServiceAccountToken:  pulumi.Bool(s.AsksKubernetes()),
		TerminationGracePeriodSeconds: pulumi.Int(s.Timeouts.Shutdown),
		SecurityContext:               podSecurity(s),
		Volumes: slices.Concat(corev1.VolumeArray{
			&corev1.VolumeArgs{Name: pulumi.String("conf"), ConfigMap: &corev1.ConfigMapVolumeSourceArgs{Name: pulumi.String(conf)}},
		}, logVolume(s), home, useVolumes(s), certificateVolumes(s, family), extraVolumes(s, role)),
	}
	if err := place(spec, s, role); err != nil {
		return nil, fmt.Errorf("placement: %w", err)
	}
	for _, name := range s.PullSecrets {
		secrets, _ := spec.ImagePullSecrets.(corev1.LocalObjectReferenceArray)
		spec.ImagePullSecrets = append(secrets, &corev1.LocalObjectReferenceArgs{Name: pulumi.String(name)})
	}
	if account := s.Account(); account != "" {
		spec.ServiceAccountName = pulumi.String(account)
	}
	first, err := ownContainers(s.InitContainers)
	if err != nil {
		return nil, err
	}
	if s.Storage.HostPath != "" {
		first = append(corev1.ContainerArray{handOver(s)}, first...)
	}
	if len(first) > 0 {
		spec.InitContainers = first
	}
	beside, err := ownContainers(s.Sidecars)
	if err != nil {
		return nil, err
	}
	spec.Containers = append(corev1.ContainerArray{container(s, family, role)}, beside...)
	return &corev1.PodTemplateSpecArgs{Metadata: about(s, role), Spec: spec}, nil
}

func podSecurity(s plan.Plan) *corev1.PodSecurityContextArgs {
	security := &corev1.PodSecurityContextArgs{
		// A large store is not walked at every start.
		FsGroupChangePolicy: pulumi.String("OnRootMismatch"),
		SeccompProfile:      &corev1.SeccompProfileArgs{Type: pulumi.String("RuntimeDefault")},
	}
	if !s.PodSecurity.NoUser {
		security.RunAsUser, security.RunAsGroup, security.FsGroup = pulumi.Int(user), pulumi.Int(user), pulumi.Int(user)
	}
	if s.Storage.HostPath == "" {
		security.RunAsNonRoot = pulumi.Bool(true)
	}
	return security
}

func container(s plan.Plan, family neo4j.Family, role neo4j.Role) *corev1.ContainerArgs {
	var ports corev1.ContainerPortArray
	for _, p := range s.MemberPorts(family) {
		ports = append(ports, &corev1.ContainerPortArgs{Name: pulumi.String(p.Name), ContainerPort: pulumi.Int(p.Number)})
	}
	_, home := homeFolders(s, role)
	c := &corev1.ContainerArgs{
		Name: pulumi.String(plan.ServerContainer), Image: pulumi.String(s.Image), ImagePullPolicy: pulumi.String(s.ImagePullPolicy),
		Env: environment(s, family, role), EnvFrom: environmentFrom(s, role), Ports: ports, Resources: resources(s.Resources),
		VolumeMounts: slices.Concat(corev1.VolumeMountArray{
			&corev1.VolumeMountArgs{Name: pulumi.String(plan.Claim), MountPath: pulumi.String("/data")},
			&corev1.VolumeMountArgs{Name: pulumi.String("conf"), MountPath: pulumi.String("/conf"), ReadOnly: pulumi.Bool(true)},
		}, logMount(s), home, useMounts(s), certificateMounts(s, family), extraMounts(s, role)),
		SecurityContext: &corev1.SecurityContextArgs{
			AllowPrivilegeEscalation: pulumi.Bool(false), RunAsNonRoot: pulumi.Bool(true),
			Capabilities: &corev1.CapabilitiesArgs{Drop: pulumi.StringArray{pulumi.String("ALL")}},
		},
		StartupProbe: startup(s, family, role), LivenessProbe: liveness(), ReadinessProbe: readiness(s, family, role),
	}
	if s.PodSecurity.ReadOnlyRoot {
		c.SecurityContext.(*corev1.SecurityContextArgs).ReadOnlyRootFilesystem = pulumi.Bool(true)
	}
	if line := command(s, family, role); line != nil {
		c.Command = line
	}
	if hook := handsOver(s, family, role); hook != nil {
		c.Lifecycle = hook
	}
	return c
}

func logVolume(s plan.Plan) corev1.VolumeArray {
	if !s.OwnLogs() {
		return nil
	}
	return corev1.VolumeArray{&corev1.VolumeArgs{Name: pulumi.String("logs"), EmptyDir: &corev1.EmptyDirVolumeSourceArgs{}}}
}

func logMount(s plan.Plan) corev1.VolumeMountArray {
	if !s.OwnLogs() {
		return nil
	}
	return corev1.VolumeMountArray{&corev1.VolumeMountArgs{Name: pulumi.String("logs"), MountPath: pulumi.String(plan.LogsPath)}}
}

// ordinalVariable has a member's ordinal, by the label that the StatefulSet controller gives its pods from Kubernetes 1.28 on. The image would
// take a name that begins with NEO4J_ for a setting.
const ordinalVariable = "POD_ORDINAL"

// environment is what differs by member, and what the image takes no other way.
func environment(s plan.Plan, family neo4j.Family, role neo4j.Role) corev1.EnvVarArray {
	env := corev1.EnvVarArray{
		&corev1.EnvVarArgs{Name: pulumi.String("POD_NAME"), ValueFrom: &corev1.EnvVarSourceArgs{
			FieldRef: &corev1.ObjectFieldSelectorArgs{FieldPath: pulumi.String("metadata.name")},
		}},
		&corev1.EnvVarArgs{Name: pulumi.String(neo4j.AuthKey), ValueFrom: &corev1.EnvVarSourceArgs{
			SecretKeyRef: &corev1.SecretKeySelectorArgs{Name: pulumi.String(s.AuthSecret()), Key: pulumi.String(neo4j.AuthKey)},
		}},
	}
	if s.AcceptLicense != "" && family.NeedsLicense() && s.Edition == neo4j.Enterprise {
		env = append(env, &corev1.EnvVarArgs{Name: pulumi.String("NEO4J_ACCEPT_LICENSE_AGREEMENT"), Value: pulumi.String(s.AcceptLicense)})
	}
	env = append(env, initialEnvironment(s, role)...)
	if !s.Release.RootsImage() {
		if s.Expose.Members.Type == plan.ByNodePort {
			env = append(env, &corev1.EnvVarArgs{Name: pulumi.String(ordinalVariable), ValueFrom: &corev1.EnvVarSourceArgs{
				FieldRef: &corev1.ObjectFieldSelectorArgs{FieldPath: pulumi.String("metadata.labels['apps.kubernetes.io/pod-index']")},
			}})
		}
		bolt := s.AdvertisedBolt(role, "$(POD_NAME)", "$("+ordinalVariable+")")
		for _, setting := range neo4j.MemberSettings(family, s.Spec, s.Host("$(POD_NAME)"), bolt) {
			env = append(env, &corev1.EnvVarArgs{Name: pulumi.String(neo4j.EnvName(setting.Key)), Value: pulumi.String(setting.Value)})
		}
	}
	return append(env, extraEnvironment(s, role)...)
}

// initialEnvironment are the settings that count at a member's first start, by reference: their values are no part of the template.
func initialEnvironment(s plan.Plan, role neo4j.Role) corev1.EnvVarArray {
	lines, err := neo4j.Conf(s.Neo4j(), role)
	if err != nil {
		return nil // the configuration says so
	}
	_, first := neo4j.SplitFirst(lines)
	var env corev1.EnvVarArray
	for _, line := range first {
		env = append(env, &corev1.EnvVarArgs{Name: pulumi.String(neo4j.EnvName(line.Key)), ValueFrom: &corev1.EnvVarSourceArgs{
			ConfigMapKeyRef: &corev1.ConfigMapKeySelectorArgs{Name: pulumi.String(s.Initial(role)), Key: pulumi.String(line.Key)},
		}})
	}
	return env
}

func resources(r plan.Resources) *corev1.ResourceRequirementsArgs {
	requests := pulumi.StringMap{"cpu": pulumi.String(plan.Millicores(r.CPURequest)), "memory": pulumi.String(plan.Quantity(r.Memory))}
	limits := pulumi.StringMap{"memory": pulumi.String(plan.Quantity(max(r.Memory, r.MemoryLimit)))}
	if r.CPULimit > 0 {
		limits["cpu"] = pulumi.String(plan.Millicores(r.CPULimit))
	}
	if r.Ephemeral > 0 {
		requests["ephemeral-storage"] = pulumi.String(plan.Quantity(r.Ephemeral))
	}
	if r.EphemeralLimit > 0 {
		limits["ephemeral-storage"] = pulumi.String(plan.Quantity(r.EphemeralLimit))
	}
	return &corev1.ResourceRequirementsArgs{Requests: requests, Limits: limits}
}

// handOver gives the folder of the node to the server's user: hostPath volumes know no fsGroup.
func handOver(s plan.Plan) *corev1.ContainerArgs {
	return &corev1.ContainerArgs{
		Name: pulumi.String(plan.HandOverContainer), Image: pulumi.String(s.Image), ImagePullPolicy: pulumi.String(s.ImagePullPolicy),
		Command:      shell(handOverScript(s)),
		VolumeMounts: corev1.VolumeMountArray{&corev1.VolumeMountArgs{Name: pulumi.String(plan.Claim), MountPath: pulumi.String("/data")}},
		Resources:    resources(plan.Resources{CPURequest: 10, Memory: 32 << 20}),
		SecurityContext: &corev1.SecurityContextArgs{
			RunAsUser: pulumi.Int(0), RunAsNonRoot: pulumi.Bool(false), AllowPrivilegeEscalation: pulumi.Bool(false),
			Capabilities: &corev1.CapabilitiesArgs{Drop: pulumi.StringArray{pulumi.String("ALL")}, Add: pulumi.StringArray{pulumi.String("CHOWN")}},
		},
	}
}

// handOverScript gives /data away, and the folders in it that are mounted by themselves: the kubelet would make those as root's. Root makes
// them as the owner of /data, for it has no right here to write what is another's.
func handOverScript(s plan.Plan) string {
	var folders []string
	for _, use := range slices.Sorted(maps.Keys(s.UseVolumes)) {
		if v := s.UseVolumes[use]; v.Mode == plan.Shared {
			folders = append(folders, "/data/"+v.Folder)
		}
	}
	if len(folders) == 0 {
		return fmt.Sprintf("chown %d:%d /data", user, user)
	}
	all := strings.Join(folders, " ")
	return fmt.Sprintf("chown 0:0 /data && mkdir -p %s && chown %d:%d %s /data", all, user, user, all)
}
