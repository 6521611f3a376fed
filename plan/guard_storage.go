package plan

import (
	"fmt"
	"path"
)

// storage refuses what would replace a StatefulSet and its claims: their templates can never change in place.
func storage(c Change) []Refusal {
	if c.Before == nil {
		return nil
	}
	before, after := *c.Before, c.After.Record()
	mend := "put it back; to move the data make a new stack with this storage and load a backup"
	var refusals []Refusal
	if before.StorageSize != after.StorageSize {
		reason, way := "volumes do not shrink", mend
		if after.StorageSize > before.StorageSize {
			reason = "a StatefulSet's claim template cannot change in place, so all members would be made anew on volumes that have not grown"
			way = fmt.Sprintf("put it back; to grow, patch the claims where their class allows expansion: kubectl patch pvc --namespace %s %s-%s-0 --type merge -p "+
				`'{"spec":{"resources":{"requests":{"storage":%q}}}}' and so for each member`, c.After.Namespace, Claim, c.After.Name, Quantity(after.StorageSize))
		}
		refusals = append(refusals, Refusal{"storage.size", arrow(Quantity(before.StorageSize), Quantity(after.StorageSize)), reason, way})
	}
	const stays = "the members' data stays on the volumes that it is on"
	if before.HostPath != after.HostPath {
		refusals = append(refusals, Refusal{"storage.hostPath", arrow(orNone(before.HostPath), orNone(after.HostPath)), stays, mend})
	}
	if before.StorageClass != after.StorageClass {
		refusals = append(refusals, Refusal{"storage.class", arrow(orNone(before.StorageClass), orNone(after.StorageClass)), stays, mend})
	}
	return refusals
}

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
