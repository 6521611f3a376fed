package config

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"neo4j-kubernetes/plan"
)

// A refusal shows no value that is a secret by its name: of the key, of one below it, of a variable, or of a flag.
func TestHiddenValues(t *testing.T) {
	const hunter = "hunter2"
	reference := plan.SecretKey{Secret: "ldap", Key: "password"}
	for _, c := range []struct {
		path  string
		value any
		mend  string
		want  Problem
	}{
		{"cluster.primaries", 2, "write 3", Problem{Value: "2", Mend: "write 3"}},
		{"cluster.settings.a.password", hunter, `write "hunter2" without hunter22, or hunter2`, Problem{Value: `"[not shown]"`, Mend: `write "[not shown]" without hunter22, or [not shown]`}},
		{"cluster.settings.a.password", " " + hunter, "write hunter2", Problem{Value: `"[not shown]"`, Mend: "write [not shown]"}},
		{"cluster.settings.a.password", "a.b$1", "write aXb$1, not a.b$1", Problem{Value: `"[not shown]"`, Mend: "write aXb$1, not [not shown]"}},
		{"cluster.settings.a.password", "", "write one", Problem{Value: `""`, Mend: "write one"}},
		{"cluster.settings.a.password", reference, "leave it out", Problem{Value: `{"secret":"ldap","key":"password"}`, Mend: "leave it out"}},
		{"cluster.settings.a.password", []any{hunter, map[string]any{"b": 7}}, "write hunter2", Problem{Value: `"[not shown]"`, Mend: "write [not shown]"}},
		{"cluster.tokens[1][2]", hunter, "", Problem{Value: `"[not shown]"`}},
		{"cluster.settings.a.pasword", hunter, "did you mean a.password? Then write it", Problem{Value: `"[not shown]"`, Mend: "did you mean a.password? Then write it"}},
		{"cluster.x", map[string]any{"b": map[string]any{"client_secret": hunter}, "a": hunter}, "", Problem{Value: `{"a":"hunter2","b":{"client_secret":"[not shown]"}}`}},
		{"cluster.x", []any{map[string]any{"name": "DB_PASSWORD", "value": hunter}, map[string]any{"name": "DB", "value": "d"}}, "",
			Problem{Value: `[{"name":"DB_PASSWORD","value":"[not shown]"},{"name":"DB","value":"d"}]`}},
		{"cluster.x", map[string]any{"env": map[string]any{"secret": "s", "key": "k"}}, "", Problem{Value: `{"env":{"key":"k","secret":"s"}}`}},
		{"cluster.jvm.arguments[0]", "-Da.password=hunter2", "write -Da.password=hunter2 so", Problem{Value: `"-Da.password=[not shown]"`, Mend: "write -Da.password=[not shown] so"}},
		{"cluster.jvm.arguments", []any{"-Da.password=hunter2"}, "", Problem{Value: `["-Da.password=[not shown]"]`}},
		// The names of Secrets are no secrets.
		{"cluster.tls.bolt.secret", "A B", "", Problem{Value: `"A B"`}},
		{"cluster.image.pullSecrets[0]", "A B", "", Problem{Value: `"A B"`}},
		{"cluster.env.A.secret", "A B", "", Problem{Value: `"A B"`}},
		{"cluster.existingSecret", "neo4j/hunter2", "", Problem{Value: `"[not shown]"`}},
		{"cluster.settings.a.secret", hunter, "", Problem{Value: `"[not shown]"`}},
	} {
		var problems Problems
		problems.add(c.path, c.value, "is wrong", c.mend)
		c.want.Path, c.want.Reason = "neo4j:"+c.path, "is wrong"
		assert.Equal(t, Problems{c.want}, problems)
	}
}
