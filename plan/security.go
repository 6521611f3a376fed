package plan

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"neo4j-kubernetes/neo4j"
)

// PodSecurity is whom the server's process runs as, and what it may write.
type PodSecurity struct {
	// NoUser leaves user and groups to the platform: OpenShift's restricted-v2 gives each namespace its own.
	NoUser bool
	// ReadOnlyRoot keeps the image's files from being written; what the image writes gets folders of its own, see WrittenFolders.
	ReadOnlyRoot bool
}

const (
	// RestrictedLevel is the strictest of the levels of the Pod Security Standards.
	RestrictedLevel = "restricted"
	// BaselineLevel is the one below it.
	BaselineLevel = "baseline"
)

// What the level baseline admits of capabilities that are added, and of SELinux types, the empty one being the container runtime's own
// (Kubernetes, "Pod Security Standards"; pod-security-admission of 1.34).
var (
	BaselineCapabilities = []string{
		"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
	}
	BaselineSELinux = []string{"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}
)

// SecurityLevel is the one to which the program holds a namespace of its own.
func (p Plan) SecurityLevel() string {
	if p.Storage.HostPath != "" {
		// A folder of the node belongs to root, and only an init container that runs as root can hand it over.
		return BaselineLevel
	}
	return RestrictedLevel
}

const (
	// SSLPath is where the images look for a mounted folder of certificates.
	SSLPath = "/ssl"
	// TemporaryPath is where every process may write.
	TemporaryPath = "/tmp"
)

// mounted says whether the stack mounts a volume of its own at a path.
func (p Plan) mounted(path string) bool {
	for use := range p.UseVolumes {
		if Uses[use] == path {
			return true
		}
	}
	return slices.ContainsFunc(p.Volumes, func(v Volume) bool { return v.MountPath == path })
}

// NeedsWritableRoot says why the image cannot start with its files read-only; empty where it can.
func (p Plan) NeedsWritableRoot() string {
	if p.mounted(SSLPath) && p.Release.LinksCertificates() {
		return "the image puts a link to " + SSLPath + " into " + neo4j.ImageHome
	}
	var fetched, bundled string
	for _, plugin := range p.Extras.Plugins {
		if plugin.Bundled {
			bundled = plugin.Name
		} else {
			fetched = plugin.Name
		}
	}
	if fetched != "" && bundled != "" && !p.mounted(neo4j.PluginsPath) {
		return fmt.Sprintf("the image puts %s into the folder that has the jar of %s", fetched, bundled)
	}
	return ""
}

// WrittenFolders are the folders that a role's container writes beside its volumes, and that are root's or read-only in the image: the path of
// each by its name. None where the whole of the image may be written.
func (p Plan) WrittenFolders(role neo4j.Role) map[string]string {
	folders := map[string]string{}
	for _, name := range p.Release.ImageFolders() {
		folders[name] = neo4j.ImageHome + "/" + name
	}
	if !p.PodSecurity.ReadOnlyRoot {
		return folders
	}
	for _, name := range p.Release.WrittenFolders() {
		folders[name] = neo4j.ImageHome + "/" + name
	}
	if variable, _ := p.Fetched(role); variable != "" && !p.mounted(neo4j.PluginsPath) {
		folders["plugins"] = neo4j.ImageHome + neo4j.PluginsPath
	}
	if !p.mounted(TemporaryPath) {
		folders["tmp"] = TemporaryPath
	}
	return folders
}

// Escalates says whether a container has rights with which Kubernetes does not let it say that it gains none.
func Escalates(s *corev1.SecurityContext) bool {
	return s.Privileged != nil && *s.Privileged || s.Capabilities != nil && slices.Contains(s.Capabilities.Add, "CAP_SYS_ADMIN")
}
