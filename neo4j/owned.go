package neo4j

import (
	"maps"
	"reflect"
	"strings"
)

// Owned are the settings that only the program may write, by name, with what to use in their place: what follows from the shape of the
// cluster, and what the pods' mounts, ports, probes, Services and the check rely on.
func (f Family) Owned() map[string]string {
	const shape = "leave it out: it follows from primaries, secondaries and the members' names"
	mends := map[string]string{
		f.Keys.KubernetesDomain: "use cluster.clusterDomain",

		f.Keys.HeapInitial: "use cluster.memory.heap",
		f.Keys.HeapMax:     "use cluster.memory.heap",
		f.Keys.PageCache:   "use cluster.memory.pageCache",
		f.Keys.StatusAuth:  "leave it out: the pods' probes need the status endpoints without credentials",

		f.Keys.PrometheusEnabled: "use cluster.metrics", f.Keys.PrometheusEndpoint: "use cluster.metrics",
	}
	owned := map[string]string{}
	keys := reflect.ValueOf(f.Keys)
	for i := range keys.NumField() {
		key := keys.Field(i).String()
		switch key {
		case "", f.Keys.JVM, f.Keys.LeaderTimeout, f.Keys.TopologyRefresh, f.Keys.PreVoting, f.Keys.ProcedureAllowlist, f.Keys.ProcedureUnrestricted, f.Keys.UnmanagedExtensions, f.Keys.HTTPAllowlist,
			f.Keys.ReadOnly, f.Keys.RoutingEnabled, f.Keys.DefaultRouter, f.Keys.ClientDomains:
			continue // the user's to set
		}
		owned[key] = shape
		if mend, ok := mends[key]; ok {
			owned[key] = mend
		}
	}
	maps.Copy(owned, f.places())
	return owned
}

// places are the settings that say where a server listens and where its files are, in all names of the family.
func (f Family) places() map[string]string {
	const (
		ports   = "leave it out: the pods' ports, probes, Services and the check rely on the default"
		mounts  = "leave it out: the pods' volumes are mounted where the server looks by default, and what lies elsewhere is gone with the pod"
		logs    = "leave it out: logs are in /logs; mount a volume of cluster.volumes there to keep them"
		plugins = "leave it out: mount a volume of cluster.volumes at /plugins"
		imports = "leave it out: mount a volume of cluster.volumes at /import"
		metrics = "leave it out: mount a volume of cluster.volumes at /metrics"
	)
	mends := map[string]string{"logs": logs, "plugins": plugins, "import": imports, "metrics": metrics}
	owned := map[string]string{}
	for name := range knowledge().types[f.era()] {
		directory, isDirectory := strings.CutPrefix(name, "server.directories.")
		if !isDirectory {
			directory, isDirectory = strings.CutPrefix(name, "dbms.directories.")
		}
		switch {
		case isDirectory && mends[directory] != "":
			owned[name] = mends[directory]
		case isDirectory:
			owned[name] = mounts
		case strings.HasSuffix(name, "listen_address") && !strings.HasPrefix(name, "server.bolt.additional"):
			owned[name] = ports
		}
	}
	// 3.x knows its connectors by pattern: any name may stand in the middle.
	for _, name := range []string{
		"dbms.connector.bolt.", "dbms.connector.http.", "dbms.connector.https.", "server.bolt.", "server.http.", "server.https.",
	} {
		for _, what := range []string{"enabled", "type", "address", "listen_address"} {
			if _, known := knowledge().typeOf(f.era(), name+what); known {
				owned[name+what] = ports
			}
		}
	}
	for _, key := range httpsSwitches {
		if _, policies := knowledge().typeOf(f.era(), "dbms.ssl.policy.https.base_directory"); policies && f.Name != "3.1" {
			delete(owned, key) // CheckTLS wants a policy beside it
		}
	}
	if f.from[0] == 3 {
		// The name before 3.4, which 3.4 and 3.5 still take for the later ones.
		owned["causal_clustering.expected_core_cluster_size"] = "leave it out: it follows from primaries, secondaries and the members' names"
	}
	for _, key := range backupAddresses {
		delete(owned, key) // who may take backups is the stack's to say
	}
	return owned
}
