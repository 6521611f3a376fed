package neo4j

import "fmt"

// Role is what a member is planned to be. The words of a release (core, read replica) live in its Family.
type Role string

const (
	// Primary takes part in the quorum: CORE in 3.x and 4.x, primary from 5.x on.
	Primary Role = "primary"
	// Secondary follows asynchronously and never votes: READ_REPLICA in 3.x and 4.x, secondary from 5.x on.
	Secondary Role = "secondary"
	// Analytics is a secondary of 5.x and later in a pool of its own, for load that must not meet the others'.
	Analytics Role = "analytics"
)

// Roles are all roles, in the order in which their members are listed.
var Roles = []Role{Primary, Secondary, Analytics}

// Edition is the edition of the server.
type Edition string

// The two editions; only Enterprise clusters.
const (
	Enterprise Edition = "enterprise"
	Community  Edition = "community"
)

// Member is one server process of a planned cluster.
type Member struct {
	// Name is the pod's name, "neo4j-0".
	Name string `json:"name"`
	// Pool is the name of the StatefulSet the member belongs to.
	Pool string `json:"pool"`
	// Ordinal is the member's place in its pool, from 0.
	Ordinal int `json:"ordinal"`
	// Role is what the member is planned to be.
	Role Role `json:"role"`
	// Host is the fully qualified name that the member advertises and every other member dials.
	Host string `json:"host"`
}

// Topology is what a running cluster must look like: the plan's expectation, read by the check.
type Topology struct {
	Name      string  `json:"name"`
	Namespace string  `json:"namespace"`
	Release   Release `json:"release"`
	Edition   Edition `json:"edition"`
	// Discovery is Spec.Discovery.Version.
	Discovery string `json:"discovery,omitempty"`
	// AuthSecret is the name of the Kubernetes Secret in Namespace whose key NEO4J_AUTH holds "neo4j/<password>".
	AuthSecret string `json:"authSecret"`
	// TLS says whether the members take Bolt encrypted only: Spec.BoltTLS is REQUIRED.
	TLS bool `json:"tls,omitempty"`
	// HTTPOff says that they serve HTTP encrypted only.
	HTTPOff bool `json:"httpOff,omitempty"`
	// Encryption is what the members serve encrypted; nil where that is nothing, or not known.
	Encryption *Encryption `json:"encryption,omitempty"`
	Members    []Member    `json:"members"`
}

// AuthKey is the key of the auth Secret; its value, "neo4j/<password>", is what the official images take as NEO4J_AUTH.
const AuthKey = "NEO4J_AUTH"

// Of gives the members of one role in the order of their ordinals.
func (t Topology) Of(role Role) []Member {
	var of []Member
	for _, m := range t.Members {
		if m.Role == role {
			of = append(of, m)
		}
	}
	return of
}

// String says the topology in the release's own words, "3 cores, 0 read replicas". It is the same for the same plan, so that
// an unchanged preview shows no difference.
func (t Topology) String() string {
	p, s, a := len(t.Of(Primary)), len(t.Of(Secondary)), len(t.Of(Analytics))
	f, err := FamilyOf(t.Release)
	if err != nil {
		return fmt.Sprintf("%d primaries, %d secondaries", p, s)
	}
	if p+s+a == 1 {
		return "1 standalone server"
	}
	text := count(p, f.Words.Primary, f.Words.Primaries) + ", " + count(s, f.Words.Secondary, f.Words.Secondaries)
	if a > 0 {
		text += ", " + count(a, "analytics server", "analytics servers")
	}
	return text
}

// Quorum is the smallest majority of n voting members.
func Quorum(n int) int { return n/2 + 1 }

// LeastLeft is how many of n voting members a drain of nodes must leave: their quorum, but for two members, whose quorum is both: one of
// them may go, or no node could ever be drained.
func LeastLeft(n int) int { return min(Quorum(n), max(1, n-1)) }

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
