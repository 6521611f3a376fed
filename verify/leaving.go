package verify

import (
	"slices"

	"neo4j-kubernetes/neo4j"
)

// deallocatedFrom is the first release with the state Deallocated, without which no server may be dropped (operations manual 5,
// "managing servers in a cluster"). Before it a server stays Deallocating and may be dropped once it hosts the system database only.
var deallocatedFrom = neo4j.MustRelease("5.15.0")

// Movable are those of a server's databases that have a copy there which could be elsewhere: all but system, which every server hosts to
// its end, and composite databases, which are on every server and have nothing to move.
func (o Observation) Movable(hosting []string) []string {
	return slices.DeleteFunc(o.withoutComposites(hosting), func(name string) bool { return name == "system" })
}

// MayBeDropped says whether a server of a release has left, and only its name is still to go.
func (o Observation) MayBeDropped(server Server, release neo4j.Release) bool {
	return server.State == Deallocated ||
		server.State == Deallocating && len(o.Movable(server.Hosting)) == 0 && release.Compare(deallocatedFrom) < 0
}
