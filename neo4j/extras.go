package neo4j

import (
	"maps"
	"slices"
	"strings"
)

// Extras are what a stack adds to its members beside settings: flags, files, variables, volumes, plugins.
type Extras struct {
	JVM JVM
	// Apoc are the lines of apoc.conf by name.
	Apoc map[string]string
	// Logging are the log4j configurations of 5.x and later, as XML; empty leaves the server's own.
	Logging Logging
	Plugins []Plugin
	// Procedures say which procedures of plugins may run.
	Procedures Procedures
}

// JVM are flags of the Java virtual machine: behind the family's own, or in their place.
type JVM struct {
	Arguments []string
	Replace   bool
}

// Logging are the files server-logs.xml and user-logs.xml.
type Logging struct{ Server, User string }

// ConfigFiles are the files of a member's configuration folder by name. A folder mounted at /conf takes the place of the image's whole
// one, so neo4j.conf brings the JVM lines that the image's had; of log4j's files the server has its own within.
func (s Spec) ConfigFiles(conf []Line) map[string]string {
	files := map[string]string{"neo4j.conf": Render(conf)}
	if f, err := FamilyOf(s.Release); len(s.Extras.Apoc) > 0 && err == nil && !f.ApocInConf {
		var b strings.Builder
		for _, name := range slices.Sorted(maps.Keys(s.Extras.Apoc)) {
			b.WriteString(name + "=" + escape(s.Extras.Apoc[name]) + "\n") // read by the rules of neo4j.conf
		}
		files["apoc.conf"] = b.String()
	}
	if s.Extras.Logging.Server != "" {
		files["server-logs.xml"] = s.Extras.Logging.Server
	}
	if s.Extras.Logging.User != "" {
		files["user-logs.xml"] = s.Extras.Logging.User
	}
	return files
}

// Procedures are name patterns, such as apoc.coll.*.
type Procedures struct {
	// Allowlist are those that may be called, all when empty. Unrestricted are those that may reach around the server's security.
	Allowlist, Unrestricted []string
}

// PluginsPath is where the images look for a mounted folder of plugins; without one they have their own.
const PluginsPath = "/plugins"

// ReservedEnv says for which purpose the program, the image or Kubernetes takes an environment variable itself; empty for a free name.
func ReservedEnv(name string) string {
	switch name {
	case "POD_NAME", AuthKey, "NEO4J_AUTH_PATH", "NEO4J_HOME", "NEO4J_CONF", "NEO4J_EDITION":
		return "is the program's own"
	case "NEO4J_ACCEPT_LICENSE_AGREEMENT":
		return "is set by cluster.acceptLicense"
	case "NEO4J_PLUGINS", "NEO4JLABS_PLUGINS":
		return "is set by cluster.plugins"
	case "EXTENDED_CONF", "EXTENSION_SCRIPT", "JAVA_OPTS", "JAVA_HOME", "PATH", "HOSTNAME", "HOME":
		return "is the image's own"
	}
	if len(name) > 6 && name[:6] == "NEO4J_" {
		return "would become a setting that no review sees: use cluster.settings"
	}
	return ""
}
