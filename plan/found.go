package plan

// Found is what is in the place that a plan is for: read by package place, judged by the guard.
type Found struct {
	// Cluster is the identity of the Kubernetes cluster: the uid of its namespace kube-system.
	Cluster string
	// Objects are those of the plan's objects that are there already.
	Objects []Object
	// Record is what the last plan of this place left, nil where there is none. It is no more than what is said of a place whose claims
	// are gone.
	Record *Record
	// Password is what the cluster's Secret holds, empty where there is none.
	Password string
	// SecretProblem says what is wrong with a Secret of the stack's own, as the servers would read it; empty for nothing.
	SecretProblem string
	// Missing are what the plan relies on in the Kubernetes cluster and does not bring, and what is not there.
	Missing []Need
	// Sizes are how many members the pools are asked to have as they are, by the StatefulSets' names: a scale-in that did not end leaves
	// others than any plan has.
	Sizes map[string]int
	// Outdated are the members whose pods are not of their StatefulSet's present revision: an update that did not end left them. Those
	// whose pods end just now are among them.
	Outdated []string
	// Earlier are the outdated members whose pods have another image than their StatefulSet by now, with that image, by name: a change of release
	// did not end. Unstarted says that no pod of a present revision has started its server. Speaks are the versions of discovery of outdated
	// members, by name.
	Earlier   map[string]string
	Unstarted bool
	Speaks    map[string]string
	// Renewed are the members that serve another certificate than its Secret holds by now.
	Renewed []string
	// Reissued says that this update makes the certificate anew: it is due, or bears other names.
	Reissued bool
	// IPFamily is the family of the headless Service's first address, empty where there is none.
	IPFamily string
	// Claims are the members' claims that are there, by name.
	Claims map[string]Claimed
}

// Need is what a plan relies on in the Kubernetes cluster: the path of the key that asks for it, its value, and how to get it.
type Need struct{ Path, Value, Reason, Mend string }

// Claimed is a member's claim that is there.
type Claimed struct {
	// LeftAs is the id of the server that was dropped from the cluster and left the claim; empty for none.
	LeftAs string
	// Capacity is how large its volume is, in bytes; zero for one that has none yet.
	Capacity int64
	// Class is its storage class, empty for none; Fixed says that the class does not let its volumes grow.
	Class string
	Fixed bool
}

// Object is a Kubernetes object of the plan that is there already.
type Object struct {
	// Kind is as kubectl knows it, "statefulset"; Namespace is empty for one of the whole cluster.
	Kind, Namespace, Name string
	// Owner is the stack it belongs to, organization/project/stack; empty for none.
	Owner string
}

// OwnedBy is the annotation of every object of a cluster that names the stack it belongs to: organization/project/stack.
const OwnedBy = "neo4j-kubernetes/stack"

// RestartedBy is the annotation of pods with the word for which they were last restarted.
const RestartedBy = "neo4j-kubernetes/restart"

// Task is the label of pods that do something with a cluster beside its members, and Backup its value for those that back it up: while
// one runs, nobody is stopped. Such a pod bears app.kubernetes.io/instance with the cluster's name, or is taken for one of all clusters of
// its namespace; never app.kubernetes.io/name=neo4j, by which the members are found.
const (
	Task   = "neo4j-kubernetes/task"
	Backup = "backup"
)

// LeftAs is the annotation of a claim whose member leaves, or has left, a cluster of 5.x or later for good: the server id under
// which the cluster knew it. A dropped id never comes back, so neither may the claim; see
// operate/scale, which notes it, and operate/back, for a member that is to stay after all.
const LeftAs = "neo4j-kubernetes/left-as-server"

// GrownTo is the annotation of pods whose volumes have grown: by it the kubelet looks at them at once. It has the size and the time.
const GrownTo = "neo4j-kubernetes/volume-grown-to"

// RenewedAt is the annotation of pods whose Secrets have another certificate: by it the kubelet looks at them at once. It has the time.
const RenewedAt = "neo4j-kubernetes/certificates-renewed-at"

// ForRelease is the annotation of what is for the members of one release.
const ForRelease = "neo4j-kubernetes/release"
