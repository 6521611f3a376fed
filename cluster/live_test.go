package cluster

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// Community has no dbms.setConfigValue, nor have releases before 3.4; the images of some read no variables.
func TestWhoTakesNothingLive(t *testing.T) {
	for _, edit := range []func(*plan.Plan){
		func(p *plan.Plan) { p.Edition = neo4j.Community }, func(p *plan.Plan) { p.Release = neo4j.MustRelease("3.3.5") },
		func(p *plan.Plan) { p.Release = neo4j.MustRelease("3.1.0-M13-beta3") },
	} {
		p := small(1, 0)
		edit(&p)
		assert.False(t, p.HasLive())
		assert.Nil(t, environmentFrom(p, neo4j.Primary))
	}
	assert.Len(t, environmentFrom(small(3, 0), neo4j.Primary), 1)
}

// A setting that the configuration no longer has goes back to its default, and one that it has in another place does not.
func TestWhichSettingsAreGone(t *testing.T) {
	data := func(names ...string) resource.PropertyMap {
		values := resource.PropertyMap{}
		for _, name := range names {
			values[resource.PropertyKey(neo4j.EnvName(name))] = resource.NewProperty("1")
		}
		return resource.PropertyMap{"data": resource.NewProperty(values)}
	}
	p := small(3, 0)
	p.Settings = map[string]string{"dbms.logs.query.threshold": "0s"}
	p.SettingSecrets = map[string]plan.SecretKey{"dbms.logs.query.rotation.size": {Secret: "mine", Key: "size"}}
	before := data("dbms.transaction.timeout", "dbms.logs.query.threshold", "dbms.logs.query.rotation.size", "dbms.track_query_cpu_time", "dbms.checkpoint.iops.limit")
	gone, err := given(p, neo4j.Primary, before, data("dbms.checkpoint.iops.limit"))
	require.NoError(t, err)
	assert.Equal(t, []string{"dbms.track_query_cpu_time", "dbms.transaction.timeout"}, gone)
	gone, err = given(p, neo4j.Primary, data(), data("dbms.transaction.timeout"))
	require.NoError(t, err)
	assert.Empty(t, gone)
}
