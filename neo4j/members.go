package neo4j

import "strconv"

// formationSize is how many primaries the first discovery list names and formation waits for. It does not follow the pool:
// growing from 3 to 5 must rewrite no configuration, or every member would restart.
const formationSize = 3

// Formation is how many primaries must find each other before a new cluster forms.
func (s Spec) Formation() int { return min(formationSize, s.Primaries) }

// FirstMembers are the primaries that the discovery list names.
func (s Spec) FirstMembers() []Member { return s.members(s.Name, Primary, s.Formation()) }

func (s Spec) members(pool string, role Role, n int) []Member {
	members := make([]Member, 0, n)
	for i := range n {
		pod := pool + "-" + strconv.Itoa(i)
		members = append(members, Member{
			Name: pod, Pool: pool, Ordinal: i, Role: role,
			Host: HostOf(pod, s.Headless(), s.Namespace, s.ClusterDomain),
		})
	}
	return members
}
