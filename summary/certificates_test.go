package summary

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"neo4j-kubernetes/plan"
)

// Who serves an older certificate than there is by now is replaced, or reads it anew where the release can, and is said so where nothing else
// replaces it.
func TestRenewedCertificates(t *testing.T) {
	const late = "1 member serves an older certificate than the Secret holds by now, and is "
	reload := map[string]string{"dbms.security.tls_reload_enabled": "true"}
	for name, c := range map[string]struct {
		release  string
		settings map[string]string
		found    *plan.Found
		note     string
		replaced []string
	}{
		"nobody is late":    {"5.26.30", nil, &plan.Found{}, "", []string{}},
		"nobody was asked":  {"5.26.30", nil, nil, "", []string{}},
		"before 2025.03":    {"5.26.30", reload, &plan.Found{Renewed: []string{"neo4j-1"}}, late + "replaced, one at a time: they read it when they start: neo4j-1", []string{"neo4j-1"}},
		"it can be told":    {"2026.08.1", reload, &plan.Found{Renewed: []string{"neo4j-1"}}, late + "told to read it, and nobody restarts: neo4j-1", []string{}},
		"a member of none":  {"5.26.30", nil, &plan.Found{Renewed: []string{"neo4j-7"}}, "", []string{}},
		"it cannot be told": {"2026.08.1", nil, &plan.Found{Renewed: []string{"neo4j-2"}}, late + "replaced, one at a time: they read it when they start: neo4j-2", []string{"neo4j-2"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := planned(c.release, 3)
			p.Settings = c.settings
			change := changed(p, func(*plan.Plan) {})
			change.Found = c.found
			s := Of(change)
			assert.Equal(t, c.replaced, s.Members.Replaced)
			if c.note == "" {
				assert.Empty(t, s.Notes)
				return
			}
			assert.Equal(t, []string{c.note}, s.Notes)
			assert.Equal(t, Changes, s.Kind)
		})
	}
}
