package verify

import (
	"fmt"
	"strings"

	"neo4j-kubernetes/neo4j"
)

// The observed roles of 3.x and 4.x.
const (
	leader, follower, readReplica = "LEADER", "FOLLOWER", "READ_REPLICA"
)

// Finding is one thing that is not as the topology wants it.
type Finding struct {
	Member   string `json:"member"`
	Expected string `json:"expected"`
	Found    string `json:"found"`
}

func (f Finding) String() string {
	return fmt.Sprintf("%s: expected %s, found %s", f.Member, f.Expected, f.Found)
}

// Judge compares what the members say with the topology; nothing found means proven. A member without an observation did not
// answer. The verdict does not depend on the order of rows or members, nor on the case of host names.
func Judge(t neo4j.Topology, seen map[string]Observation) []Finding {
	j := &judgement{topology: t, seen: seen}
	family, err := neo4j.FamilyOf(t.Release)
	if err != nil {
		j.find(t.Name, "a release this program knows", t.Release.String())
		return j.findings
	}
	j.family = family
	for _, m := range t.Members {
		o, ok := seen[m.Name]
		if !ok {
			j.find(m.Name, "an answer", "none")
			continue
		}
		if !SameRelease(t.Release, o.Release) {
			j.find(m.Name, "release "+t.Release.String(), orNothing(o.Release))
		}
		if o.Edition != "" && o.Edition != string(t.Edition) {
			j.find(m.Name, "edition "+string(t.Edition), o.Edition)
		}
		j.member(m, o)
	}
	j.agreement()
	return j.findings
}

// member judges what one member says of the cluster.
func (j *judgement) member(m neo4j.Member, o Observation) {
	if j.family.Proof != neo4j.ByOverview {
		j.databases(m, o)
	}
	switch {
	case len(j.topology.Members) == 1:
	case j.family.Proof == neo4j.ByServers:
		j.servers(m, o)
		j.replication(m, o)
	case !j.family.HasOverview(m.Role):
		if !fits(m.Role, o.Role) {
			j.find(m.Name, "its own role "+wanted(m.Role), orNothing(o.Role))
		}
	default:
		j.overview(m, o)
		j.voters(m, o)
	}
}

type judgement struct {
	topology neo4j.Topology
	family   neo4j.Family
	seen     map[string]Observation
	findings []Finding
}

func (j *judgement) find(member, expected, found string) {
	j.findings = append(j.findings, Finding{member, expected, found})
}

func fits(want neo4j.Role, role string) bool {
	role = strings.ToUpper(role)
	if want == neo4j.Secondary {
		return role == readReplica
	}
	return role == leader || role == follower
}

func wanted(role neo4j.Role) string {
	if role == neo4j.Secondary {
		return readReplica
	}
	return leader + " or " + follower
}

// SameRelease compares a release with what a member reports, as the servers report themselves: some leave the pre-release part out, and the kernel of 2025.01 still
// calls itself 5.27.
func SameRelease(want neo4j.Release, got string) bool {
	number, _, _ := strings.Cut(want.String(), "-")
	return got == want.String() || got == number || want.Major == 2025 && want.Minor == 1 && got == fmt.Sprintf("5.27.%d", want.Patch)
}

func orNothing(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}
