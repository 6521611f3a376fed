package config

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// validateContainers looks at the stack's own containers by the rules of the API, and keeps the server's names and ports to it.
func validateContainers(stack *Stack, problems *Problems) {
	names := map[string]bool{}
	for _, list := range []struct {
		key        string
		containers []corev1.Container
		ends       bool
	}{{"initContainers", stack.Plan.InitContainers, true}, {"sidecars", stack.Plan.Sidecars, false}} {
		for i, c := range list.containers {
			at := fmt.Sprintf("cluster.pod.%s[%d]", list.key, i)
			switch {
			case !isLabel(c.Name):
				problems.add(at+".name", c.Name, "is not a DNS label", "use lower-case letters, digits and dashes")
			case slices.Contains(plan.ReservedContainers, c.Name) || names[c.Name]:
				problems.add(at+".name", c.Name, "is taken", "use another name than "+strings.Join(plan.ReservedContainers, ", ")+" and your other containers'")
			}
			names[c.Name] = true
			if !imageReference.MatchString(c.Image) {
				problems.add(at+".image", c.Image, "is not an image reference", "write repository:tag or repository:tag@sha256:<64 digits>, the repository in lower case")
			}
			if policy := c.ImagePullPolicy; policy != "" && !slices.Contains([]corev1.PullPolicy{corev1.PullAlways, corev1.PullIfNotPresent, corev1.PullNever}, policy) {
				problems.add(at+".imagePullPolicy", policy, "is not known", "write one of Always, IfNotPresent, Never")
			}
			checkRestart(at, c, list.ends, problems)
			checkPorts(at, stack.Plan, c, problems)
			checkMounts(at, stack, c, problems)
			checkOwnResources(at, c, problems)
			checkOwnEnv(at, c, problems)
			checkProbes(at, c, problems)
			checkSecurity(at, c, problems)
			if stack.Plan.CreateNamespace {
				checkAdmitted(at, stack.Plan.SecurityLevel(), c, problems)
			}
		}
	}
}

// checkRestart holds that an init container ends, or says that it goes on beside the server (Kubernetes 1.29 and later, "sidecar
// containers"); only the latter are probed.
func checkRestart(at string, c corev1.Container, ends bool, problems *Problems) {
	goesOn := c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways
	switch {
	case c.RestartPolicy != nil && (!ends || !goesOn):
		problems.add(at+".restartPolicy", *c.RestartPolicy, "is not for this container", "leave it out; in cluster.pod.initContainers write Always for one that goes on beside the server")
	case ends && !goesOn && (c.LivenessProbe != nil || c.ReadinessProbe != nil || c.StartupProbe != nil || c.Lifecycle != nil):
		problems.add(at, c.Name, "has a probe or a lifecycle, which an init container that ends cannot have", "leave it out, or write restartPolicy: Always")
	}
}

// checkPorts keeps the server's own: all containers of a pod share its address, and probes and Services find ports by name.
func checkPorts(at string, p plan.Plan, c corev1.Container, problems *Problems) {
	family, err := neo4j.FamilyOf(p.Release)
	if err != nil {
		return // refused already
	}
	names := map[string]bool{}
	for i, port := range c.Ports {
		below := fmt.Sprintf("%s.ports[%d]", at, i)
		if port.Name != "" && names[port.Name] {
			problems.add(below+".name", port.Name, "is there twice", "use another name, or leave it out")
		}
		names[port.Name] = true
		if protocols := []corev1.Protocol{"", corev1.ProtocolTCP, corev1.ProtocolUDP, corev1.ProtocolSCTP}; !slices.Contains(protocols, port.Protocol) {
			problems.add(below+".protocol", port.Protocol, "is not known", "write TCP, UDP or SCTP, or leave it out for TCP")
		}
		if port.ContainerPort < 1 || port.ContainerPort > 65535 {
			problems.add(below+".containerPort", port.ContainerPort, "is no port", "write 1 to 65535")
		}
		if port.HostPort != 0 || port.HostIP != "" {
			problems.add(below+".hostPort", port.HostPort, "is a port of the node, which Pod Security does not admit", "leave it out, and make a Service of your own")
		}
		if port.Name != "" && len(validation.IsValidPortName(port.Name)) > 0 {
			problems.add(below+".name", port.Name, "is no name of a port", "use at most 15 lower-case letters, digits and dashes")
		}
		for _, own := range p.MemberPorts(family) {
			if int(port.ContainerPort) == own.Number && (port.Protocol == "" || port.Protocol == corev1.ProtocolTCP) {
				problems.add(below+".containerPort", port.ContainerPort, "is the server's own ("+own.Name+")", "use another port")
			}
			if port.Name == own.Name {
				problems.add(below+".name", port.Name, "is the server's own", "use another name")
			}
		}
	}
}

// checkMounts holds that a container mounts what the pod has, and says who writes beside the server.
func checkMounts(at string, stack *Stack, c corev1.Container, problems *Problems) {
	var there []string
	for _, v := range stack.Plan.Volumes {
		there = append(there, v.Name)
	}
	for _, use := range slices.Sorted(maps.Keys(stack.Plan.UseVolumes)) {
		if stack.Plan.UseVolumes[use].Mode != plan.Shared {
			there = append(there, use)
		}
	}
	there = append(there, plan.Claim, "conf")
	if stack.Plan.OwnLogs() {
		there = append(there, "logs")
	}
	paths := map[string]bool{}
	for i, m := range c.VolumeMounts {
		below := fmt.Sprintf("%s.volumeMounts[%d]", at, i)
		if paths[m.MountPath] {
			problems.add(below+".mountPath", m.MountPath, "has another volume already", "mount one of them elsewhere")
		}
		paths[m.MountPath] = true
		if !slices.Contains(there, m.Name) {
			problems.add(below+".name", m.Name, "is no volume of the pod", "write one of "+strings.Join(there, ", ")+", or add it to cluster.volumes")
		}
		if !path.IsAbs(m.MountPath) {
			problems.add(below+".mountPath", m.MountPath, "is no path of a folder", "write it from the root on, such as /logs")
		}
		if m.Name == plan.Claim && !m.ReadOnly {
			stack.Warnings = append(stack.Warnings, "neo4j:"+below+": "+c.Name+" can write where the server keeps its databases; readOnly: true keeps it from that")
		}
	}
	if len(c.VolumeDevices) > 0 {
		problems.add(at+".volumeDevices", c.VolumeDevices, "is for block volumes, of which the pod has none", "leave it out")
	}
}

// checkOwnEnv takes the names that Kubernetes takes: the server's image turns its own into settings, and no other reads these.
func checkOwnEnv(at string, c corev1.Container, problems *Problems) {
	for i, variable := range c.Env {
		below := fmt.Sprintf("%s.env[%d]", at, i)
		if len(validation.IsEnvVarName(variable.Name)) > 0 {
			problems.add(below+".name", variable.Name, "is no name of an environment variable", "use letters, digits, underscores, dots and dashes, not beginning with a digit")
		}
		if variable.Value != "" && variable.ValueFrom != nil {
			problems.add(below+".value", variable.Value, "and valueFrom exclude each other", "leave one of them out")
		}
	}
}

// checkProbes holds that a probe asks in one way.
func checkProbes(at string, c corev1.Container, problems *Problems) {
	for _, of := range []struct {
		key   string
		probe *corev1.Probe
	}{{"startupProbe", c.StartupProbe}, {"livenessProbe", c.LivenessProbe}, {"readinessProbe", c.ReadinessProbe}} {
		if of.probe == nil {
			continue
		}
		ways := 0
		for _, asks := range []bool{of.probe.Exec != nil, of.probe.HTTPGet != nil, of.probe.TCPSocket != nil, of.probe.GRPC != nil} {
			if asks {
				ways++
			}
		}
		if ways != 1 {
			problems.add(at+"."+of.key, ways, "is not the number of ways in which a probe asks", "write one of exec, httpGet, tcpSocket, grpc")
		}
	}
}

func checkOwnResources(at string, c corev1.Container, problems *Problems) {
	for _, name := range slices.Sorted(maps.Keys(c.Resources.Requests)) {
		request, limit := c.Resources.Requests[name], c.Resources.Limits[name]
		if _, limited := c.Resources.Limits[name]; limited && request.Cmp(limit) > 0 {
			problems.add(at+".resources.requests."+string(name), request.String(), "is more than its limit, "+limit.String(), "lower it, or raise the limit")
		}
	}
}
