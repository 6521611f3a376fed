package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

var (
	folderName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`)
	// storeFolders are those that a server itself makes below /data, in any release.
	storeFolders = []string{"databases", "transactions", "dbms", "cluster-state", "cluster_state", "dumps", "scripts", "graph.db"}
)

// readUseVolumes reads storage.volumes: a mode, or an object, by use.
func readUseVolumes(f *file) map[string]plan.UseVolume {
	v, ok := f.take("volumes")
	if !ok {
		return nil
	}
	object, isObject := v.(map[string]any)
	if !isObject {
		f.refuse("volumes", v, "is not an object", "write a use and its volume below it, such as logs: share")
		return nil
	}
	uses := slices.Sorted(maps.Keys(plan.Uses))
	all := map[string]plan.UseVolume{}
	for _, use := range slices.Sorted(maps.Keys(object)) {
		if !slices.Contains(uses, use) {
			f.refuse("volumes."+use, object[use], "is no use that a volume may have", "write one of "+strings.Join(uses, ", "))
			continue
		}
		values, isObject := object[use].(map[string]any)
		if text, isText := object[use].(string); isText {
			values, isObject = map[string]any{"mode": text}, true
		}
		if !isObject {
			f.refuse("volumes."+use, object[use], "is neither a mode nor an object", "write share, or mode and what belongs to it")
			continue
		}
		all[use] = readUseVolume(newFile(f.path+".volumes."+use, values, f.problems), use)
	}
	return all
}

func readUseVolume(f *file, use string) plan.UseVolume {
	v := plan.UseVolume{Mode: f.oneOf("mode", plan.Dynamic, plan.Dynamic, plan.OneClaim, plan.Shared)}
	switch v.Mode {
	case plan.Shared:
		v.Folder = f.text("folder", use)
		if !folderName.MatchString(v.Folder) || slices.Contains(storeFolders, v.Folder) {
			f.refuse("folder", v.Folder, "is no folder of the data volume that is free", "write a name that the server has no folder of, such as "+use)
		}
	case plan.OneClaim:
		v.Claim = f.text("claim", "")
		if !isObjectName(v.Claim) {
			f.refuse("claim", v.Claim, "is not the name of a PersistentVolumeClaim", "write the name of a PersistentVolumeClaim in the namespace")
		}
	default:
		v.Size, v.Class, v.Selector = f.kubernetesBytes("size", ""), f.text("class", ""), f.texts("selector", nil)
		if v.Class != "" && !isObjectName(v.Class) {
			f.refuse("class", v.Class, "is not the name of a storage class", "write one of: kubectl get storageclass")
		}
		for _, name := range slices.Sorted(maps.Keys(v.Selector)) {
			checkLabel(f.path+".selector."+name, name, v.Selector[name], f.problems)
		}
	}
	f.end()
	return v
}

// validateUseVolumes refuses what is in the way of another volume, and says what a claim of all members must be.
func validateUseVolumes(stack *Stack, problems *Problems) {
	p := stack.Plan
	folders := map[string]string{}
	for _, use := range slices.Sorted(maps.Keys(p.UseVolumes)) {
		v, at := p.UseVolumes[use], "cluster.storage.volumes."+use
		for _, own := range p.Volumes {
			if within(own.MountPath, plan.Uses[use]) || own.Name == use {
				problems.add(at, v.Mode, "and cluster.volumes: "+own.Name+" exclude each other", "leave one of them out, or give the latter another name and path")
			}
		}
		if use == "licenses" && slices.ContainsFunc(p.Extras.Plugins, func(plugin neo4j.Plugin) bool { return plugin.LicenseSecret != "" }) {
			problems.add(at, v.Mode, "and the licences of cluster.plugins exclude each other: the program mounts them there", "leave one of them out")
		}
		if other := folders[v.Folder]; v.Mode == plan.Shared && other != "" {
			problems.add(at+".folder", v.Folder, "is the folder of "+other, "write another")
		}
		if v.Mode == plan.Shared {
			folders[v.Folder] = use
		}
		if v.Mode == plan.OneClaim && p.Clustered() {
			stack.Warnings = append(stack.Warnings, fmt.Sprintf("neo4j:%s: every member mounts the one claim %s; on more than one node it must be ReadWriteMany", at, v.Claim))
		}
	}
}
