package policy

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// said is what a rule says of objects as kubectl takes them, a line "name: message" each. Where an object says `protect: true` beside its
// kind it bears Pulumi's option; the value UNKNOWN is one that a preview does not know yet.
func said(t *testing.T, rule, objects string) []string {
	t.Helper()
	pack, err := Pack()
	require.NoError(t, err)
	a := NewAnalyzer(pack)
	var lines []string
	add := func(response plugin.AnalyzeResponse, err error) {
		require.NoError(t, err)
		for _, d := range response.Diagnostics {
			if _, message, _ := strings.Cut(d.Message, "\n"); d.PolicyName == rule {
				lines = append(lines, string(d.URN.Name())+": "+message)
			}
		}
	}
	var all []plugin.AnalyzerStackResource
	for _, object := range strings.Split(objects, "\n---\n") {
		r := parse(t, object)
		all = append(all, plugin.AnalyzerStackResource{AnalyzerResource: r})
		response, err := a.Analyze(r)
		add(response, err)
	}
	response, err := a.AnalyzeStack(all)
	add(response, err)
	slices.Sort(lines)
	return lines
}

func parse(t *testing.T, object string) plugin.AnalyzerResource {
	t.Helper()
	var fields map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(object), &fields), object)
	version, kind := fields["apiVersion"].(string), fields["kind"].(string)
	if !strings.Contains(version, "/") {
		version = "core/" + version // as the provider's tokens have it
	}
	name := fields["metadata"].(map[string]any)["name"].(string)
	protect, _ := fields["protect"].(bool)
	known := resource.NewPropertyMapFromMap(fields)
	token := tokens.Type("kubernetes:" + version + ":" + kind)
	return plugin.AnalyzerResource{
		URN: resource.NewURN("test", "neo4j", "", token, name), Type: token, Name: name,
		Properties: unknowns(resource.NewProperty(known)).ObjectValue(), Options: plugin.AnalyzerResourceOptions{Protect: protect},
	}
}

func unknowns(v resource.PropertyValue) resource.PropertyValue {
	switch {
	case v.IsObject():
		for key, inner := range v.ObjectValue() {
			v.ObjectValue()[key] = unknowns(inner)
		}
	case v.IsArray():
		for i, inner := range v.ArrayValue() {
			v.ArrayValue()[i] = unknowns(inner)
		}
	case v.IsString() && v.StringValue() == "UNKNOWN":
		return resource.MakeComputed(resource.NewProperty(""))
	}
	return v
}

// stack is objects as one text.
func stack(objects ...string) string { return strings.Join(objects, "\n---\n") }
