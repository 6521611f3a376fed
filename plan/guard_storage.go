package plan

import (
	"fmt"
	"path"
	"strings"
)

// storage refuses what would replace a StatefulSet and its claims, whose templates can never change in place, and volumes that shrink or
// cannot grow. Those that can grow are operate/grow's.
func storage(c Change) []Refusal {
	if c.Before == nil {
		return nil
	}
	before, after := *c.Before, c.After.Record()
	const (
		stays = "the members' data stays on the volumes that it is on"
		mend  = "put it back; to move the data make a new stack with this storage and load a backup"
	)
	var refusals []Refusal
	if before.HostPath != after.HostPath {
		refusals = append(refusals, Refusal{"storage.hostPath", arrow(orNone(before.HostPath), orNone(after.HostPath)), stays, mend})
	}
	if before.ExistingClaims != after.ExistingClaims {
		refusals = append(refusals, Refusal{"storage.existingClaims", arrow(before.ExistingClaims, after.ExistingClaims),
			"the StatefulSets keep the claim template that they began with, so that members to come would look for another kind of claim", mend})
	}
	if before.StorageClass != after.StorageClass {
		refusals = append(refusals, Refusal{"storage.class", arrow(orNone(before.StorageClass), orNone(after.StorageClass)), stays, mend})
	}
	for _, fact := range []struct{ path, reason string }{
		{"storage.provisioner", "Kubernetes never changes a storage class, and another one in its place would take the volumes' away"},
		{"storage.selector", stays},
	} {
		if was, is := before.says(fact.path), after.says(fact.path); was != is {
			refusals = append(refusals, Refusal{fact.path, arrow(was, is), fact.reason, mend})
		}
	}
	if len(refusals) > 0 {
		return refusals
	}
	size := Quantity(after.StorageSize)
	if before.StorageSize != after.StorageSize {
		size = arrow(Quantity(before.StorageSize), size)
	}
	switch {
	case after.HostPath != "" && before.StorageSize != after.StorageSize:
		return []Refusal{{"storage.size", size, "a hostPath volume is a folder of its node, which has the node's space and none of its own", "put it back"}}
	case after.StorageSize < before.StorageSize && !c.givesUpGrowth():
		return []Refusal{{"storage.size", size, "volumes do not shrink", mend}}
	}
	return c.fixed(size)
}

// givenClaims refuses members whose claims somebody else was to make and has not made: their pods would wait for ever.
func givenClaims(c Change) []Refusal {
	if !c.After.Storage.ExistingClaims || c.Found == nil {
		return nil
	}
	var absent []string
	for _, m := range c.After.Topology().Members {
		if _, there := c.Found.Claims[ClaimOf(m)]; !there {
			absent = append(absent, ClaimOf(m))
		}
	}
	if len(absent) == 0 {
		return nil
	}
	return []Refusal{{"storage.existingClaims", strings.Join(absent, ", "), "no such claims are in the namespace " + c.After.Namespace + ", and the members would wait for them",
		"make them first, ReadWriteOnce and of " + Quantity(c.After.Storage.Size)}}
}

// givesUpGrowth says whether a smaller size is the way back from a growth that has not come to its end: some volume is smaller still than
// the last plan wanted it.
func (c Change) givesUpGrowth() bool {
	for _, name := range c.ClaimsThere() {
		if at := c.Found.Claims[name].Capacity; at > 0 && at < c.Before.StorageSize {
			return true
		}
	}
	return false
}

// ClaimsThere are the names of the planned members' claims that are there, in the order of the members.
func (c Change) ClaimsThere() []string {
	if c.Found == nil {
		return nil
	}
	var names []string
	for _, m := range c.After.Topology().Members {
		if _, there := c.Found.Claims[ClaimOf(m)]; there {
			names = append(names, ClaimOf(m))
		}
	}
	return names
}

// Smaller are the claims whose volumes are smaller than planned.
func (c Change) Smaller() []string {
	var names []string
	for _, name := range c.ClaimsThere() {
		if at := c.Found.Claims[name].Capacity; at > 0 && at < c.After.Storage.Size {
			names = append(names, name)
		}
	}
	return names
}

// fixed refuses growth where a class does not let its volumes grow.
func (c Change) fixed(size string) []Refusal {
	if c.After.Storage.HostPath != "" {
		return nil
	}
	stuck := map[string][]string{}
	var classes []string
	for _, name := range c.Smaller() {
		claim := c.Found.Claims[name]
		if !claim.Fixed {
			continue
		}
		if len(stuck[claim.Class]) == 0 {
			classes = append(classes, claim.Class)
		}
		stuck[claim.Class] = append(stuck[claim.Class], name)
	}
	var refusals []Refusal
	for _, class := range classes {
		reason, way := fmt.Sprintf("the storage class %s of %s does not let volumes grow (allowVolumeExpansion)", class, strings.Join(stuck[class], ", ")),
			fmt.Sprintf("put it back; or, where its driver can grow volumes, kubectl patch storageclass %s -p '{\"allowVolumeExpansion\":true}'", class)
		if class == "" {
			reason, way = fmt.Sprintf("the volumes of %s have no storage class that could let them grow", strings.Join(stuck[class], ", ")), mendSize
		}
		refusals = append(refusals, Refusal{"storage.size", size, reason, way})
	}
	return refusals
}

const mendSize = "put it back; or make a new stack with this size and load a backup"

// HostFolder is the folder of the nodes that has the cluster's hostPath volumes.
func (p Plan) HostFolder() string { return path.Join(p.Storage.HostPath, p.Namespace) }

// discovery refuses another way for members to find each other where it changes the names that they advertise.
func discovery(c Change) []Refusal {
	if c.Before == nil || c.Before.DiscoveryType == "" || !c.After.Clustered() {
		return nil
	}
	before, after := c.Before.DiscoveryType, c.After.Discovery.Type
	if before == after || before != "K8S" && after != "K8S" {
		return nil
	}
	return []Refusal{{"discovery.type", arrow(before, after), "every member would advertise another name, and those with the old and the new names do not find each other",
		"keep it, or make a new stack and load a backup"}}
}

// names refuses another DNS domain, and namespaces that are declared or found in turn.
func names(c Change) []Refusal {
	if c.Before == nil {
		return nil
	}
	var refusals []Refusal
	if was, is := c.Before.ClusterDomain, c.After.ClusterDomain; was != "" && was != is && c.After.Clustered() {
		refusals = append(refusals, Refusal{"clusterDomain", arrow(was, is), "every member would advertise another name, and those with the old and the new names do not find each other",
			"put it back, or make a new stack and load a backup"})
	}
	return refusals
}
