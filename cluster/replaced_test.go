package cluster

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

func small(primaries, secondaries int) plan.Plan {
	return plan.Plan{
		Name: "neo4j", Namespace: "graph", ClusterDomain: "cluster.local", Image: "neo4j:3.5.35-enterprise",
		Spec: neo4j.Spec{Release: neo4j.MustRelease("3.5.35"), Edition: neo4j.Enterprise, Primaries: primaries, Secondaries: secondaries},
	}
}

// says is what a preview says of the change from one plan to the next.
func says(t *testing.T, before, after plan.Plan) []string {
	t.Helper()
	record := before.Record()
	c, was, is := plan.Change{Before: &record, After: after}, planInputs(t, before), planInputs(t, after)
	return append(applied(c, was, is), replaced(c, was, is)...)
}

// planInputs are the inputs of the resource plan that say what members are made of.
func planInputs(t *testing.T, p plan.Plan) resource.PropertyMap {
	t.Helper()
	members, err := memberInputs(p)
	require.NoError(t, err)
	of, settings := resource.PropertyMap{}, resource.PropertyMap{}
	for role, name := range members {
		of[resource.PropertyKey(role)] = resource.NewProperty(string(name.(pulumi.String)))
	}
	for _, role := range neo4j.Roles {
		lines, err := neo4j.Conf(p.Neo4j(), role)
		require.NoError(t, err)
		one := resource.PropertyMap{}
		for _, line := range lines {
			one[resource.PropertyKey(line.Key)] = resource.NewProperty(line.Value)
		}
		settings[resource.PropertyKey(role)] = resource.NewProperty(one)
	}
	return resource.PropertyMap{"members": resource.NewProperty(of), "conf": resource.NewProperty(settings)}
}

func TestAPreviewSaysHowManyMembersAreReplaced(t *testing.T) {
	all := []string{"replaces 5 of 5 members, one at a time, the one that leads most databases last"}
	for name, test := range map[string]struct {
		change func(*plan.Plan)
		want   []string
	}{
		"nothing":   {func(*plan.Plan) {}, nil},
		"a restart": {func(p *plan.Plan) { p.Restart = "now" }, all},
		"memory":    {func(p *plan.Plan) { p.Resources.Memory = 8 << 30 }, all},
		"a setting": {func(p *plan.Plan) { p.Settings = map[string]string{"causal_clustering.pull_interval": "9s"} }, all},
		"one that running members take": {func(p *plan.Plan) { p.Settings = map[string]string{"dbms.transaction.timeout": "9s"} },
			[]string{"applied live, nobody restarts: dbms.transaction.timeout its default -> 9s"}},
		"an image":   {func(p *plan.Plan) { p.Image = "other:1" }, all},
		"growing":    {func(p *plan.Plan) { p.Primaries, p.Secondaries = 5, 3 }, nil},
		"both":       {func(p *plan.Plan) { p.Secondaries, p.Restart = 1, "now" }, []string{"replaces 4 of 4 members, one at a time, the one that leads most databases last"}},
		"a check":    {func(p *plan.Plan) { p.Verify.Enabled = true }, nil},
		"head start": {func(p *plan.Plan) { p.HeadStart = 5 }, []string{"replaces 3 of 5 members, one at a time, the one that leads most databases last"}},
	} {
		after := small(3, 2)
		test.change(&after)
		assert.Equal(t, test.want, says(t, small(3, 2), after), name)
	}
	one := small(1, 0)
	one.Restart = "now"
	assert.Equal(t, []string{"replaces the server: nobody is served until it has started again"}, says(t, small(1, 0), one))
}
