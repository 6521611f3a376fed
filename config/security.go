package config

import "neo4j-kubernetes/plan"

// readSecurity says whom the server runs as and what it may write. It comes after the volumes and plugins, which decide the latter.
func readSecurity(f *file, s plan.Plan) (plan.PodSecurity, []string) {
	obstacle := s.NeedsWritableRoot()
	security := plan.PodSecurity{
		NoUser:       f.oneOf("user", "image", "image", "none") == "none",
		ReadOnlyRoot: f.boolean("readOnlyRoot", obstacle == ""),
	}
	if security.ReadOnlyRoot && obstacle != "" {
		f.refuse("readOnlyRoot", true, "is not to be had: "+obstacle, "write false, mount the volume elsewhere, or put all jars into a volume at /plugins")
	}
	if security.NoUser && s.Storage.HostPath != "" {
		f.refuse("user", "none", "and storage.hostPath exclude each other: a folder of the node is handed over to the image's own user", "leave one of them out")
	}
	f.end()
	if obstacle != "" && !security.ReadOnlyRoot && !f.has("readOnlyRoot") {
		return security, []string{"neo4j:cluster.podSecurity.readOnlyRoot: is false, for " + obstacle}
	}
	return security, nil
}
