package config

import (
	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// readDiscovery says how members find each other. A server that stands alone looks for nobody.
func readDiscovery(f *file, s plan.Plan) neo4j.Discovery {
	family, err := neo4j.FamilyOf(s.Release)
	version := ""
	if err == nil && len(family.DiscoveryVersions) > 0 {
		version = family.DiscoveryVersions[len(family.DiscoveryVersions)-1]
	}
	d := neo4j.Discovery{
		Type:    f.oneOf("type", "LIST", "LIST", "DNS", "SRV", "K8S"),
		Version: f.text("version", version),
	}
	f.end()
	if err != nil {
		return d // the release is refused already
	}
	if err := neo4j.CheckDiscovery(family, s.Release, d, s.ClusterDomain); err != nil {
		f.problems.add("cluster.discovery", map[string]string{"type": d.Type, "version": d.Version}, "is not to be had", err.Error())
	}
	if !s.Clustered() {
		return neo4j.Discovery{Type: d.Type}
	}
	return d
}

// readCopies says how many copies a new database has. Unless the stack says otherwise every primary of a new cluster of three has
// one: the servers' own default is a single copy, which the loss of one server takes away.
func readCopies(f *file, s *plan.Plan) {
	s.Reallocate = readCopyPlacement(f, *s)
	c := neo4j.Copies{Primaries: f.integer("primaries", s.Formation()), Secondaries: f.integer("secondaries", 0)}
	given := f.has("primaries") || f.has("secondaries")
	f.end()
	family, err := neo4j.FamilyOf(s.Release)
	switch {
	case err != nil || !given:
	case family.Proof != neo4j.ByServers:
		f.problems.add("cluster.copies", map[string]int{"primaries": c.Primaries, "secondaries": c.Secondaries}, "is for 5.x and later", "leave it out: up to 4.4 every core has a copy of every database")
	case c.Primaries < 1 || c.Primaries > s.Primaries:
		f.problems.add("cluster.copies.primaries", c.Primaries, "cannot be placed on the cluster's primaries", "write 1 to as many as cluster.primaries")
	case c.Secondaries < 0 || c.Primaries+c.Secondaries > s.Primaries+s.Secondaries+s.Analytics:
		f.problems.add("cluster.copies.secondaries", c.Secondaries, "cannot be placed: a server holds one copy of a database at most", "write 0 to as many as there are other servers")
	}
	s.Copies = c
}

// readCopyPlacement says whether copies that are there move onto servers that have none.
func readCopyPlacement(f *file, s plan.Plan) bool {
	reallocates := f.oneOf("placement", "keep", "keep", "reallocate") == "reallocate"
	family, err := neo4j.FamilyOf(s.Release)
	if err != nil || !reallocates {
		return reallocates
	}
	refuse := func(reason, mend string) { f.refuse("placement", "reallocate", reason, mend) }
	switch {
	case family.Proof != neo4j.ByServers:
		refuse("is for 5.2 and later", "leave it out: up to 4.4 every core has a copy of every database")
	case !s.AtLeast(plan.DryRunFrom):
		refuse("is for 5.2 and later, which say beforehand what they would move", "write keep, and order REALLOCATE DATABASES by hand")
	case !s.Clustered():
		refuse("says nothing to a server that stands alone", "leave it out")
	}
	return reallocates
}
