package plan

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
)

// podFacts are those of what Kubernetes has types for, and of what else decides where and as whom members run.
var podFacts = []Fact{
	{"image.pullSecrets", ByReplacement, func(p Plan) string { return each(p.PullSecrets, itself) }},
	{"resources.memoryLimit", ByReplacement, func(p Plan) string { return amount(p.Resources.MemoryLimit, Quantity) }},
	{"resources.ephemeralStorage", ByReplacement, func(p Plan) string { return amount(p.Resources.Ephemeral, Quantity) }},
	{"resources.ephemeralStorageLimit", ByReplacement, func(p Plan) string { return amount(p.Resources.EphemeralLimit, Quantity) }},
	{"storage.volumes", ByReplacement, func(p Plan) string {
		return each(slices.Sorted(maps.Keys(p.UseVolumes)), func(use string) string { return use + ": " + p.UseVolumes[use].shown() })
	}},
	{"serviceAccount.name", ByReplacement, func(p Plan) string { return orNone(p.Account()) }},
	{"serviceAccount.annotations", InPlace, func(p Plan) string { return pairs(p.ServiceAccount.Annotations) }},
	{"podSecurity.user", ByReplacement, Plan.runsAs},
	{"podSecurity.readOnlyRoot", ByReplacement, func(p Plan) string { return strconv.FormatBool(p.PodSecurity.ReadOnlyRoot) }},
	{"placement.tolerations", ByReplacement, func(p Plan) string { return each(p.Placement.Tolerations, asJSON) }},
	{"placement.nodeAffinity", ByReplacement, func(p Plan) string { return asJSON(p.Placement.NodeAffinity) }},
	{"placement.podAffinity", ByReplacement, func(p Plan) string { return asJSON(p.Placement.PodAffinity) }},
	{"placement.podAntiAffinity", ByReplacement, func(p Plan) string { return asJSON(p.Placement.PodAntiAffinity) }},
	{"placement.zones", ByReplacement, func(p Plan) string { return orNone(string(p.Placement.Zones)) }},
	{"placement.priorityClass", ByReplacement, func(p Plan) string { return orNone(p.Placement.PriorityClass) }},
	{"placement.runtimeClass", ByReplacement, func(p Plan) string { return orNone(p.Placement.RuntimeClass) }},
	{"pod.labels", ByReplacement, func(p Plan) string { return pairs(p.PodLabels) }},
	{"pod.annotations", ByReplacement, func(p Plan) string { return pairs(p.PodAnnotations) }},
	{"pod.initContainers", ByReplacement, func(p Plan) string { return each(p.InitContainers, containerText) }},
	{"pod.sidecars", ByReplacement, func(p Plan) string { return each(p.Sidecars, containerText) }},
	{"ipFamilyPolicy", InPlace, func(p Plan) string { return orNone(p.Addresses.Policy) }},
	{"ipFamilies", InPlace, func(p Plan) string { return each(p.Addresses.Families, itself) }},
}

// storageFacts are of the volumes, and never change: see the guard's storage.
var storageFacts = []Fact{
	{"storage.provisioner", InPlace, Plan.ownClass},
	{"storage.selector", InPlace, func(p Plan) string { return pairs(p.Storage.Selector) }},
}

// ownClass is the storage class of the stack's own; a platform's is always the same.
func (p Plan) ownClass() string {
	if !p.Storage.OwnClass {
		return none
	}
	return p.Storage.Provisioner + " " + pairs(p.Storage.Parameters)
}

func (p Plan) runsAs() string {
	if p.PodSecurity.NoUser {
		return none
	}
	return "image"
}

// shown is what a volume is, in a few words.
func (v UseVolume) shown() string {
	switch v.Mode {
	case Shared:
		return "folder " + v.Folder + " of the data volume"
	case OneClaim:
		return "claim " + v.Claim
	}
	return v.Mode + " " + v.text()
}

// asJSON is an object of Kubernetes' own types as the stack wrote it; none for one that is not there.
func asJSON[T any](value T) string {
	text, err := json.Marshal(value)
	if err != nil || string(text) == "null" {
		return none
	}
	return string(text)
}

// containerText names a container of the stack's own. Of all else that it says a mark is shown, for there may be much of it, and
// values that are nobody's business.
func containerText(c corev1.Container) string {
	return c.Name + " of " + c.Image + " (" + mark(asJSON(c)) + ")"
}
