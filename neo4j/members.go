package neo4j

import (
	"strconv"
	"strings"
)

// formationSize is how many primaries the first discovery list names and formation waits for. It does not follow the pool:
// growing from 3 to 5 must rewrite no configuration, or every member would restart.
const formationSize = 3

// Formation is how many primaries must find each other before a new cluster forms.
func (s Spec) Formation() int { return min(formationSize, s.Primaries) }

// FirstMembers are the primaries that the discovery list names.
func (s Spec) FirstMembers() []Member { return s.members(Primary, s.Formation()) }

func (s Spec) members(role Role, n int) []Member {
	pool := s.Pool(role)
	members := make([]Member, 0, n)
	for i := range n {
		pod := pool + "-" + strconv.Itoa(i)
		members = append(members, Member{
			Name: pod, Pool: pool, Ordinal: i, Role: role,
			Host: s.Host(pod),
		})
	}
	return members
}

// Host gives the fully qualified name that a member of this pod name advertises. The K8S resolver finds members by Services of
// their own, and wants exactly those Services' names advertised; otherwise a member's name is the headless Service's to give.
func (s Spec) Host(pod string) string {
	if s.Discovery.Type == "K8S" {
		return strings.Join([]string{pod, s.Namespace, "svc", s.ClusterDomain}, ".")
	}
	return HostOf(pod, s.Headless(), s.Namespace, s.ClusterDomain)
}
