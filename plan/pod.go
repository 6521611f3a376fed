package plan

import (
	"slices"
	"strings"
)

// SecretKey names a Secret of the namespace, and a key in it.
type SecretKey struct {
	Secret string `json:"secret"`
	Key    string `json:"key"`
}

// Volume is a further volume of every member.
type Volume struct {
	Name, MountPath string
	ReadOnly        bool
	// One of Secret, ConfigMap and Claim is the name of such an object in the namespace; all empty makes an emptyDir.
	Secret, ConfigMap, Claim string
}

const (
	// ServerContainer is the container of the server, the first of its pod.
	ServerContainer = "neo4j"
	// HandOverContainer is the one that gives a folder of the node to the server's user.
	HandOverContainer = "hand-over"
)

// LogsPath is where the images write logs.
const LogsPath = "/logs"

// Reserved are names that the program itself gives to a member.
var (
	// ReservedPaths are where the program mounts, and where the image and Kubernetes have files that a start needs.
	ReservedPaths = []string{
		"/data", "/conf", "/var/lib/neo4j", "/licenses", "/startup", "/bin", "/sbin", "/lib", "/lib64", "/usr/bin", "/usr/lib", "/usr/local/bin",
		"/opt/java", "/etc/passwd", "/proc", "/sys", "/dev", "/var/run/secrets/kubernetes.io",
	}
	// ReservedVolumes are the names of the program's own volumes.
	ReservedVolumes = []string{Claim, "conf", "home", "logs", "licenses"}
	// ReservedContainers are the names of the program's own containers.
	ReservedContainers = []string{ServerContainer, HandOverContainer}
)

// ReservedName says whether a label or an annotation is the program's own, or that of the tools which write the objects.
func ReservedName(name string) bool {
	prefix, _, _ := strings.Cut(name, "/")
	return prefix == "pulumi.com" || name == "kubectl.kubernetes.io/restartedAt" || ReservedAnnotation(name)
}

// ReservedAnnotation says whether an annotation decides whose an object is, or who writes its fields. How an object is waited for, by the other
// annotations of Pulumi, may be the stack's to say.
func ReservedAnnotation(name string) bool {
	prefix, _, _ := strings.Cut(name, "/")
	return prefix == "neo4j-kubernetes" ||
		slices.Contains([]string{"pulumi.com/patchFieldManager", "pulumi.com/patchForce", "kubectl.kubernetes.io/last-applied-configuration"}, name)
}

// ControllersLabel says whether a label is one that Kubernetes' StatefulSet controller puts on pods.
func ControllersLabel(name string) bool {
	prefix, _, _ := strings.Cut(name, "/")
	return slices.Contains([]string{"statefulset.kubernetes.io", "apps.kubernetes.io", "controller-revision-hash"}, prefix)
}

// OwnLogs says whether the program brings the folder of the logs, which goes with the pod: not where the stack mounts a volume there.
func (p Plan) OwnLogs() bool {
	return !p.mounted(LogsPath)
}

// Elsewhere says whether a setting's value is not in the plan: a Secret has it, and a variable brings it over neo4j.conf's.
func (p Plan) Elsewhere(name string) bool {
	_, secret := p.SettingSecrets[name]
	return secret
}
