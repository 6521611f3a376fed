package policy

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"

	"neo4j-kubernetes/neo4j"
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

// pinnedImage wants every image to name what it is: a tag that is not latest, or a digest.
func pinnedImage() policyx.Policy {
	return overPods("pinned-image", "An image has a tag of its own, or a digest.", policyx.EnforcementLevelMandatory,
		func(spec property.Value, report report) {
			for _, c := range containers(spec) {
				image := text(at(c, "image"))
				switch tag, digest := imageTag(image); {
				case image == "" || digest:
				case tag == "":
					report(fmt.Sprintf("container %s runs %s, which has no tag: name the release", text(at(c, "name")), image))
				case tag == "latest":
					report(fmt.Sprintf("container %s runs %s, which is another image tomorrow: name the release", text(at(c, "name")), image))
				}
			}
		})
}

// imageTag reads the tag of an image reference, and whether it has a digest. A colon before the last slash is a registry's port.
func imageTag(image string) (tag string, digest bool) {
	image, _, digest = strings.Cut(image, "@")
	_, tag, _ = strings.Cut(image[strings.LastIndex(image, "/")+1:], ":")
	return tag, digest
}

// licenseVariable is how the images take the word (operations manuals, "Docker configuration").
const licenseVariable = "NEO4J_ACCEPT_LICENSE_AGREEMENT"

// licenseAccepted wants a member of Neo4j Enterprise to say that its licence was accepted: yes, or eval from 5.0 on. The images ask from
// 3.2 on. Enterprise is known by the tag of the image.
func licenseAccepted() policyx.Policy {
	return overPods("license-accepted", "Neo4j Enterprise runs where somebody has accepted its licence.", policyx.EnforcementLevelMandatory,
		func(spec property.Value, report report) {
			for _, c := range list(at(spec, "containers")) {
				image := text(at(c, "image"))
				tag, _ := imageTag(image)
				number, enterprise := strings.CutSuffix(tag, "-enterprise")
				if release, err := neo4j.ParseRelease(number); !enterprise || err == nil && release.Compare(firstLicense) < 0 {
					continue
				}
				if word, known := variable(c, licenseVariable); known && word != "yes" && word != "eval" {
					report(fmt.Sprintf("container %s runs %s and %s is %q: read the licence, then set cluster.acceptLicense", text(at(c, "name")), image, licenseVariable, word))
				}
			}
		})
}

// firstLicense is the first release whose image asks for the licence.
var firstLicense = neo4j.MustRelease("3.2.0")

// variable is the value of a container's environment variable, empty where it is not set, and whether that is known.
func variable(container property.Value, name string) (value string, known bool) {
	for _, e := range list(at(container, "env")) {
		if text(at(e, "name")) == name {
			return text(at(e, "value")), !at(e, "value").IsNull() || at(e, "valueFrom").IsNull()
		}
	}
	return "", true
}
