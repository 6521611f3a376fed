package provider

import (
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// fixedField is a field that an object keeps for life: another value means another object. It is the
// names from the object down; "*" is any item of a list.
type fixedField []string

func fields(paths ...string) []fixedField {
	var list []fixedField
	for _, path := range paths {
		list = append(list, strings.Split(path, "."))
	}
	return list
}

// fixed lists the fields that the official provider replaces an object for, beside its name and
// namespace, and no others: a stand-in that replaced more readily than the real one would hide an update
// that fails in production. Where the API server refuses to change a field that is not listed, the
// update fails with the API server's words.
var fixed = map[schema.GroupKind][]fixedField{
	{Group: "apps", Kind: "Deployment"}: fields("spec.selector"),
	{Group: "apps", Kind: "DaemonSet"}:  fields("spec.selector"),
	{Group: "apps", Kind: "StatefulSet"}: fields("spec.podManagementPolicy", "spec.revisionHistoryLimit",
		"spec.selector", "spec.serviceName", "spec.volumeClaimTemplates"),
	{Group: "batch", Kind: "Job"}:                                    fields("spec.completions", "spec.parallelism", "spec.selector", "spec.template"),
	{Group: "rbac.authorization.k8s.io", Kind: "RoleBinding"}:        fields("roleRef"),
	{Group: "rbac.authorization.k8s.io", Kind: "ClusterRoleBinding"}: fields("roleRef"),
	{Group: "storage.k8s.io", Kind: "StorageClass"}:                  fields("parameters", "provisioner"),
	{Kind: "PersistentVolume"}:                                       volumeSources,
	{Kind: "PersistentVolumeClaim"}: fields("spec.accessModes", "spec.selector", "spec.storageClassName",
		"spec.volumeName"),
	{Kind: "Pod"}:           podFields,
	{Kind: "ResourceQuota"}: fields("spec.scopes"),
	{Kind: "Secret"}:        fields("type"),
	{Kind: "Service"}:       fields("spec.clusterIP"),
}

// volumeSources are the kinds of storage a PersistentVolume can be.
var volumeSources = func() []fixedField {
	var list []fixedField
	for _, source := range []string{
		"awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "csi", "fc", "flexVolume",
		"flocker", "gcePersistentDisk", "glusterfs", "hostPath", "iscsi", "local", "nfs",
		"photonPersistentDisk", "portworxVolume", "quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume",
	} {
		list = append(list, fixedField{"spec", source})
	}
	return list
}()

// podFields is nearly everything of a Pod: the API server lets almost nothing of it change.
var podFields = func() []fixedField {
	var list []fixedField
	for _, field := range []string{
		"affinity", "automountServiceAccountToken", "dnsConfig", "dnsPolicy", "enableServiceLinks",
		"hostAliases", "hostIPC", "hostNetwork", "hostPID", "hostname", "imagePullSecrets", "nodeName",
		"nodeSelector", "overhead", "preemptionPolicy", "priority", "priorityClassName", "readinessGates",
		"restartPolicy", "runtimeClassName", "schedulerName", "securityContext", "serviceAccount",
		"serviceAccountName", "shareProcessNamespace", "subdomain", "terminationGracePeriodSeconds", "volumes",
	} {
		list = append(list, fixedField{"spec", field})
	}
	for _, field := range []string{
		"args", "command", "env", "image", "imagePullPolicy", "lifecycle", "livenessProbe", "ports",
		"readinessProbe", "resources", "securityContext", "stdin", "stdinOnce", "terminationMessagePath",
		"terminationMessagePolicy", "tty", "volumeDevices", "volumeMounts", "workingDir",
	} {
		list = append(list,
			fixedField{"spec", "containers", "*", field}, fixedField{"spec", "initContainers", "*", field})
	}
	return list
}()

// fixedFields are those of one object. The data of a ConfigMap or Secret is fixed unless the provider is
// told otherwise: pods that read it by name then see a new name, and roll.
func (p *Provider) fixedFields(inputs, live object) []fixedField {
	u := &unstructured.Unstructured{Object: inputs}
	kind := u.GroupVersionKind().GroupKind()
	list := append(fields("metadata.name", "metadata.namespace", "apiVersion", "kind"), fixed[kind]...)
	if sameKind(u, &unstructured.Unstructured{Object: live}) {
		// The same kind under another version of its API is the same object.
		list = append(fields("metadata.name", "metadata.namespace"), fixed[kind]...)
	}
	immutable := inputs["immutable"] == true
	switch {
	case kind == schema.GroupKind{Kind: "Secret"} && (!p.settings.secretMutable || immutable):
		list = append(list, fields("data", "stringData")...)
	case kind == schema.GroupKind{Kind: "ConfigMap"} && (!p.settings.configMapMutable || immutable):
		list = append(list, fields("data", "binaryData")...)
	}
	return list
}

func sameKind(a, b *unstructured.Unstructured) bool {
	return a.GroupVersionKind().GroupKind() == b.GroupVersionKind().GroupKind()
}

// touchedBy is true when c changes the field, something within it, or something around it that holds
// the field.
func (f fixedField) touchedBy(c change) bool {
	for i, name := range f {
		if i == len(c.path) {
			return holds(c.value, f[i:])
		}
		if !f.matches(name, c.path[i]) {
			return false
		}
	}
	return true
}

func (f fixedField) matches(name string, element any) bool {
	if _, isIndex := element.(int); isIndex {
		return name == "*"
	}
	return name == element
}

// holds is true when value has something at rest.
func holds(value any, rest []string) bool {
	if len(rest) == 0 {
		return true
	}
	switch v := value.(type) {
	case object:
		inner, ok := v[rest[0]]
		return ok && holds(inner, rest[1:])
	case []any:
		if rest[0] != "*" {
			return false
		}
		for _, item := range v {
			if holds(item, rest[1:]) {
				return true
			}
		}
	}
	return false
}
