package neo4j

import (
	"fmt"
	"slices"
	"strings"
)

// Protocol is how the check speaks to a member.
type Protocol string

const (
	// Bolt is Bolt 3 or later, which the Go driver speaks.
	Bolt Protocol = "bolt"
	// HTTP is the transactional endpoint /db/data/transaction/commit: Bolt 1 and 2 (3.1 to 3.4) are too old for the driver.
	HTTP Protocol = "http"
)

// Proof is the question by which a family's members say who they are.
type Proof string

const (
	// ByOverview is dbms.cluster.overview() with a role a member: 3.x.
	ByOverview Proof = "overview"
	// ByDatabases is dbms.cluster.overview() with a map of roles by database, and SHOW DATABASES: 4.x.
	ByDatabases Proof = "databases"
	// ByServers is SHOW SERVERS and SHOW DATABASES: 5.x and the calendar releases.
	ByServers Proof = "servers"
)

// AnyDatabase stands in a path for the name of a database.
const AnyDatabase = "{database}"

// Family is a range of releases that share setting names, ports, procedures and image contract. What the program knows of a
// release stands in one row (family3.go, family4.go, family5.go) and in no other place.
type Family struct {
	// Name is how people call the family, "3.5".
	Name string
	// from is the first release of the family, before the first release after it. Pre-releases of from count as members.
	from, before [2]int
	// Words are the family's own words for the roles.
	Words Words
	// Modes are the values of Keys.Mode, Constraints those of Keys.ModeConstraint.
	Modes, Constraints map[Role]string
	// Standalone are the settings of a server that stands alone.
	Standalone []Setting
	// Keys are the setting names.
	Keys Keys
	// Ports are the ports of a member.
	Ports Ports
	// Protocol is how the check speaks to a member, Proof what it asks.
	Protocol Protocol
	Proof    Proof
	// Availability is the path of the HTTP endpoint that answers 200 without credentials when a clustered member of that role serves;
	// the readiness probe. Never the default database's: a server of 5.x that does not host it answers 404.
	Availability map[Role]string
	// Status is the path of the HTTP endpoint with the Raft groups' voting members, of one database where AnyDatabase is in it; empty
	// where the family has none.
	Status string
	// Leads is the path of the HTTP endpoint that answers 200 without credentials where a member leads the cluster; empty where there is
	// none, or where a member leads database by database.
	Leads string
	// RoutingScheme is the URI scheme of clients that follow the routing table.
	RoutingScheme string
	// RoleOnly says whether read replicas know nothing but their own role: dbms.cluster.overview is not there on those of
	// 3.1.0-M13-beta3. The cores' overviews still list them.
	RoleOnly bool
	// Licenses are the values of NEO4J_ACCEPT_LICENSE_AGREEMENT that the Enterprise image starts with; none where it asks for none.
	Licenses []string
	// Analytics says whether the family knows servers that never vote and may host what primaries do not: pools for analytics.
	Analytics bool
	// LoneReaders says whether secondaries may read from a single primary.
	LoneReaders bool
	// DiscoveryTypes are the ways in which members may find each other, the default first.
	DiscoveryTypes []string
	// DiscoveryVersions are the values of Keys.DiscoveryVersion, the default last.
	DiscoveryVersions []string
	// Entrypoint is the command line of the official image, where the start is wrapped for a head start at formation.
	Entrypoint []string
	// Defaults are settings every member of the family gets below the user's own, in order.
	Defaults []Setting
	// TLS are what a policy can be for, and so the names that dbms.ssl.policy.<name> takes; nil where a policy has any name and is chosen
	// by settings such as bolt.ssl_policy.
	TLS []string
	// Overhead is what a member needs beside heap and page cache, in MiB: metaspace, code cache, thread stacks, network and Lucene
	// buffers, from 5.0 on the boot loader's own JVM.
	Overhead int64
	// JVM are the lines of Keys.JVM. The image's own are lost when a configuration folder is mounted over them.
	JVM []string
	// FixedJVM are those that stay even where a stack replaces the family's.
	FixedJVM []string
	// ApocInConf says that APOC reads its settings from neo4j.conf and knows no apoc.conf.
	ApocInConf bool
}

// Words are a family's words for its roles.
type Words struct{ Primary, Primaries, Secondary, Secondaries string }

// Setting is one line of neo4j.conf.
type Setting struct{ Key, Value string }

// Keys are the names of the settings that the program itself writes; empty where the family has no such setting.
type Keys struct {
	Mode, ModeConstraint, DefaultListen, DefaultAdvertised string
	// DiscoveryMembers lists members at Ports.Discovery; ClusterEndpoints, discovery's second version, at Ports.Transaction.
	DiscoveryType, DiscoveryVersion, DiscoveryMembers, ClusterEndpoints string
	// The Services that K8S discovery lists: their labels, and the name of the port of either version.
	KubernetesSelector, KubernetesPort, KubernetesClusterPort string
	// KubernetesDomain is the DNS domain of the Services that K8S discovery lists; a family without takes cluster.local for granted.
	KubernetesDomain           string
	FormationSize, RuntimeSize string
	// DefaultPrimaries and DefaultSecondaries are how many copies a new database has.
	DefaultPrimaries, DefaultSecondaries                                          string
	DiscoveryAdvertised, TransactionAdvertised, RaftAdvertised, RoutingAdvertised string
	BoltAdvertised, HTTPAdvertised                                                string
	// RoutingEnabled, DefaultRouter and ClientDomains are server-side routing, and the domains of which a client routes for itself.
	RoutingEnabled, DefaultRouter, ClientDomains string
	// ReadOnly are the databases that take no writes on a member, which moves the lead of them away; from 4.3 on.
	ReadOnly                                         string
	HeapInitial, HeapMax, PageCache, JVM, StatusAuth string
	// LeaderTimeout is the election timeout, TopologyRefresh how often a member asks discovery who is there and who leads.
	// PreVoting has a core ask whether it would win before it calls an election: the default from 4.0 on.
	LeaderTimeout, TopologyRefresh, PreVoting string
	// Prometheus listens on localhost by default, where no scraper reaches it.
	PrometheusEnabled, PrometheusEndpoint string
	// ProcedureAllowlist and ProcedureUnrestricted are the lists of what plugins may do.
	ProcedureAllowlist, ProcedureUnrestricted string
	// UnmanagedExtensions are a plugin's own HTTP endpoints, HTTPAllowlist the paths that want no credentials.
	UnmanagedExtensions, HTTPAllowlist string
}

// Ports are the ports of a member, zero where the family has none. Transaction is the cluster port of 5.x and later.
type Ports struct {
	Bolt, HTTP, HTTPS, Discovery, Transaction, Raft, Routing, Backup, Metrics int
}

// First is the first release of the family, a calendar family's by its month.
func (f Family) First() Release {
	if f.from[0] >= 2025 {
		return MustRelease(fmt.Sprintf("%d.%02d.0", f.from[0], f.from[1]))
	}
	return MustRelease(fmt.Sprintf("%d.%d.0", f.from[0], f.from[1]))
}

// NeedsLicense says whether the Enterprise image refuses to start without NEO4J_ACCEPT_LICENSE_AGREEMENT.
func (f Family) NeedsLicense() bool { return len(f.Licenses) > 0 }

// HasOverview says whether a member of the role shows the whole cluster.
func (f Family) HasOverview(role Role) bool { return role == Primary || !f.RoleOnly }

// Families are all families this program knows, oldest first.
var Families = slices.Concat(families3, families4, families5, calendarFamilies)

// FamilyOf gives the family of a release, or an error that names the families this program knows.
func FamilyOf(r Release) (Family, error) {
	at := [2]int{r.Major, r.Minor}
	for _, f := range Families {
		if !less(at, f.from) && less(at, f.before) {
			if last, ended := lastPatch(r); ended && r.Patch > last {
				return Family{}, fmt.Errorf("Neo4j %s does not exist: the last of its line is %d.%d.%d", r, r.Major, r.Minor, last)
			}
			return f, nil
		}
	}
	names := make([]string, len(Families))
	for i, f := range Families {
		names[i] = f.Range()
	}
	return Family{}, fmt.Errorf("Neo4j %s is not a release this program knows: it knows %s", r, strings.Join(names, ", "))
}

// Range says which releases the family has, "4.0 to 4.2".
func (f Family) Range() string {
	first, last := f.from, [2]int{f.before[0], f.before[1] - 1}
	if first == last {
		return fmt.Sprintf("%d.%d", first[0], first[1])
	}
	if first[0] >= firstCalendarYear {
		return fmt.Sprintf("%d.%02d to %d.%02d", first[0], first[1], last[0], last[1])
	}
	return fmt.Sprintf("%d.%d to %d.%d", first[0], first[1], last[0], last[1])
}

// firstCalendarYear is the first major number that is a year.
const firstCalendarYear = 2025

func less(a, b [2]int) bool { return a[0] < b[0] || a[0] == b[0] && a[1] < b[1] }

// MaxPrimaries is the most primaries that Neo4j supports (operations manual 5, "default_primaries_count": at most 11; the same
// bound is kept for the releases before it, whose Raft groups gain nothing from more).
const MaxPrimaries = 11
