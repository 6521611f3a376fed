package config

import "strings"

// explicit are the choices in which platforms differ, each with what to write. A stack on a platform that decides none of them makes them all
// itself, so that a reviewer reads them in its file.
var explicit = []struct{ path, mend string }{
	{"storage.size", "write the size of a member's volume, such as 100Gi"},
	{"storage.class", "write one of: kubectl get storageclass; '' for the Kubernetes cluster's default; or storage.existingClaims: true for claims that you have made"},
	{"resources.cpu", "write the CPU request of a member, such as 1"},
	{"resources.memory", "write the memory of a member, such as 4Gi, or give memory.heap and memory.pageCache"},
	{"expose.type", "write ClusterIP, NodePort or LoadBalancer"},
	{"placement.separateNodes", "write true to refuse two members of a pool on one node, or false to prefer it"},
	{"timeouts.shutdown", "write the grace period in which a member writes its last checkpoint, such as 1h"},
	{"verify.canary", "write whether the check writes a node and removes it: true or false"},
	{"protect", "write whether members and data are guarded against deletion: true or false"},
}

// decided refuses what a platform leaves to the stack and the stack does not say: all of it at once.
func decided(f *file, name string) {
	if !platforms[name].explicit {
		return
	}
	value := func(path string) any {
		values := f.values
		for {
			key, rest, nested := strings.Cut(path, ".")
			if !nested {
				return values[key]
			}
			values, _ = values[key].(map[string]any)
			path = rest
		}
	}
	given := func(path string) bool { return value(path) != nil }
	for _, e := range explicit {
		switch {
		case given(e.path):
		case e.path == "storage.class" && scalar(value("storage.existingClaims")) == "true":
		case e.path == "resources.memory" && given("memory.heap") && given("memory.pageCache"):
		default:
			f.refuse(e.path, "", "is needed on "+name+", which decides nothing for you", e.mend)
		}
	}
}
