package policy

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"
)

// overPods is a rule over the pods of workloads, by the spec of each.
func overPods(name, says string, level policyx.EnforcementLevel, judge func(spec property.Value, report report)) policyx.Policy {
	return rule(name, says, level, func(r policyx.AnalyzerResource, report report) {
		if spec, ok := pod(r); ok {
			judge(spec, report)
		}
	})
}

// noPrivilegedPod keeps pods from reaching into their node: all that Kubernetes' Pod Security Standards refuse at level baseline (of 1.34,
// pod-security-admission), but for AppArmor's annotations of before 1.30, and escalation, which restricted refuses, where it is asked for.
func noPrivilegedPod() policyx.Policy {
	return overPods("no-privileged-pod", "A pod has no more rights on its node than its own.", policyx.EnforcementLevelMandatory,
		func(spec property.Value, report report) {
			for _, key := range []string{"hostNetwork", "hostPID", "hostIPC"} {
				if yes(at(spec, key)) {
					report(fmt.Sprintf("the pod has %s: take it away", key))
				}
			}
			for _, fault := range shared(at(spec, "securityContext")) {
				report("the pod has securityContext." + fault)
			}
			for _, s := range list(at(spec, "securityContext", "sysctls")) {
				if name := text(at(s, "name")); !slices.Contains(safeSysctls, name) {
					report(fmt.Sprintf("the pod has securityContext.sysctls %s, which is the node's own: take it away", name))
				}
			}
			for _, v := range list(at(spec, "volumes")) {
				if !at(v, "hostPath").IsNull() {
					report(fmt.Sprintf("volume %s is the node's %s: take a claim", text(at(v, "name")), text(at(v, "hostPath", "path"))))
				}
			}
			for _, c := range containers(spec) {
				for _, fault := range ofContainer(c) {
					report(fmt.Sprintf("container %s has %s", text(at(c, "name")), fault))
				}
			}
		})
}
