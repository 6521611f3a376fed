package plan

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"neo4j-kubernetes/neo4j"
)

// What an entry point would write otherwise than it is stays in neo4j.conf.
func TestWhatAVariableCarries(t *testing.T) {
	const name = "dbms.tx_log.rotation.retention_policy"
	for value, live := range map[string]bool{
		"100M size": true, "keep_all": true, "10 files": true, "a,b:c/d": true, "": false, "two  blanks": false, " first": false, "*": false,
		`back\slash`: false, "a|b": false, "$HOME": false, "a&b": false, "'a'": false, "é": false,
	} {
		lines := []neo4j.Line{{Setting: neo4j.Setting{Key: name, Value: value}}, {Setting: neo4j.Setting{Key: "dbms.mode", Value: "CORE"}}}
		taken, fixed := planned("3.5.35", 3, 0).SplitLive(lines)
		if live {
			assert.Equal(t, lines[:1], taken, "%q", value)
			assert.Equal(t, lines[1:], fixed, "%q", value)
		} else {
			assert.Empty(t, taken, "%q", value)
			assert.Equal(t, lines, fixed, "%q", value)
		}
	}
}
