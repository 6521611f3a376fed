package summary

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// fields are what differs beside neo4j.conf, sizes and volumes; of a first update what a reviewer wants to see of it.
func fields(c Change) []Field {
	if c.Before == nil {
		return firstFields(c)
	}
	before, after := *c.Before, c.After.Record()
	all := []Field{}
	add := func(path, was, is string, does plan.Effect) {
		if was != is {
			all = append(all, Field{"neo4j:cluster." + path, &was, is, does})
		}
	}
	add("release", before.Release.String(), after.Release.String(), plan.ByReplacement)
	add("edition", string(before.Edition), string(after.Edition), plan.ByReplacement)
	// What an older record does not have is not compared.
	if before.DiscoveryType != "" {
		add("discovery.type", before.DiscoveryType, orNone(after.DiscoveryType), plan.ByReplacement)
	}
	if before.DiscoveryVersion != "" || before.Release.Compare(after.Release) != 0 {
		add("discovery.version", orNone(before.DiscoveryVersion), orNone(after.DiscoveryVersion), plan.ByReplacement)
	}
	if before.ClusterDomain != "" {
		add("clusterDomain", before.ClusterDomain, after.ClusterDomain, plan.ByReplacement)
	}
	for _, fact := range plan.Facts {
		if was, known := before.Fact(fact); known {
			is, _ := after.Fact(fact)
			add(fact.Path, was, is, c.does(fact))
		}
	}
	add("storage.retain", strconv.FormatBool(before.Retain), strconv.FormatBool(after.Retain), plan.InPlace)
	add("createNamespace", strconv.FormatBool(before.CreateNamespace), strconv.FormatBool(after.CreateNamespace), plan.InPlace)
	return all
}

// shownFirst are the facts that a first update shows, and nothing of what it does not have.
var shownFirst = []string{
	"image.name", "resources.cpu", "resources.memory", "plugins", "metrics",
	"tls.bolt", "tls.https", "tls.cluster", "tls.backup", "tls.source", "tls.names",
	"expose.type", "expose.sourceRanges", "expose.annotations", "expose.members.type", "expose.members.address",
	"expose.ingress.host", "expose.ingress.class", "expose.ingress.tlsSecret", "expose.ingress.annotations",
	"expose.route.gateway", "expose.route.namespace", "expose.route.listener", "expose.route.host", "protect",
}

func firstFields(c Change) []Field {
	r := c.After.Record()
	all := []Field{}
	add := func(path, value string) { all = append(all, Field{Path: "neo4j:cluster." + path, After: value}) }
	for _, path := range shownFirst {
		if value := r.Facts[path]; value != "" && value != orNone("") && value != "false" {
			add(path, value)
		}
	}
	if family, err := neo4j.FamilyOf(r.Release); err == nil {
		conf, _ := neo4j.Conf(c.After.Neo4j(), neo4j.Primary) // a configuration that package config let through has no error
		for _, line := range conf {
			switch line.Key {
			case family.Keys.HeapMax:
				add("memory.heap", line.Value)
			case family.Keys.PageCache:
				add("memory.pageCache", line.Value)
			}
		}
	}
	add("storage.size", plan.Quantity(r.StorageSize))
	if r.HostPath != "" {
		add("storage.hostPath", r.HostPath)
	} else {
		add("storage.class", cmp.Or(r.StorageClass, "the Kubernetes cluster's default"))
	}
	return all
}

// attribute brings what members are replaced for in line with whether they are: a key may be for a pool that has no members, and a pod may
// differ in what the summary does not show.
func (s *Summary) attribute(c Change) {
	if c.Before == nil {
		return
	}
	known, remade := false, false
	for _, role := range neo4j.Roles {
		stays := c.Stay(role) > 0
		known = known || stays && c.PodsBefore[role] != ""
		remade = remade || stays && c.remade(role)
	}
	if known && !remade && len(c.renewedByReplacement()) == 0 {
		for i := range s.Changes {
			if s.Changes[i].Effect == plan.ByReplacement {
				s.Changes[i].Effect = plan.InPlace
			}
		}
	}
	said := slices.ContainsFunc(s.Changes, func(f Field) bool { return f.Effect == plan.ByReplacement }) ||
		slices.ContainsFunc(s.Settings, func(f Setting) bool { return f.Effect == plan.ByReplacement })
	if remade && !said && !c.halfway() {
		s.Notes = append(s.Notes, "what differs in the members' pods is not shown here: a value of neo4j:cluster.env or apoc, or something that this version of the program makes otherwise")
	}
}

func orNone(text string) string { return cmp.Or(text, "none") }

func arrow(before, after any) string { return fmt.Sprintf("%v -> %v", before, after) }
