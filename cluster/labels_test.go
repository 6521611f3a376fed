package cluster

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/plan"
)

// A stamp of another stack would have the next update refuse the object as somebody else's.
func TestNoAnnotationTakesThePlaceOfTheStamp(t *testing.T) {
	require.NoError(t, pulumi.RunErr(func(ctx *pulumi.Context) error {
		d := &declaration{ctx: ctx, plan: small(3, 0)}
		own := d.meta("neo4j", "", nil).Annotations.(pulumi.StringMap)
		given := pulumi.StringMap{plan.OwnedBy: pulumi.String("other"), "pulumi.com/patchFieldManager": pulumi.String("other"), "a": pulumi.String("b")}
		all := d.meta("neo4j", "", given).Annotations.(pulumi.StringMap)
		assert.Equal(t, pulumi.String("b"), all["a"])
		for key, value := range own {
			assert.Equal(t, value, all[key], key)
		}
		assert.Equal(t, pulumi.String("other"), given[plan.OwnedBy], "what was given is left as it is")
		return nil
	}, pulumi.WithMocks("neo4j", "dev", &keeper{})))
}
