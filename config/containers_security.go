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

// checkRestricted refuses what the Pod Security Standard "restricted" does not admit, to which the program's namespace is held. What is not
// given is filled in so that it is admitted.
func checkRestricted(at string, c corev1.Container, problems *Problems) {
	s := c.SecurityContext
	if s == nil {
		return
	}
	refuse := func(key string, value any) {
		problems.add(at+".securityContext."+key, value, "is not admitted by the namespace, which the program holds to Pod Security's restricted level",
			"leave it out, or use a namespace of yours: createNamespace: false")
	}
	if s.Privileged != nil && *s.Privileged {
		refuse("privileged", true)
	}
	if s.AllowPrivilegeEscalation != nil && *s.AllowPrivilegeEscalation {
		refuse("allowPrivilegeEscalation", true)
	}
	if s.RunAsNonRoot != nil && !*s.RunAsNonRoot {
		refuse("runAsNonRoot", false)
	}
	if s.RunAsUser != nil && *s.RunAsUser == 0 {
		refuse("runAsUser", 0)
	}
	if s.ProcMount != nil && *s.ProcMount != corev1.DefaultProcMount {
		refuse("procMount", *s.ProcMount)
	}
	if s.SeccompProfile != nil && s.SeccompProfile.Type == corev1.SeccompProfileTypeUnconfined {
		refuse("seccompProfile.type", s.SeccompProfile.Type)
	}
	if s.Capabilities == nil {
		return
	}
	for _, added := range s.Capabilities.Add {
		if added != "NET_BIND_SERVICE" {
			refuse("capabilities.add", added)
		}
	}
	if len(s.Capabilities.Drop) > 0 && !slices.Contains(s.Capabilities.Drop, "ALL") {
		refuse("capabilities.drop", s.Capabilities.Drop)
	}
}
