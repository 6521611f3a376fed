package cluster

import (
	"fmt"

	corev1args "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1args "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	corev1 "k8s.io/api/core/v1"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// about is a pod's metadata: the program's labels, the stack's own, and the word for a restart.
func about(s plan.Plan, role neo4j.Role) *metav1args.ObjectMetaArgs {
	m := &metav1args.ObjectMetaArgs{Labels: pulumi.ToStringMap(s.PodLabelsOf(role))}
	annotations := pulumi.ToStringMap(s.PodAnnotations)
	if s.Restart != "" {
		annotations[plan.RestartedBy] = pulumi.String(s.Restart)
	}
	if len(annotations) > 0 {
		m.Annotations = annotations
	}
	return m
}

// ownContainers are containers that the stack wrote, each admitted by the restricted level unless it says otherwise itself. They run as the
// server's user where they name none, so that what is on shared volumes is theirs, too.
func ownContainers(containers []corev1.Container) (corev1args.ContainerArray, error) {
	var all corev1args.ContainerArray
	for _, c := range containers {
		args, err := typed[corev1args.ContainerArgs](secured(c))
		if err != nil {
			return nil, fmt.Errorf("container %s: %w", c.Name, err)
		}
		all = append(all, args)
	}
	return all, nil
}

// secured fills in what the restricted level of the Pod Security Standards wants of a container, where the container does not say.
func secured(c corev1.Container) corev1.Container {
	no, yes := false, true
	s := &corev1.SecurityContext{}
	if c.SecurityContext != nil {
		s = c.SecurityContext.DeepCopy()
	}
	if s.AllowPrivilegeEscalation == nil && !plan.Escalates(s) {
		s.AllowPrivilegeEscalation = &no
	}
	if s.RunAsNonRoot == nil {
		s.RunAsNonRoot = &yes
		if s.RunAsUser != nil && *s.RunAsUser == 0 {
			s.RunAsNonRoot = &no // said, for the pod's own word holds otherwise, and the kubelet would never start it
		}
	}
	if s.Capabilities == nil {
		s.Capabilities = &corev1.Capabilities{}
	}
	if len(s.Capabilities.Drop) == 0 && (s.Privileged == nil || !*s.Privileged) {
		s.Capabilities.Drop = []corev1.Capability{"ALL"}
	}
	c.SecurityContext = s
	return c
}
