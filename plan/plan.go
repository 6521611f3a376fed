// Package plan is what Kubernetes is asked for to run a Neo4j cluster: the names of its objects, its members and their hosts, volumes,
// resources and waits; and the guard that refuses a change from one plan to another. The components, the golden manifests, the
// operations and the check all read the one plan. It knows nothing of Pulumi.
package plan

import (
	corev1 "k8s.io/api/core/v1"

	"neo4j-kubernetes/neo4j"
)

// Plan is a cluster as its owners want it: plain values, defaults filled in and validated by package config. Quantities of memory
// and storage are bytes, CPU is millicores, times are seconds.
type Plan struct {
	neo4j.Spec

	// Name is the cluster's name and its primaries' StatefulSet, headless Service and pod prefix. A DNS label.
	Name string
	// Namespace is the Kubernetes namespace. A DNS label.
	Namespace string
	// CreateNamespace says whether the program declares the namespace, or finds it.
	CreateNamespace bool
	// OneNode says that the platform has one node, or few that are somebody's own: where folders of nodes may serve as volumes.
	OneNode bool
	// ClusterDomain is the DNS domain of the Kubernetes cluster, "cluster.local".
	ClusterDomain string

	// Image is the full image reference, ImagePullPolicy one of Always, IfNotPresent, Never.
	Image, ImagePullPolicy string
	// PullSecrets are the names of Secrets with the registry's credentials.
	PullSecrets []string
	// AcceptLicense is the value of NEO4J_ACCEPT_LICENSE_AGREEMENT, empty when the licence was not accepted.
	AcceptLicense string

	Storage Storage
	// UseVolumes are volumes for Uses, by their names.
	UseVolumes map[string]UseVolume
	Resources  Resources
	Expose     Exposure
	Addresses  Addresses
	Network    Network
	// Certificates say where those of Spec.TLS come from.
	Certificates Certificates
	Placement    Placement

	ServiceAccount ServiceAccount
	PodSecurity    PodSecurity

	// SettingSecrets are settings whose values are in Secrets, by full name; they reach the image as variables, which win over its file.
	SettingSecrets map[string]SecretKey
	// Env are further environment variables, EnvSecrets those whose values are in Secrets, EnvFrom Secrets whose keys all become such.
	Env        map[string]string
	EnvSecrets map[string]SecretKey
	EnvFrom    []string
	Volumes    []Volume
	// PodLabels and PodAnnotations are put on the members' pods beside the program's own. InitContainers run before the server, Sidecars
	// beside it, as the stack wrote them.
	PodLabels, PodAnnotations map[string]string
	InitContainers, Sidecars  []corev1.Container

	// ExistingSecret names a Secret with the key NEO4J_AUTH to use in place of one made by the program.
	ExistingSecret string
	Timeouts       Timeouts
	Rolling        Rolling
	Verify         Verify
	// Protect guards the members and their data against deletion (Pulumi's protect option).
	Protect bool
	// HeadStart is how many seconds the primaries other than ordinal 0 wait before their very first start. Discovery of cores that
	// start at the same instant was measured to take a quarter longer than that of cores that find one already listening.
	HeadStart int
	// Reallocate moves copies of databases onto servers that host none.
	Reallocate bool
	// Restart is a word of the stack's owner: another one replaces all members without another change. Empty for none.
	Restart string
}

// DryRunFrom is the first release that says beforehand which databases an order would move (operations manual 5, "managing databases in a
// cluster": DRYRUN is available from 5.2 on).
var DryRunFrom = neo4j.MustRelease("5.2.0")

// Storage says where a member's data lives.
type Storage struct {
	// Size is the size of a member's data volume in bytes.
	Size int64
	// Class is the storage class of the claims; empty takes the Kubernetes cluster's default.
	Class string
	// CreateClass has the program declare Class with the Provisioner and Parameters: a platform's, or the stack's own where OwnClass.
	CreateClass bool
	OwnClass    bool
	Provisioner string
	Parameters  map[string]string
	// Selector are labels of volumes that somebody has made, of which the members' claims take theirs.
	Selector map[string]string
	// HostPath, where set, makes a hostPath PersistentVolume and a claim a member below this folder of the node, as the
	// blog post this project began from did on minikube.
	HostPath string
	// ExistingClaims says that somebody else makes the members' claims, by the names of ClaimOf; none is provisioned.
	ExistingClaims bool
	// Retain keeps the claims when the cluster is deleted or scaled in.
	Retain bool
}

// Resources are a member's container resources: CPU in millicores, memory and ephemeral storage in bytes.
type Resources struct {
	// A zero CPULimit sets no limit.
	CPURequest, CPULimit int64
	// Memory is requested, and the memory plan fits into it; it is the limit, too, where MemoryLimit is zero.
	Memory, MemoryLimit int64
	// Ephemeral storage is what a pod writes to folders that go with it, the container's own logs among them. Zero asks for none and sets no limit.
	Ephemeral, EphemeralLimit int64
}

// Exposure says how clients outside the Kubernetes cluster reach the client Service.
type Exposure struct {
	// Type is ClusterIP, NodePort or LoadBalancer.
	Type string
	// Annotations of the client Service, such as a cloud's internal load balancer.
	Annotations map[string]string
	// Balancer is how load balancers are made, the client Service's and the members'.
	Balancer Balancer
	// NodePorts are the client Service's ports on the nodes, zero where Kubernetes chooses them.
	NodePorts NodePorts
	// HTTPInside leaves Bolt alone to the client Service: HTTP has a Service of its own, which no load balancer and no port of a node leads to.
	HTTPInside bool
	// Members are Services of the members' own.
	Members MemberExposure
	// Ingress and Route are further ways in for HTTP.
	Ingress Ingress
	Route   Route
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
