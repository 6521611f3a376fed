package tests

import (
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestExtrasKeepTheRestrictedLevel: whatever a stack adds to its pods, the namespace's Pod Security admits them, and nothing of the
// program's own is mounted over. The volume kinds are those of the Kubernetes Pod Security Standard "restricted".
func TestExtrasKeepTheRestrictedLevel(t *testing.T) {
	admitted := []string{"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
	rec := declare(t, "eks", map[string]any{
		"analytics": 1, "secondaries": 1,
		"plugins": []any{"apoc", map[string]any{"name": "graph-data-science", "licenseSecret": "gds"}, map[string]any{"name": "bloom", "licenseSecret": "bloom"}},
		"pod": map[string]any{
			"sidecars":       []any{map[string]any{"name": "shipper", "image": "fluent-bit:4.0"}},
			"initContainers": []any{map[string]any{"name": "fetch", "image": "busybox", "securityContext": map[string]any{"runAsUser": 1000, "capabilities": map[string]any{"add": []any{"NET_BIND_SERVICE"}}}}},
		},
		"env": map[string]any{"TZ": "UTC"}, "envFrom": []any{"tracing"}, "apoc": map[string]any{"apoc.import.file.enabled": "true"},
		"volumes": []any{
			map[string]any{"name": "a", "mountPath": "/import", "claim": "imports"}, map[string]any{"name": "b", "mountPath": "/ssl", "secret": "tls"},
			map[string]any{"name": "c", "mountPath": "/c", "configMap": "c"}, map[string]any{"name": "d", "mountPath": "/tmp"},
		},
	})
	sets := statefulSets(rec)
	require.Len(t, sets, 3)
	for name, set := range sets {
		pod := dig(set["spec"], "template", "spec")
		assert.Equal(t, "RuntimeDefault", dig(pod, "securityContext", "seccompProfile", "type").StringValue(), name)
		containers := dig(pod, "containers").ArrayValue()
		require.Len(t, containers, 2, name)
		assert.Equal(t, "neo4j", dig(containers[0], "name").StringValue(), "the server is the first")
		for _, c := range append(containers, dig(pod, "initContainers").ArrayValue()...) {
			assert.False(t, dig(c, "securityContext", "allowPrivilegeEscalation").BoolValue(), name)
			assert.True(t, dig(c, "securityContext", "runAsNonRoot").BoolValue(), name)
			assert.Equal(t, "ALL", dig(c, "securityContext", "capabilities", "drop", 0).StringValue(), name)
		}

		volumes := map[string]bool{}
		for _, v := range dig(pod, "volumes").ArrayValue() {
			for kind := range v.ObjectValue() {
				if kind != "name" {
					assert.Contains(t, admitted, string(kind), name)
				}
			}
			volumes[dig(v, "name").StringValue()] = true
		}
		volumes["datadir"] = true // the claim template's
		paths := map[string]bool{}
		for _, m := range dig(containers[0], "volumeMounts").ArrayValue() {
			path := dig(m, "mountPath").StringValue()
			assert.False(t, paths[path], "%s: %s twice", name, path)
			assert.True(t, volumes[dig(m, "name").StringValue()], "%s: %s is of no volume", name, path)
			paths[path] = true
		}
	}
	// The licences go where the plugins run.
	licenses := func(set string) bool {
		for _, m := range dig(sets[set]["spec"], "template", "spec", "containers", 0, "volumeMounts").ArrayValue() {
			if dig(m, "mountPath").StringValue() == "/licenses" {
				return true
			}
		}
		return false
	}
	assert.True(t, licenses("neo4j-analytics"))
	assert.False(t, licenses("neo4j") || licenses("neo4j-read"))
}

// TestTheRootIsReadOnly: every folder that an image of the release writes is a volume, and nothing else is taken from the image. Where a
// release cannot start so, its root stays writable.
func TestTheRootIsReadOnly(t *testing.T) {
	for release, folders := range map[string][]string{
		"3.1.0-M13-beta3": {"/var/lib/neo4j/certificates", "/var/lib/neo4j/conf", "/var/lib/neo4j/metrics", "/var/lib/neo4j/run"},
		"3.5.35":          {"/var/lib/neo4j/certificates", "/var/lib/neo4j/conf", "/var/lib/neo4j/metrics", "/var/lib/neo4j/run"},
		"4.4.48":          {"/var/lib/neo4j/conf", "/var/lib/neo4j/metrics", "/var/lib/neo4j/run"},
		"5.26.30":         {"/var/lib/neo4j/conf", "/var/lib/neo4j/metrics", "/var/lib/neo4j/run"},
		"2026.08.1":       {"/var/lib/neo4j/conf", "/var/lib/neo4j/metrics", "/var/lib/neo4j/run"},
	} {
		want := append(slices.Clone(folders), "/conf", "/data", "/logs", "/tmp")
		read := func(edits map[string]any) (readOnly bool, paths []string) {
			edits["release"] = release
			server := dig(statefulSets(declare(t, "gke", edits))["neo4j"]["spec"], "template", "spec", "containers", 0)
			set := dig(server, "securityContext", "readOnlyRootFilesystem")
			for _, m := range dig(server, "volumeMounts").ArrayValue() {
				paths = append(paths, dig(m, "mountPath").StringValue())
			}
			return set.IsBool() && set.BoolValue(), paths
		}
		readOnly, paths := read(map[string]any{})
		assert.True(t, readOnly, release)
		assert.ElementsMatch(t, want, paths, release)

		// The entry points of 4.x and later put a link to a mounted /ssl into the home, which no volume can be for.
		readOnly, _ = read(map[string]any{"volumes": []any{map[string]any{"name": "tls", "mountPath": "/ssl", "secret": "tls"}}})
		assert.Equal(t, release[0] == '3', readOnly, release)

		readOnly, paths = read(map[string]any{"podSecurity": map[string]any{"readOnlyRoot": false}})
		assert.False(t, readOnly, release)
		assert.NotContains(t, paths, "/tmp", release)
	}
}

// TestTheUserIsThePlatforms: OpenShift's restricted-v2 refuses a pod that names a user or a group outside its namespace's range.
func TestTheUserIsThePlatforms(t *testing.T) {
	for name, set := range statefulSets(declare(t, "gke", map[string]any{"podSecurity": map[string]any{"user": "none"}, "secondaries": 1})) {
		security := dig(set["spec"], "template", "spec", "securityContext").ObjectValue()
		for _, field := range []string{"runAsUser", "runAsGroup", "fsGroup", "supplementalGroups"} {
			assert.NotContains(t, security, resource.PropertyKey(field), name)
		}
		assert.True(t, security["runAsNonRoot"].BoolValue(), name)
	}
}
