package verify

import (
	"fmt"
	"slices"
	"strings"

	"neo4j-kubernetes/neo4j"
)

// Replicated is the part of Judge's verdict that is about replication: nothing found means that every database with several primaries
// replicates, as far as members were asked.
func Replicated(t neo4j.Topology, seen map[string]Observation) []Finding {
	j := &judgement{topology: t, seen: seen}
	for _, m := range t.Members {
		j.replication(m, seen[m.Name])
	}
	return j.findings
}

// replication judges a primary's own dbms.cluster.statusCheck (from 5.24 on): of every database with several primaries of which the
// member has one, there is an answer about each of its primaries, and all take part. One primary alone has nothing to replicate to
// others by Raft, and is not in the answer (operations manual 5, "monitoring replication status").
func (j *judgement) replication(m neo4j.Member, o Observation) {
	if m.Role != neo4j.Primary || !o.Replicates {
		return // another release than the planned one is a finding of its own
	}
	for _, c := range o.Databases {
		if !o.replicates(c) || !o.replicates(Copy{Name: c.Name, Host: strings.ToLower(m.Host)}) {
			continue
		}
		what := fmt.Sprintf("%s of %s replicated and APPLYING", c.Name, j.place(c))
		i := slices.IndexFunc(o.Replication, func(r Replication) bool { return r.Database == c.Name && r.Host == c.Host })
		if i < 0 {
			j.find(m.Name, what, "no answer about it")
			continue
		}
		if r := o.Replication[i]; !r.Replicated || r.Status != "APPLYING" {
			found := fmt.Sprintf("replicated %v, %s: %s", r.Replicated, orNothing(r.Status), r.Error)
			j.find(m.Name, what, strings.TrimSuffix(found, ": "))
		}
	}
}

// replicates says whether a database has a primary that runs on the copy's host, and others beside it.
func (o Observation) replicates(c Copy) bool {
	here, primaries := false, 0
	for _, other := range o.Databases {
		if other.Name == c.Name && other.Role == "primary" && !other.Sharded {
			primaries++
			here = here || other.Host == c.Host
		}
	}
	return here && primaries > 1
}
