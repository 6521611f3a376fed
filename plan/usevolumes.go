package plan

import (
	"maps"
	"slices"
	"strings"
)

// Uses are what a member may keep on volumes beside its data, by the path at which the images look for it.
var Uses = map[string]string{
	"backups": "/backups", "import": "/import", "licenses": "/licenses", "logs": LogsPath, "metrics": "/metrics", "plugins": "/plugins",
}

// ownFolder are the uses of which every member writes its own: on a claim that all share each has a folder of its pod's name.
var ownFolder = []string{"backups", "logs", "metrics"}

// OwnFolder says whether each member has a folder of its own on a claim that all share.
func OwnFolder(use string) bool { return slices.Contains(ownFolder, use) }

// How a volume for a use is had.
const (
	// Shared is a folder of the member's data volume.
	Shared = "share"
	// OneClaim is a claim that is there and that all members mount.
	OneClaim = "claim"
	// Dynamic is a volume of each member's own, from a claim template of its StatefulSet.
	Dynamic = "dynamic"
)

// UseVolume is a volume for one of Uses.
type UseVolume struct {
	// Mode is Shared, OneClaim or Dynamic.
	Mode string
	// Folder is the folder of the data volume, for Shared; Claim the name of a claim, for OneClaim.
	Folder, Claim string
	// Size in bytes, Class and the labels of volumes that are there are for Dynamic. An empty class is the Kubernetes cluster's default.
	Size     int64
	Class    string
	Selector map[string]string
}

// text is what can never change of a volume that has a claim template; empty for one that has none.
func (v UseVolume) text() string {
	if v.Mode != Dynamic {
		return ""
	}
	parts := []string{Quantity(v.Size), orNone(v.Class)}
	for _, name := range slices.Sorted(maps.Keys(v.Selector)) {
		parts = append(parts, name+"="+v.Selector[name])
	}
	return strings.Join(parts, " ")
}

// templates are the texts of the volumes that have claim templates, by use; nil for none.
func (p Plan) templates() map[string]string {
	var texts map[string]string
	for use, v := range p.UseVolumes {
		if text := v.text(); text != "" {
			if texts == nil {
				texts = map[string]string{}
			}
			texts[use] = text
		}
	}
	return texts
}

// claimTemplates refuses claim templates that come, go or change: a StatefulSet keeps those that it began with, so that its pods would want a
// volume that it never claims.
func claimTemplates(c Change) []Refusal {
	if c.Before == nil {
		return nil
	}
	var refusals []Refusal
	before, after := c.Before.Volumes, c.After.templates()
	for _, use := range slices.Sorted(maps.Keys(Uses)) {
		if was, is := before[use], after[use]; was != is {
			refusals = append(refusals, Refusal{"storage.volumes." + use, arrow(orNone(was), orNone(is)), "a StatefulSet keeps the claim templates that it began with",
				"put it back; share puts a folder of the data volume there and claim a claim that is there, both at any time; or make a new stack and load a backup"})
		}
	}
	return refusals
}
