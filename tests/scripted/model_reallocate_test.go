package scripted

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// full is a cluster of five servers of which the last two host nothing but system, beside three databases of three copies.
func full(release string) *Cluster {
	c := NewCluster(release, five, nil)
	c.Database("neo4j").Primaries, c.Database("neo4j").WantPrimaries = []string{"a", "b", "c"}, 3
	c.Create("movies", "a", "b", "c")
	c.Create("people", "a", "b", "c")
	c.Create("library").Type = "composite"
	return c
}

func TestAReallocationEvensOutCopies(t *testing.T) {
	c := full("5.26.30")
	dry := on(c, "a", "DRYRUN REALLOCATE DATABASES")
	id := func(host string) string { return c.Server(host).ID }
	assert.Equal(t, Answer{
		Columns: []string{"database", "fromServerName", "fromServerId", "toServerName", "toServerId", "mode"},
		Rows: [][]any{
			{"neo4j", id("a"), id("a"), id("d"), id("d"), "primary"},
			{"neo4j", id("b"), id("b"), id("e"), id("e"), "primary"},
			{"movies", id("c"), id("c"), id("d"), id("d"), "primary"},
		},
	}, dry)
	assert.Empty(t, c.Orders, "a dry run orders nothing")

	require.Empty(t, on(c, "a", "REALLOCATE DATABASES").Code)
	assert.Equal(t, []string{"REALLOCATE DATABASES"}, c.Orders)
	assert.Equal(t, []string{"a", "b", "c", "d", "e"}, c.Database("neo4j").Primaries, "new copies are made before old ones go")
	state(t, c, "a")
	assert.Equal(t, []string{"c", "d", "e"}, c.Database("neo4j").Primaries)
	assert.Equal(t, []string{"a", "b", "d"}, c.Database("movies").Primaries)
	assert.Equal(t, []string{"a", "b", "c"}, c.Database("people").Primaries)
	assert.Empty(t, on(c, "a", "DRYRUN REALLOCATE DATABASES").Rows, "what lies evenly stays")
}

func TestNothingIsReallocatedOntoServersThatTakeNone(t *testing.T) {
	c := full("2026.08.1")
	c.Server("d").State, c.Server("e").Constraint = "Cordoned", "SECONDARY"
	assert.Empty(t, on(c, "a", "DRYRUN REALLOCATE DATABASES").Rows)
}

func TestOneMayAllocateOtherwiseThanTheDryRunSaid(t *testing.T) {
	c := full("5.26.30")
	c.Contrary = true
	require.Empty(t, on(c, "a", "REALLOCATE DATABASES").Code)
	state(t, c, "a")
	assert.Equal(t, []string{"a", "e", "d"}, c.Database("people").Primaries)
}

func TestReallocationIsAskedOfTheWriterByWhoMayAndFrom52On(t *testing.T) {
	for release, code := range map[string]string{"5.0.0": "Neo.ClientError.Statement.SyntaxError", "5.2.0": ""} {
		assert.Equal(t, code, on(full(release), "a", "DRYRUN REALLOCATE DATABASES").Code, release)
		assert.Empty(t, on(full(release), "a", "REALLOCATE DATABASES").Code, release)
	}
	c := full("5.26.30")
	assert.Equal(t, "Neo.ClientError.Cluster.NotALeader", on(c, "b", "REALLOCATE DATABASES").Code)
	c.Rights["carla"] = Rights{ShowServers: true}
	a := c.At("a")(Query{User: "carla", Database: "system", Text: "DRYRUN REALLOCATE DATABASES"})
	assert.Equal(t, "Neo.ClientError.Security.Forbidden", a.Code)
	c.Rights["carla"] = Rights{ServerManagement: true}
	assert.Empty(t, c.At("a")(Query{User: "carla", Database: "system", Text: "DRYRUN REALLOCATE DATABASES"}).Code)
}
