package neo4j

// Spec is what is asked of Neo4j: plain values, defaults filled in and validated by package config. Quantities of memory are bytes.
type Spec struct {
	Release Release
	Edition Edition

	Primaries, Secondaries, Analytics int
	// Copies are how many copies a new database has, the default database among them: 5.x and later.
	Copies Copies
	// Discovery says how members find each other.
	Discovery Discovery
	// Metrics has every member serve Prometheus metrics to scrapers.
	Metrics bool
	// FastElections shortens the wait for a lost leader and for the news of the next, for machines without long pauses.
	FastElections bool

	Memory Memory
	// Settings are the user's own lines of neo4j.conf by full name.
	Settings map[string]string
	Extras   Extras
	// TLS is what is encrypted, by scope; what is not in it is in clear, but for what Settings say.
	TLS map[Scope]Encrypted

	// Places are the names that the members have where they run. They come from the plan; see package plan.
	Places Places
}

// Places are the names by which members find each other.
type Places struct {
	// First are the hosts that the discovery list names, Service the host that the DNS and SRV resolvers ask.
	First   []string
	Service string
	// Domain is the DNS domain of the Kubernetes cluster.
	Domain string
	// Outside is the pattern of the members' names outside the Kubernetes cluster, *.graph.example.org; empty where they have none.
	Outside string
	// Selector are the labels of what the K8S resolver lists, "key=value,key=value".
	Selector string
}

// Copies of a database: primaries that vote on its writes and secondaries that follow.
type Copies struct{ Primaries, Secondaries int }

// Discovery says how members find each other.
type Discovery struct {
	// Type is LIST (the first members' full names), DNS, SRV or K8S.
	Type string
	// Version is a value of Keys.DiscoveryVersion where the family knows two versions, else empty.
	Version string
}

// Memory is the memory plan of a member, in bytes.
type Memory struct {
	Heap, PageCache int64
	// AllowSmall waives the floors, for machines where little must do.
	AllowSmall bool
}

// Clustered says whether the members form a cluster, or one server stands alone.
func (s Spec) Clustered() bool { return s.Primaries+s.Secondaries+s.Analytics > 1 }

// AtLeast says whether the release is another or a later one.
func (s Spec) AtLeast(r Release) bool { return s.Release.Compare(r) >= 0 }

// Size is how many members a role has.
func (s Spec) Size(role Role) int {
	switch role {
	case Secondary:
		return s.Secondaries
	case Analytics:
		return s.Analytics
	default:
		return s.Primaries
	}
}

// Sized is the same cluster with n members of a role.
func (s Spec) Sized(role Role, n int) Spec {
	switch role {
	case Secondary:
		s.Secondaries = n
	case Analytics:
		s.Analytics = n
	default:
		s.Primaries = n
	}
	return s
}
