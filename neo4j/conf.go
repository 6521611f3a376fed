package neo4j

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Layer says where a line of neo4j.conf comes from. Later layers win over earlier ones.
type Layer string

// The layers in their order.
const (
	// FromPlatform is what the platform wants.
	FromPlatform Layer = "platform default"
	// FromFamily are the defaults of the release's family.
	FromFamily Layer = "family default"
	// FromMemory is the memory plan.
	FromMemory Layer = "memory plan"
	// FromPlugin is what the stack's plugins need.
	FromPlugin Layer = "plugins"
	// FromUser are the stack's own settings.
	FromUser Layer = "cluster.settings"
	// FromTLS is what the stack's key tls encrypts.
	FromTLS Layer = "cluster.tls"
	// FromTopology is what the shape of the cluster decides; nobody else may set it.
	FromTopology Layer = "topology"
)

var layers = []Layer{FromPlatform, FromFamily, FromMemory, FromPlugin, FromUser, FromTLS, FromTopology}

// Line is one line of neo4j.conf and where it comes from.
type Line struct {
	Setting
	Layer Layer
	// Over is the line of an earlier layer that this one takes the place of, if any.
	Over *Line
}

// Conf is the neo4j.conf shared by all members of one role, sorted by key within its layer, each key once but for the
// family's JVM key. What differs by member is in MemberSettings. The error is of an unknown release or of a user setting that
// Check refuses.
func Conf(s Spec, role Role) ([]Line, error) {
	f, err := FamilyOf(s.Release)
	if err != nil {
		return nil, err
	}
	if problems := CheckSettings(f, s.Settings); len(problems) > 0 {
		return nil, fmt.Errorf("cluster.settings.%s: %s", problems[0].Key, problems[0].Reason)
	}
	lines := map[string]Line{}
	put := func(layer Layer, settings ...Setting) {
		for _, p := range settings {
			if p.Key == "" || p.Value == "" && layer != FromUser && layer != FromPlugin {
				continue // the family has no such setting, or the plan no such value
			}
			line := Line{Setting: p, Layer: layer}
			if earlier, ok := lines[p.Key]; ok {
				line.Over = &earlier
			}
			lines[p.Key] = line
		}
	}
	put(FromPlatform, platformSettings(f, s)...)
	put(FromFamily, f.Defaults...)
	put(FromFamily, Setting{f.Keys.DefaultListen, "0.0.0.0"})
	put(FromFamily, routingSettings(f, s)...)
	put(FromMemory, memorySettings(f, s.Memory)...)
	put(FromPlugin, pluginSettings(f, s, role)...)
	for key, value := range s.Settings {
		if key != f.Keys.JVM {
			put(FromUser, Setting{key, value})
		}
	}
	put(FromTLS, tlsSettings(f, s)...)
	put(FromTopology, topologySettings(f, s, role)...)
	conf := slices.SortedFunc(maps.Values(lines), func(a, b Line) int {
		return cmp.Or(cmp.Compare(layerOrder(a.Layer), layerOrder(b.Layer)), cmp.Compare(a.Key, b.Key))
	})
	return append(conf, jvmLines(f, s)...), nil
}

// platformSettings are what a platform's machines allow.
func platformSettings(f Family, s Spec) []Setting {
	if !s.FastElections || !s.Clustered() {
		return nil
	}
	// A core of 3.x calls itself joined at the first look of a job that runs every four election timeouts: with the server's default
	// of 7s a new cluster waits 28 s for it, with 1s 4 s. Long garbage collections would call needless elections.
	// dbms.cluster.overview() shows a leader when the member has next asked discovery for it, every 5 s by default: the check waits for
	// that on every member.
	// A core that comes back calls elections while another leads, unless it asks beforehand whether it would win: the default from 4.0 on.
	// All cores must do so alike, which a platform whose clusters are made for a while can see to (docs/adr/0016).
	return []Setting{{f.Keys.LeaderTimeout, "1s"}, {f.Keys.TopologyRefresh, "1s"}, {f.Keys.PreVoting, "true"}}
}

// routingSettings have a client from outside the Kubernetes cluster, who came by a load balancer or a port-forward, be served through the
// address that it came by: the members' own are names that nobody there resolves. A client inside routes for itself, which saves a hop.
// (Operations manual 4.4 and 5, "Leadership, routing, and load balancing", "Server-side routing".) A server that stands alone sends
// nobody on, and gives out the client's address in place of its own; up to 4.4 it has no connector for that.
func routingSettings(f Family, s Spec) []Setting {
	if !s.ServesOutside(f) {
		return nil
	}
	// Where every member has an address outside, who comes by one of them routes for itself, and who comes by a name inside is served through
	// that: the members' addresses outside need not be reached from inside.
	settings := []Setting{{f.Keys.DefaultRouter, "SERVER"}, {f.Keys.ClientDomains, clientDomains(s.Places)}}
	if s.Clustered() {
		settings = append(settings, Setting{f.Keys.RoutingEnabled, "true"})
	}
	return settings
}

// ServesOutside says whether clients outside the Kubernetes cluster are served through the address that they came by.
func (s Spec) ServesOutside(f Family) bool {
	return f.Keys.DefaultRouter != "" && (s.Clustered() || f.Proof == ByServers)
}

// clientDomains are the endings of the names by which Services are known inside the Kubernetes cluster.
func clientDomains(p Places) string {
	if p.Outside != "" {
		return p.Outside
	}
	if p.Domain == "" {
		return ""
	}
	return "*." + p.Domain + ",*.svc"
}

func memorySettings(f Family, m Memory) []Setting {
	return []Setting{{f.Keys.HeapInitial, confBytes(m.Heap)}, {f.Keys.HeapMax, confBytes(m.Heap)}, {f.Keys.PageCache, confBytes(m.PageCache)}}
}

// topologySettings are the settings that follow from the shape of the cluster.
func topologySettings(f Family, s Spec, role Role) []Setting {
	var settings []Setting
	if s.Metrics {
		settings = append(settings, Setting{f.Keys.PrometheusEnabled, "true"}, Setting{f.Keys.PrometheusEndpoint, "0.0.0.0:" + strconv.Itoa(f.Ports.Metrics)})
	}
	if !s.Clustered() {
		return append(settings, f.standalone(s.Edition)...)
	}
	settings = append(settings,
		Setting{f.Keys.Mode, f.Modes[role]}, Setting{f.Keys.ModeConstraint, f.Constraints[role]},
		// Probes carry no credentials.
		Setting{f.Keys.StatusAuth, "false"})
	settings = append(settings, discoverySettings(f, s)...)
	if f.Keys.DefaultPrimaries != "" {
		settings = append(settings, Setting{f.Keys.DefaultPrimaries, strconv.Itoa(s.Copies.Primaries)}, Setting{f.Keys.DefaultSecondaries, strconv.Itoa(s.Copies.Secondaries)})
	}
	if role == Primary || f.Proof == ByServers {
		formation := strconv.Itoa(s.Formation())
		settings = append(settings, Setting{f.Keys.FormationSize, formation}, Setting{f.Keys.RuntimeSize, formation})
	}
	return settings
}

// standalone are the settings of a server that stands alone. Community knows none of the cluster's.
func (f Family) standalone(e Edition) []Setting {
	if e == Community && f.Proof == ByServers {
		return nil
	}
	return f.Standalone
}

// MemberSettings are the settings that differ by member: the addresses it advertises, with host standing for its fully
// qualified name, and bolt for where it has clients dial Bolt, host and port; empty for the same name. They reach the container as
// environment variables (see EnvName), because the ConfigMap is the whole pool's.
// The ports are written out: the images otherwise put the pod's short name, which nobody can resolve, into the cluster's
// addresses.
func MemberSettings(f Family, s Spec, host, bolt string) []Setting {
	at := func(port int) string { return host + ":" + strconv.Itoa(port) }
	all := []Setting{{f.Keys.DefaultAdvertised, host}}
	if s.Clustered() {
		if s.discoversV1(f) {
			all = append(all, Setting{f.Keys.DiscoveryAdvertised, at(f.Ports.Discovery)})
		}
		all = append(all, Setting{f.Keys.TransactionAdvertised, at(f.Ports.Transaction)}, Setting{f.Keys.RaftAdvertised, at(f.Ports.Raft)},
			Setting{f.Keys.RoutingAdvertised, at(f.Ports.Routing)})
	}
	all = append(all, Setting{f.Keys.BoltAdvertised, cmp.Or(bolt, at(f.Ports.Bolt))}, Setting{f.Keys.HTTPAdvertised, at(f.Ports.HTTP)})
	return slices.DeleteFunc(all, func(s Setting) bool { return s.Key == "" })
}

// EnvName is the environment variable by which the official images take a setting: prefix NEO4J_, "_" doubled, "." as "_".
func EnvName(key string) string {
	return "NEO4J_" + strings.ReplaceAll(strings.ReplaceAll(key, "_", "__"), ".", "_")
}

func layerOrder(l Layer) int {
	return slices.Index(layers, l)
}
