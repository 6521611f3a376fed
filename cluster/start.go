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

// homeVolume holds the folders of the image that a member writes and that are not the server's user's, or read-only.
const homeVolume = "home"

// command is a member's command line: nil for the image's own.
func command(s plan.Plan, family neo4j.Family, role neo4j.Role) pulumi.StringArray {
	wait := ""
	if s.Clustered() && role == neo4j.Primary && s.HeadStart > 0 {
		wait = headStart(s)
	}
	switch {
	case s.Release.RootsImage():
		return shell(wait + ownStart(s, family, role))
	case wait != "" && len(family.Entrypoint) > 0:
		// exec keeps the image's own process the one that gets the signals.
		return shell(wait + "exec " + strings.Join(family.Entrypoint, " "))
	}
	return nil
}

func shell(text string) pulumi.StringArray { return script("/bin/sh", text) }

// script is a command line that has an interpreter run a text, with the text's own name and arguments.
func script(interpreter, text string, arguments ...string) pulumi.StringArray {
	return pulumi.ToStringArray(append([]string{interpreter, "-c", text}, arguments...))
}

// headStart has the first primary begin a moment before the others of the formation: cores that look for each other at the
// same instant were measured to take a quarter longer. It is bounded, and for the very first start only: a member with a store,
// and one that joins later, starts at once.
func headStart(s plan.Plan) string {
	return fmt.Sprintf(`ordinal=${POD_NAME##*-}
if [ "$ordinal" -gt 0 ] && [ "$ordinal" -lt %d ] && [ ! -e /data/databases ]; then sleep %d; fi
`, s.Formation(), s.HeadStart)
}

// ownStart does what the later entry points do, for an image whose own is for root alone (see neo4j.Release.RootsImage), and as the blog
// post did: neo4j.conf is written with the member's own name. A volume that has users keeps them, as in the later images; the earliest
// entry points end with an error there, so that no member would start twice.
func ownStart(s plan.Plan, family neo4j.Family, role neo4j.Role) string {
	var script strings.Builder
	fmt.Fprintf(&script, "set -eu\ncd %s\ncp /conf/* conf/\n{\n  echo\n", neo4j.ImageHome)
	for _, setting := range neo4j.MemberSettings(family, s.Spec, s.Host("${POD_NAME}"), s.AdvertisedBolt(role, "${POD_NAME}", "${POD_NAME##*-}")) {
		fmt.Fprintf(&script, "  echo \"%s=%s\"\n", setting.Key, setting.Value)
	}
	for _, setting := range neo4j.ImageMounts {
		fmt.Fprintf(&script, "  if [ -d %s ]; then echo %s=%s; fi\n", setting.Value, setting.Key, setting.Value)
	}
	fmt.Fprintf(&script, "} >> conf/neo4j.conf\nbin/neo4j-admin set-initial-password \"${%[1]s#*/}\" || true\nunset %[1]s\nexec bin/neo4j console\n", neo4j.AuthKey)
	return script.String()
}

// homeFolders are the mounts over the image's folders that a member writes and that are root's there, or read-only.
func homeFolders(s plan.Plan, role neo4j.Role) (corev1.VolumeArray, corev1.VolumeMountArray) {
	folders := s.WrittenFolders(role)
	var mounts corev1.VolumeMountArray
	for _, name := range slices.Sorted(maps.Keys(folders)) {
		mounts = append(mounts, &corev1.VolumeMountArgs{Name: pulumi.String(homeVolume), MountPath: pulumi.String(folders[name]), SubPath: pulumi.String(name)})
	}
	if mounts == nil {
		return nil, nil
	}
	return corev1.VolumeArray{&corev1.VolumeArgs{Name: pulumi.String(homeVolume), EmptyDir: &corev1.EmptyDirVolumeSourceArgs{}}}, mounts
}
