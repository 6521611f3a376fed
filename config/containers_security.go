package config

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"neo4j-kubernetes/plan"
)

// checkSecurity refuses what contradicts itself: the kubelet would never start the container, or the API refuse its pods.
func checkSecurity(at string, c corev1.Container, problems *Problems) {
	s := c.SecurityContext
	if s == nil {
		return
	}
	if s.RunAsUser != nil && *s.RunAsUser == 0 && s.RunAsNonRoot != nil && *s.RunAsNonRoot {
		problems.add(at+".securityContext.runAsUser", 0, "is root, and runAsNonRoot: true keeps it from starting", "leave one of them out")
	}
	if plan.Escalates(s) && s.AllowPrivilegeEscalation != nil && !*s.AllowPrivilegeEscalation {
		problems.add(at+".securityContext.allowPrivilegeEscalation", false, "and privileged or CAP_SYS_ADMIN exclude each other", "leave one of them out")
	}
}

// restrictedCapabilities are those that the level restricted admits (Kubernetes, "Pod Security Standards").
var restrictedCapabilities = []string{"NET_BIND_SERVICE"}

// checkAdmitted refuses what the level of the program's namespace does not admit. What is not given is filled in so that it is admitted.
func checkAdmitted(at, level string, c corev1.Container, problems *Problems) {
	s := c.SecurityContext
	if s == nil {
		return
	}
	refuse := func(key string, value any) {
		problems.add(at+".securityContext."+key, value, "is not admitted by the namespace, which the program holds to Pod Security's "+level+" level",
			"leave it out, or use a namespace of yours: createNamespace: false")
	}
	checkBaseline(s, refuse)
	capabilities := plan.BaselineCapabilities
	if level == plan.RestrictedLevel {
		checkRestricted(s, refuse)
		capabilities = restrictedCapabilities
	}
	if s.Capabilities == nil {
		return
	}
	for _, added := range s.Capabilities.Add {
		if !slices.Contains(capabilities, string(added)) {
			refuse("capabilities.add", added)
		}
	}
}

// checkBaseline refuses what no level admits.
func checkBaseline(s *corev1.SecurityContext, refuse func(key string, value any)) {
	if s.Privileged != nil && *s.Privileged {
		refuse("privileged", true)
	}
	if s.ProcMount != nil && *s.ProcMount != corev1.DefaultProcMount {
		refuse("procMount", *s.ProcMount)
	}
	if s.SeccompProfile != nil && s.SeccompProfile.Type == corev1.SeccompProfileTypeUnconfined {
		refuse("seccompProfile.type", s.SeccompProfile.Type)
	}
	if s.AppArmorProfile != nil && s.AppArmorProfile.Type == corev1.AppArmorProfileTypeUnconfined {
		refuse("appArmorProfile.type", s.AppArmorProfile.Type)
	}
	if linux := s.SELinuxOptions; linux != nil {
		if !slices.Contains(plan.BaselineSELinux, linux.Type) {
			refuse("seLinuxOptions.type", linux.Type)
		}
		if linux.User != "" {
			refuse("seLinuxOptions.user", linux.User)
		}
		if linux.Role != "" {
			refuse("seLinuxOptions.role", linux.Role)
		}
	}
	if s.WindowsOptions != nil && s.WindowsOptions.HostProcess != nil && *s.WindowsOptions.HostProcess {
		refuse("windowsOptions.hostProcess", true)
	}
}

// checkRestricted refuses what the restricted level does not admit, and baseline does.
func checkRestricted(s *corev1.SecurityContext, refuse func(key string, value any)) {
	if s.AllowPrivilegeEscalation != nil && *s.AllowPrivilegeEscalation {
		refuse("allowPrivilegeEscalation", true)
	}
	if s.RunAsNonRoot != nil && !*s.RunAsNonRoot {
		refuse("runAsNonRoot", false)
	}
	if s.RunAsUser != nil && *s.RunAsUser == 0 {
		refuse("runAsUser", 0)
	}
	if s.Capabilities != nil && len(s.Capabilities.Drop) > 0 && !slices.Contains(s.Capabilities.Drop, "ALL") {
		refuse("capabilities.drop", s.Capabilities.Drop)
	}
}
