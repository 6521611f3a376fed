package policy

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"
)

// raw is the value at a path of keys, null where there is none.
func raw(value property.Value, path ...string) property.Value {
	for _, key := range path {
		if value.IsComputed() {
			return value // what is in it is no more known than itself
		}
		if !value.IsMap() {
			return property.Value{}
		}
		value = value.AsMap().Get(key)
	}
	return value
}

// at is the same, and null where it is not known yet.
func at(value property.Value, path ...string) property.Value {
	if value = raw(value, path...); value.IsComputed() {
		return property.Value{}
	}
	return value
}

// unknown says whether a preview does not know all of the value at a path yet.
func unknown(value property.Value, path ...string) bool { return raw(value, path...).HasComputed() }

func in(r policyx.AnalyzerResource, path ...string) property.Value {
	return at(property.New(r.Properties), path...)
}

func unknownIn(r policyx.AnalyzerResource, path ...string) bool {
	return unknown(property.New(r.Properties), path...)
}

// text is a text, empty for anything else.
func text(value property.Value) string {
	if !value.IsString() {
		return ""
	}
	return value.AsString()
}

// yes says whether a value is true.
func yes(value property.Value) bool { return value.IsBool() && value.AsBool() }

// list is the elements of an array, none for anything else.
func list(value property.Value) []property.Value {
	if !value.IsArray() {
		return nil
	}
	return value.AsArray().AsSlice()
}

// texts are the texts of a map, none for anything else.
func texts(value property.Value) map[string]string {
	found := map[string]string{}
	if value.IsMap() {
		for key, v := range value.AsMap().All {
			if v.IsString() {
				found[key] = v.AsString()
			}
		}
	}
	return found
}

// isKind says whether the resource is a Kubernetes object of a kind, in whatever group and version.
func isKind(r policyx.AnalyzerResource, kind string) bool {
	return strings.HasPrefix(r.Type, "kubernetes:") && strings.HasSuffix(r.Type, ":"+kind)
}

// pod is the pod's spec that a workload declares, and whether the resource is a workload.
func pod(r policyx.AnalyzerResource) (property.Value, bool) {
	path := []string{"spec", "template", "spec"}
	switch {
	case isKind(r, "Pod"):
		path = []string{"spec"}
	case isKind(r, "CronJob"):
		path = []string{"spec", "jobTemplate", "spec", "template", "spec"}
	case isKind(r, "StatefulSet"), isKind(r, "Deployment"), isKind(r, "DaemonSet"), isKind(r, "ReplicaSet"), isKind(r, "Job"):
	default:
		return property.Value{}, false
	}
	return in(r, path...), true
}

// containers are all of a pod's, those that run before it included.
func containers(spec property.Value) []property.Value {
	var all []property.Value
	for _, kind := range []string{"initContainers", "containers", "ephemeralContainers"} {
		all = append(all, list(at(spec, kind))...)
	}
	return all
}

// The labels by which a cluster and its pool of voting members are known (package plan writes them).
const (
	labelName, labelInstance, labelComponent = "app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/component"
	neo4jName, primary                       = "neo4j", "primary"
)

// votes says whether the resource is a StatefulSet of voting members, and of how many.
func votes(r policyx.AnalyzerResource) (members int, ok bool) {
	labels := texts(in(r, "spec", "template", "metadata", "labels"))
	if !isKind(r, "StatefulSet") || labels[labelName] != neo4jName || labels[labelComponent] != primary {
		return 0, false
	}
	given := in(r, "spec", "replicas")
	if !given.IsNumber() {
		return 0, false
	}
	return int(given.AsNumber()), true
}
