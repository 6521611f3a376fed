package policy

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"
)

// pinnedImage wants every image to name what it is: a tag with the number of a release, or a digest.
func pinnedImage() policyx.Policy {
	return overPods("pinned-image", "An image has a tag of its own, or a digest.", policyx.EnforcementLevelMandatory,
		func(spec property.Value, report report) {
			for _, c := range containers(spec) {
				image := text(at(c, "image"))
				switch name, tag, digest := parts(image); {
				case image == "" || digest:
				case tag == "":
					report(fmt.Sprintf("container %s runs %s, which has no tag: name the release", text(at(c, "name")), image))
				case !pins(name, tag):
					report(fmt.Sprintf("container %s runs %s, which is another image tomorrow: name the release", text(at(c, "name")), image))
				}
			}
		})
}

// parts reads an image reference: the last name of its repository, its tag, and whether it has a digest. A colon before the last slash is a
// registry's port.
func parts(image string) (name, tag string, digest bool) {
	image, _, digest = strings.Cut(image, "@")
	name, tag, _ = strings.Cut(image[strings.LastIndex(image, "/")+1:], ":")
	return name, tag, digest
}

var (
	// numbered is a tag with a number that begins a word of it, or with a commit: 4.0, v1.2, release-7, main-3f2a9c1.
	numbered = regexp.MustCompile(`(^|[-_.+])(v?\d|[0-9a-f]{7,}([-_.+]|$))`)
	// newest is a tag that moves whatever else is in it.
	newest = regexp.MustCompile(`(^|[-_.+])latest([-_.+]|$)`)
	// wholeRelease is how tags of Neo4j's images begin that stay: 5 and 5.26 move with every patch.
	wholeRelease = regexp.MustCompile(`^\d+\.\d+\.\d+`)
)

// pins says whether a tag stays with one image, as far as its words tell.
func pins(name, tag string) bool {
	if newest.MatchString(tag) {
		return false
	}
	if name == neo4jName {
		return wholeRelease.MatchString(tag)
	}
	return numbered.MatchString(tag)
}
