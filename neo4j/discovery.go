package neo4j

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The values of Keys.DiscoveryVersion at both ends of the way from discovery's first version to its second.
const (
	OnlyV1 = "V1_ONLY"
	OnlyV2 = "V2_ONLY"
)

// discoversV1 says whether members find each other by discovery's first version, at Ports.Discovery; discoversV2 by its second,
// at Ports.Transaction. Between V1_ONLY and V2_ONLY they do both.
func (s Spec) discoversV1(f Family) bool {
	return f.Keys.DiscoveryMembers != "" && (f.Keys.DiscoveryVersion == "" || s.Discovery.Version != OnlyV2)
}

func (s Spec) discoversV2(f Family) bool {
	return f.Keys.ClusterEndpoints != "" && (f.Keys.DiscoveryVersion == "" || s.Discovery.Version != OnlyV1)
}

// firstK8S is the first release of 3.5 whose classes have the K8S resolver (3.5.0-beta02 has three ways).
var firstK8S = MustRelease("3.5.0-beta03")

// CheckDiscovery refuses a way of discovery that the release does not know.
func CheckDiscovery(f Family, r Release, d Discovery, domain string) error {
	if d.Type == "K8S" && f.Keys.KubernetesDomain == "" && domain != "cluster.local" {
		return fmt.Errorf("Neo4j %s looks for Services in the domain cluster.local only: use LIST, DNS or SRV", f.Range())
	}
	if !slices.Contains(f.DiscoveryTypes, d.Type) {
		return fmt.Errorf("Neo4j %s finds members by %s only", f.Range(), strings.Join(f.DiscoveryTypes, ", "))
	}
	if d.Type == "K8S" && r.Compare(firstK8S) < 0 {
		return fmt.Errorf("Neo4j %s finds members by LIST, DNS, SRV only: K8S is new in %s", r, firstK8S)
	}
	if d.Version != "" && !slices.Contains(f.DiscoveryVersions, d.Version) {
		if len(f.DiscoveryVersions) == 0 {
			return fmt.Errorf("Neo4j %s knows one version of discovery: leave it out", f.Range())
		}
		return fmt.Errorf("write one of %s", strings.Join(f.DiscoveryVersions, ", "))
	}
	return nil
}

// discoverySettings say how members find each other. The list names the first primaries only, and the Services of the other
// resolvers follow the pool by themselves, so that none of it changes with the pool's size.
func discoverySettings(f Family, s Spec) []Setting {
	k := f.Keys
	settings := []Setting{{k.DiscoveryType, s.Discovery.Type}, {k.DiscoveryVersion, s.Discovery.Version}}
	for _, v := range []struct {
		spoken     bool
		list, name string
		portName   string
		port       int
	}{
		{s.discoversV1(f), k.DiscoveryMembers, k.KubernetesPort, discoveryPort, f.Ports.Discovery},
		{s.discoversV2(f), k.ClusterEndpoints, k.KubernetesClusterPort, f.clusterPort(), f.Ports.Transaction},
	} {
		switch {
		case !v.spoken:
		case s.Discovery.Type == "K8S":
			settings = append(settings, Setting{v.name, v.portName})
		default:
			settings = append(settings, Setting{v.list, s.endpoints(v.portName, v.port)})
		}
	}
	if s.Discovery.Type == "K8S" {
		settings = append(settings, Setting{k.KubernetesSelector, s.Places.Selector}, Setting{k.KubernetesDomain, s.Places.Domain})
	}
	return settings
}

// endpoints are what a resolver starts from: names and ports, or the name of a Service that knows them. An SRV record carries
// the port itself; the one behind the name is there for the setting's form only.
func (s Spec) endpoints(portName string, port int) string {
	switch s.Discovery.Type {
	case "DNS":
		return s.Places.Service + ":" + strconv.Itoa(port)
	case "SRV":
		return "_" + portName + "._tcp." + s.Places.Service + ":0"
	}
	var first []string
	for _, host := range s.Places.First {
		first = append(first, host+":"+strconv.Itoa(port))
	}
	return strings.Join(first, ",")
}
