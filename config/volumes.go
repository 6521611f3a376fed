package config

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

func validateVolumes(stack *Stack, problems *Problems) {
	names, paths := map[string]bool{}, []string{}
	takenNames, takenPaths := slices.Clone(plan.ReservedVolumes), slices.Clone(plan.ReservedPaths)
	if len(stack.Plan.TLS) > 0 {
		takenPaths = append(takenPaths, neo4j.TLSPath)
		takenNames = append(takenNames, plan.NoCertificatesVolume)
		for _, scope := range neo4j.Scopes {
			takenNames = append(takenNames, plan.TLSVolumeOf(scope))
		}
	}
	for i, v := range stack.Plan.Volumes {
		at := fmt.Sprintf("cluster.volumes[%d]", i)
		switch {
		case !isLabel(v.Name):
			problems.add(at+".name", v.Name, "is not a DNS label", "use lower-case letters, digits and dashes")
		case slices.Contains(takenNames, v.Name) || names[v.Name]:
			problems.add(at+".name", v.Name, "is taken", "use another name than "+strings.Join(takenNames, ", ")+" and your other volumes'")
		}
		names[v.Name] = true
		validateSource(stack, at, v, problems)
		if !path.IsAbs(v.MountPath) || path.Clean(v.MountPath) != v.MountPath || v.MountPath == "/" {
			problems.add(at+".mountPath", v.MountPath, "is no path of a folder", "write it from the root on, such as /import")
			continue
		}
		for _, other := range slices.Concat(takenPaths, paths) {
			if within(v.MountPath, other) || within(other, v.MountPath) {
				problems.add(at+".mountPath", v.MountPath, "is in the way of "+other, "mount it elsewhere")
				break
			}
		}
		paths = append(paths, v.MountPath)
		if fixed := v.ReadOnly || v.Secret != "" || v.ConfigMap != ""; fixed && v.MountPath == neo4j.PluginsPath {
			if j := slices.IndexFunc(stack.Plan.Extras.Plugins, func(p neo4j.Plugin) bool { return !p.Bundled }); j >= 0 {
				problems.add(at+".mountPath", v.MountPath, "is read-only, and the image puts "+stack.Plan.Extras.Plugins[j].Name+" there at start",
					"write bundled: true for the plugins whose jars are in the volume, or mount a writable one")
			}
		}
	}
}

// validateSource looks at what a volume is of.
func validateSource(stack *Stack, at string, v plan.Volume, problems *Problems) {
	sources := 0
	for _, source := range []struct{ key, name, kind string }{{"secret", v.Secret, "Secret"}, {"configMap", v.ConfigMap, "ConfigMap"}, {"claim", v.Claim, "PersistentVolumeClaim"}} {
		if source.name == "" {
			continue
		}
		sources++
		if !isObjectName(source.name) {
			problems.add(at+"."+source.key, source.name, "is not the name of a "+source.kind, "write the name of a "+source.kind+" in the namespace")
		}
	}
	if sources > 1 {
		problems.add(at, v.Name, "has more than one source", "write one of secret, configMap and claim, or none for an empty folder")
	}
	if s := stack.Plan; v.Claim != "" && s.Clustered() {
		mode := "ReadWriteMany"
		if v.ReadOnly {
			mode = "ReadOnlyMany or ReadWriteMany"
		}
		stack.Warnings = append(stack.Warnings, fmt.Sprintf("neo4j:%s: every member mounts the one claim %s; on more than one node it must be %s", at, v.Claim, mode))
	}
}

// within says whether a path is another or below it.
func within(inner, outer string) bool { return inner == outer || strings.HasPrefix(inner, outer+"/") }

// validateVolumesOf looks at the storage class that the program is to declare, and at the labels of volumes that are there.
func validateVolumesOf(s plan.Storage, problems *Problems) {
	const at = "cluster.storage."
	if s.OwnClass {
		switch {
		case len(validation.IsDNS1123Subdomain(strings.ToLower(strings.ReplaceAll(s.Provisioner, "/", ".")))) > 0:
			problems.add(at+"provisioner", s.Provisioner, "is not the name of a driver of volumes", "write it as the driver has it, such as pd.csi.storage.gke.io or ebs.csi.aws.com")
		case s.Class == "":
			problems.add(at+"provisioner", s.Provisioner, "is of a storage class that has no name", "write the name that it is to have as storage.class")
		case s.HostPath != "" || s.ExistingClaims:
			problems.add(at+"provisioner", s.Provisioner, "and hostPath or existingClaims exclude each other: nothing is provisioned then", "leave one of them out")
		}
	}
	if len(s.Selector) == 0 {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(s.Selector)) {
		checkLabel(at+"selector."+name, name, s.Selector[name], problems)
	}
	if s.HostPath != "" || s.ExistingClaims || s.OwnClass {
		problems.add(at+"selector", s.Selector, "and hostPath, existingClaims or provisioner exclude each other: it is for volumes that are there and have no claims yet", "leave one of them out")
	}
}
