package verify

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"neo4j-kubernetes/neo4j"
)

// The states of a server (operations manual 5, "server states"). Before 5.15 there is no Deallocated: a server stays Deallocating
// until it is dropped.
const (
	Free         = "Free"
	Enabled      = "Enabled"
	Cordoned     = "Cordoned"
	Deallocating = "Deallocating"
	Deallocated  = "Deallocated"
	Dropped      = "Dropped"
)

// serverID is what a server's id looks like.
var serverID = regexp.MustCompile(`^[0-9A-Za-z-]{1,64}$`)

// IsServerID says whether a text may stand for a server in a statement, where no parameter is allowed.
func IsServerID(id string) bool { return serverID.MatchString(id) }

// mends say what brings a server out of a state that is not Enabled.
var mends = map[string]string{
	Free:           "not enabled yet: the check enables it, or ENABLE SERVER does",
	Cordoned:       "takes no databases: ENABLE SERVER brings it back",
	Deallocating:   "leaves: the next update goes on with it",
	Deallocated:    "has left and waits for DROP SERVER",
	"unregistered": "no server of this name is known",
}

// servers compares one member's SHOW SERVERS with the plan: every expected address once, Enabled, Available, hosting what it is asked
// to, with the constraint of its pool and the release; and nobody else. A row in state Dropped lingers until the process is
// gone, and is no member.
func (j *judgement) servers(m neo4j.Member, o Observation) {
	rows := map[string]Server{}
	for _, s := range o.Servers {
		switch {
		case s.State == Dropped:
		case s.Host == "":
			j.find(m.Name, "an address for every server", fmt.Sprintf("server %s, %s, without one: %s", s.ID, s.State, mends[s.State]))
		case rows[s.Host].ID != "":
			j.find(m.Name, short(s.Host)+" once among its servers", "twice: a member that lost its data came back as another; "+
				"drop the server that is Unavailable")
		default:
			rows[s.Host] = s
		}
	}
	for _, want := range j.topology.Members {
		s, ok := rows[strings.ToLower(want.Host)]
		if !ok {
			j.find(m.Name, want.Host+" among its servers", serverHosts(o.Servers))
			continue
		}
		delete(rows, strings.ToLower(want.Host))
		j.server(m, want, s, o)
	}
	for _, s := range o.Servers {
		if _, other := rows[s.Host]; other && s.State != Dropped {
			j.find(m.Name, "no other servers", fmt.Sprintf("%s %s", s.Host, s.State))
		}
	}
}

// server judges one row of an expected member.
func (j *judgement) server(m, want neo4j.Member, s Server, o Observation) {
	if s.State != Enabled {
		j.find(m.Name, want.Name+" "+Enabled, fmt.Sprintf("%s: %s", orNothing(s.State), mends[s.State]))
	}
	if s.Health != "Available" {
		j.find(m.Name, want.Name+" Available", orNothing(s.Health))
	}
	if hosts, should := o.withoutComposites(s.Hosting), o.withoutComposites(s.Requested); !slices.Equal(hosts, should) {
		j.find(m.Name, fmt.Sprintf("%s hosting %s", want.Name, listed(should)), listed(hosts))
	}
	// A primary may be left unconstrained or be kept to primaries; the others must never vote.
	if c := s.Constraint; want.Role == neo4j.Primary && c == "SECONDARY" || want.Role != neo4j.Primary && c != "SECONDARY" {
		j.find(m.Name, fmt.Sprintf("%s with the mode constraint %s", want.Name, j.family.Constraints[want.Role]), orNothing(c))
	}
	if !SameRelease(j.topology.Release, s.Version) {
		j.find(m.Name, fmt.Sprintf("%s as release %s", want.Name, j.topology.Release), orNothing(s.Version))
	}
}

// withoutComposites leaves composite databases out: every server hosts them, and they are in requestedHosting in some releases only
// (operations manual 5, "managing servers in a cluster"; the upgrade guide: from 5.10 on).
func (o Observation) withoutComposites(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return slices.ContainsFunc(o.Databases, func(c Copy) bool { return c.Name == name && c.Composite() })
	})
}

func serverHosts(servers []Server) string {
	var all []string
	for _, s := range servers {
		if s.State != Dropped {
			all = append(all, s.Host)
		}
	}
	slices.Sort(all)
	return orNothing(strings.Join(all, ", "))
}

func listed(names []string) string { return orNothing(strings.Join(names, ", ")) }
