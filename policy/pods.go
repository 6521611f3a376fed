package policy

import (
	"fmt"

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

// noPrivilegedPod keeps pods from reaching into their node (Kubernetes' Pod Security Standards, level baseline, and escalation of restricted).
func noPrivilegedPod() policyx.Policy {
	return overPods("no-privileged-pod", "A pod has no more rights on its node than its own.", policyx.EnforcementLevelMandatory,
		func(spec property.Value, report report) {
			for _, key := range []string{"hostNetwork", "hostPID", "hostIPC"} {
				if yes(at(spec, key)) {
					report(fmt.Sprintf("the pod has %s: take it away", key))
				}
			}
			for _, c := range containers(spec) {
				for _, key := range []string{"privileged", "allowPrivilegeEscalation"} {
					if yes(at(c, "securityContext", key)) {
						report(fmt.Sprintf("container %s has securityContext.%s: set it to false", text(at(c, "name")), key))
					}
				}
			}
		})
}
