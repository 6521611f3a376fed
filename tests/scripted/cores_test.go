package scripted

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCoresChangeTheirSettings(t *testing.T) {
	ask := func(c *Cores, text string) Answer {
		return c.At("a")(Query{Database: "system", Text: text, Write: true})
	}
	c := NewCores("4.4.38", []string{"a", "b", "c"}, nil)
	assert.Equal(t, [][]any{{""}}, ask(c, "CALL dbms.listConfig('dbms.databases.read_only') YIELD value").Rows)
	assert.Empty(t, ask(c, "CALL dbms.setConfigValue('dbms.databases.read_only', 'neo4j')").Code)
	assert.Equal(t, "FOLLOWER", c.Roles["a"]["neo4j"])
	assert.Equal(t, "LEADER", c.Roles["b"]["neo4j"], "the lead moves")
	assert.NotEmpty(t, ask(c, "CALL dbms.setConfigValue('dbms.databases.read_only', 'neo4j,system')").Code)

	c = NewCores("4.2.19", []string{"a", "b", "c"}, nil)
	assert.Empty(t, ask(c, "CALL dbms.listConfig('dbms.databases.read_only') YIELD value").Rows, "4.2 has no such setting")
	assert.NotEmpty(t, ask(c, "CALL dbms.setConfigValue('dbms.databases.read_only', 'neo4j')").Code)
	assert.Empty(t, c.Changed)
}

func TestCoresUpgradeTheSystemDatabase(t *testing.T) {
	c := NewCores("4.4.38", []string{"a", "b", "c"}, nil) // b leads the system database
	c.Schema = "REQUIRES_UPGRADE"
	ask := func(host, database, text string) Answer {
		return c.At(host)(Query{Database: database, Text: text, Write: true})
	}
	assert.NotEmpty(t, ask("b", "", "CALL dbms.upgradeStatus()").Code, "on the system database only")
	assert.Equal(t, "REQUIRES_UPGRADE", ask("c", "system", "CALL dbms.upgradeStatus()").Rows[0][0])
	assert.Equal(t, "Neo.ClientError.Cluster.NotALeader", ask("a", "system", "CALL dbms.upgrade()").Code)
	c.Versions["a"] = "4.3.24"
	assert.Equal(t, []any{"CURRENT", "Success"}, ask("b", "system", "CALL dbms.upgrade()").Rows[0])
	assert.True(t, c.Mixed)
	assert.Equal(t, []string{"b"}, c.Upgraded)
	c.Versions["b"] = "4.0.12"
	assert.Equal(t, "Neo.ClientError.Procedure.ProcedureNotFound", ask("b", "system", "CALL dbms.upgradeStatus()").Code)
}
