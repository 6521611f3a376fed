package neo4j

// Spec is a cluster as its owners want it: plain values, defaults filled in and validated by package config, read by package
// cluster. Quantities of memory and storage are bytes, CPU is millicores, times are seconds.
type Spec struct {
	// Name is the cluster's name and its primaries' StatefulSet, headless Service and pod prefix. A DNS label.
	Name string
	// Namespace is the Kubernetes namespace. A DNS label.
	Namespace string
	// CreateNamespace says whether the program declares the namespace, or finds it.
	CreateNamespace bool
	// ClusterDomain is the DNS domain of the Kubernetes cluster, "cluster.local".
	ClusterDomain string

	Release Release
	Edition Edition
	// Image is the full image reference, ImagePullPolicy one of Always, IfNotPresent, Never.
	Image, ImagePullPolicy string
	// AcceptLicense is the value of NEO4J_ACCEPT_LICENSE_AGREEMENT, empty when the licence was not accepted.
	AcceptLicense string

	Primaries, Secondaries, Analytics int
	// Copies are how many copies a new database has, the default database among them: 5.x and later.
	Copies Copies
	// Discovery says how members find each other.
	Discovery Discovery
	// Metrics has every member serve Prometheus metrics to scrapers.
	Metrics bool
	// FastElections shortens the wait for a lost leader and for the news of the next, for machines without long pauses.
	FastElections bool

	Storage   Storage
	Memory    Memory
	Resources Resources
	Expose    Exposure
	Placement Placement

	// Settings are the user's own lines of neo4j.conf by full name.
	Settings map[string]string
	Extras   Extras
	// ExistingSecret names a Secret with the key NEO4J_AUTH to use in place of one made by the program.
	ExistingSecret string
	Timeouts       Timeouts
	Verify         Verify
	// Protect guards the members and their data against deletion (Pulumi's protect option).
	Protect bool
	// HeadStart is how many seconds the primaries other than ordinal 0 wait before their very first start. Discovery of cores that
	// start at the same instant was measured to take a quarter longer than that of cores that find one already listening.
	HeadStart int
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

// Storage says where a member's data lives.
type Storage struct {
	// Size is the size of a member's data volume in bytes.
	Size int64
	// Class is the storage class of the claims; empty takes the Kubernetes cluster's default.
	Class string
	// CreateClass has the program declare Class with the Provisioner and Parameters.
	CreateClass bool
	Provisioner string
	Parameters  map[string]string
	// HostPath, where set, makes a hostPath PersistentVolume and a claim a member below this folder of the node, as the
	// blog post this project began from did on minikube.
	HostPath string
	// Retain keeps the claims when the cluster is deleted or scaled in.
	Retain bool
}

// Memory is the memory plan of a member, in bytes.
type Memory struct {
	Heap, PageCache int64
	// AllowSmall waives the floors, for machines where little must do.
	AllowSmall bool
}

// Resources are a member's container resources: CPU in millicores, memory in bytes. A zero CPULimit sets no limit.
type Resources struct {
	CPURequest, CPULimit int64
	Memory               int64
}

// Exposure says how clients outside the Kubernetes cluster reach the client Service.
type Exposure struct {
	// Type is ClusterIP, NodePort or LoadBalancer.
	Type string
	// Annotations of the client Service, such as a cloud's internal load balancer.
	Annotations map[string]string
}

// Placement spreads the members.
type Placement struct {
	// RequireSeparateNodes refuses two members of a pool on one node; otherwise spreading is a preference.
	RequireSeparateNodes bool
	// NodeSelector is passed to the pods as it is.
	NodeSelector map[string]string
}

// Timeouts bound the waits of an update, in seconds.
type Timeouts struct {
	// Ready bounds the wait for the pods of one pool, Verify the wait for the roles, ScaleIn one member's leaving,
	// Shutdown a member's graceful end.
	Ready, Verify, ScaleIn, Shutdown int
}

// Verify says what the check after an update does.
type Verify struct {
	Enabled bool
	// Canary writes one node through the leader, reads it from every other member and removes it.
	Canary bool
}

// Clustered says whether the members form a cluster, or one server stands alone.
func (s Spec) Clustered() bool { return s.Primaries+s.Secondaries+s.Analytics > 1 }

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

// Pool is the name of a role's StatefulSet.
func (s Spec) Pool(role Role) string {
	switch role {
	case Secondary:
		return s.Name + "-read"
	case Analytics:
		return s.Name + "-analytics"
	default:
		return s.Name
	}
}

// Claim is the name of the volume claim template: claims are datadir-<pool>-<ordinal>, as in the blog post.
const Claim = "datadir"

// OwnedBy is the annotation of a cluster's StatefulSets that names the stack they belong to: organization/project/stack.
const OwnedBy = "neo4j-kubernetes/stack"

// DiscoveryService is the name of the Service that the DNS and SRV resolvers ask: of primaries only, ready or not.
func (s Spec) DiscoveryService() string { return s.Name + "-discovery" }

// Headless is the name of the governing Service of both pools. It bears the cluster's name, so that members are
// <name>-<ordinal>.<name>.<namespace>.svc, as in the blog post.
func (s Spec) Headless() string { return s.Name }

// ClientService is the name of the Service of ready members. It must not be called neo4j: Kubernetes would set NEO4J_PORT
// and others in every pod of the namespace, which the image turns into settings.
func (s Spec) ClientService() string { return s.Name + "-client" }

// AuthSecret is the name of the Secret with the first password.
func (s Spec) AuthSecret() string {
	if s.ExistingSecret != "" {
		return s.ExistingSecret
	}
	return s.Name + "-auth"
}

// Topology is the expectation of the check: every member with its role and the address it advertises.
func (s Spec) Topology() Topology {
	t := Topology{Name: s.Name, Namespace: s.Namespace, Release: s.Release, Edition: s.Edition, Discovery: s.Discovery.Version, AuthSecret: s.AuthSecret()}
	for _, role := range Roles {
		t.Members = append(t.Members, s.members(role, s.Size(role))...)
	}
	return t
}
