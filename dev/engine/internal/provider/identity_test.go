package provider

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

func urnOf(kind string) string {
	return "urn:pulumi:dev::p::kubernetes:" + kind + "::conf"
}

func TestKindOf(t *testing.T) {
	for token, want := range map[string]schema.GroupVersionKind{
		"core/v1:Service":                    {Version: "v1", Kind: "Service"},
		"apps/v1:StatefulSet":                {Group: "apps", Version: "v1", Kind: "StatefulSet"},
		"networking.k8s.io/v1:NetworkPolicy": {Group: "networking.k8s.io", Version: "v1", Kind: "NetworkPolicy"},
		"x.test/v1:AllowList":                {Group: "x.test", Version: "v1", Kind: "AllowList"},
	} {
		got, err := kindOf(urnOf(token))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, token := range []string{"core:Service", "core/v1:ServicePatch", "core/v1:ServiceList", "helm.sh/v3:Release"} {
		_, err := kindOf(urnOf(token))
		require.Error(t, err, token)
	}
}

func TestIDs(t *testing.T) {
	for _, id := range []string{"ns/name", "name"} {
		namespace, name, err := parseID(id)
		require.NoError(t, err)
		require.Equal(t, id, objectID(namespace, name))
	}
	for _, id := range []string{"", "ns/", "a/b/c"} {
		_, _, err := parseID(id)
		require.Error(t, err, id)
	}
}

func TestAutonaming(t *testing.T) {
	request := &pulumirpc.CheckRequest{Urn: urnOf("core/v1:ConfigMap"), RandomSeed: []byte("seed")}
	one, two := object{}, object{}
	require.NoError(t, autoname(one, request))
	require.NoError(t, autoname(two, request))
	require.Regexp(t, `^conf-[0-9a-f]{8}$`, metadata(one)["name"])
	require.Equal(t, one, two, "preview and update come to the same name")
	require.True(t, autonamed(one))

	fixed := object{"metadata": object{"name": "mine"}}
	require.NoError(t, autoname(fixed, request))
	require.Equal(t, object{"metadata": object{"name": "mine"}}, fixed)

	later := object{"metadata": object{"annotations": object{"a": "b"}}}
	adoptAutoname(later, one)
	require.Equal(t, metadata(one)["name"], metadata(later)["name"])

	request.Autonaming = &pulumirpc.CheckRequest_AutonamingOptions{
		Mode: pulumirpc.CheckRequest_AutonamingOptions_ENFORCE, ProposedName: "proposed"}
	o := object{}
	require.NoError(t, autoname(o, request))
	require.Equal(t, "proposed", metadata(o)["name"])
	request.Autonaming.Mode = pulumirpc.CheckRequest_AutonamingOptions_DISABLE
	require.ErrorContains(t, autoname(object{}, request), "autonaming is disabled")

	unknownName := object{"metadata": object{"name": unknown{Element: resource.NewStringProperty("")}}}
	require.NoError(t, autoname(unknownName, request))
}

func TestRenderPath(t *testing.T) {
	for want, o := range map[string]object{
		"d/1-manifest/apps_v1-statefulset-n-w.yaml": {"apiVersion": "apps/v1", "kind": "StatefulSet",
			"metadata": object{"name": "w", "namespace": "n"}},
		"d/1-manifest/v1-configmap-default-c.yaml": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": object{"name": "c"}},
		"d/0-crd/apiextensions.k8s.io_v1-customresourcedefinition-default-x.yaml": {
			"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": object{"name": "x"}},
	} {
		require.Equal(t, want, renderPath("d", &unstructured.Unstructured{Object: o}))
	}
}

func TestSettings(t *testing.T) {
	s, err := parseSettings(map[string]string{
		"kubernetes:config:context": "c", "kubernetes:config:enablePatchForce": "true",
		"kubernetes:config:enableServerSideApply": "false",
	})
	require.NoError(t, err)
	require.Equal(t, settings{context: "c", patchForce: true}, s)
	s, err = parseSettings(nil)
	require.NoError(t, err)
	require.Equal(t, settings{serverSideApply: true}, s)
	_, err = parseSettings(map[string]string{"kubernetes:config:deleteUnreachable": "perhaps"})
	require.ErrorContains(t, err, "deleteUnreachable")

	t.Setenv("PULUMI_K8S_DELETE_UNREACHABLE", "true")
	s, err = parseSettings(nil)
	require.NoError(t, err)
	require.True(t, s.deleteUnreachable)
	for _, key := range []resource.PropertyKey{"kubeconfig", "upsertExistingObjects", "version", "clusterIdentifier", "__internal"} {
		require.True(t, knownSetting(key), key)
	}
	require.False(t, knownSetting("kubeconfg"))
}

const twoClusters = `apiVersion: v1
kind: Config
current-context: a
clusters: [{name: a, cluster: {server: "https://a"}}, {name: b, cluster: {server: "https://b"}}]
contexts: [{name: a, context: {cluster: a}}, {name: b, context: {cluster: b}}]
`

func TestAnotherServerIsAnotherCluster(t *testing.T) {
	inputs := func(more ...string) resource.PropertyMap {
		m := resource.PropertyMap{"kubeconfig": resource.NewStringProperty(twoClusters)}
		for i := 0; i < len(more); i += 2 {
			m[resource.PropertyKey(more[i])] = resource.NewStringProperty(more[i+1])
		}
		return m
	}
	for _, test := range []struct {
		name     string
		old, new resource.PropertyMap
		replaces []string
	}{
		{"same", inputs(), inputs("context", "a"), nil},
		{"context", inputs(), inputs("context", "b"), []string{"context"}},
		{"identified as the same", inputs("clusterIdentifier", "x"), inputs("clusterIdentifier", "x", "context", "b"), nil},
		{"identified as another", inputs("clusterIdentifier", "x"), inputs("clusterIdentifier", "y"), []string{"clusterIdentifier"}},
		{"rendering", inputs(), inputs("renderYamlToDirectory", "d"), []string{"renderYamlToDirectory"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.replaces, replacedConfig(test.old, test.new, changedKeys(test.old, test.new)))
		})
	}
}

func TestKubeconfigErrorsDoNotRepeatIt(t *testing.T) {
	_, err := loadKubeconfig("token: sesame\n{")
	require.Error(t, err)
	require.NotContains(t, err.Error(), "sesame")
	_, err = loadKubeconfig("/nowhere/kubeconfig")
	require.ErrorContains(t, err, "/nowhere/kubeconfig")
}
