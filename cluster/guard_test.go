package cluster

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/summary"
)

// Where the plan is the last update's the engine calls no hook, and the place may be another's by now all the same.
func TestAPlanWithoutAChangeIsRefusedWhereThePlaceIsAnothers(t *testing.T) {
	others := plan.Found{Objects: []plan.Object{{Kind: "statefulset", Namespace: "graph", Name: "neo4j", Owner: "organization/neo4j/prod"}}}
	for name, c := range map[string]struct {
		cluster  string
		found    plan.Found
		unseen   error
		preview  bool
		refused  string
		unlooked bool
	}{
		"ours":                           {cluster: "one"},
		"another's":                      {cluster: "one", found: others, refused: "it is there already and belongs to the stack organization/neo4j/prod"},
		"another's in a preview":         {cluster: "one", found: others, preview: true, refused: "it is there already and belongs to the stack organization/neo4j/prod"},
		"which cluster it is is unknown": {found: others, refused: "it is there already and belongs to the stack organization/neo4j/prod"},
		"a preview reaches none":         {found: others, preview: true, unlooked: true},
		"it cannot be seen":              {cluster: "one", unseen: errors.New("no route")},
	} {
		looked, told := false, summary.Summary{}
		g := &guard{GuardArgs: &GuardArgs{Plan: small(3, 0), Cluster: c.cluster,
			Look: func(context.Context) (*plan.Found, error) { looked = true; return &c.found, c.unseen },
			Tell: func(s summary.Summary) error { told = s; return nil },
		}}
		_, err := g.inputs()
		require.NoError(t, err)
		err = g.unchanged(t.Context(), "organization/neo4j/test", c.preview)
		assert.Equal(t, c.unlooked, !looked, name)
		if c.refused == "" {
			require.NoError(t, err, name)
			assert.Empty(t, told.Refused, name)
			continue
		}
		assert.ErrorContains(t, err, c.refused, name)
		assert.Len(t, told.Refused, 1, name)
	}
}
