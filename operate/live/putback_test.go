package live

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/tests/scripted"
)

// unwritten runs the operation as it is run before what it sets is written.
func (w *world) unwritten(t *testing.T, s Settings) (said string, err error) {
	t.Helper()
	var progress strings.Builder
	o := Options{SkipDown: true, Unwritten: true, Options: operate.Options{Timeout: 300 * time.Millisecond, Pause: 5 * time.Millisecond, Progress: &progress}}
	op, err := newApplying(w.members, w.topology, s, o)
	require.NoError(t, err)
	err = operate.Run(t.Context(), op, op.options.Options)
	return progress.String(), err
}

// refuses has a member refuse to take a setting.
func (w *world) refuses(member, setting string) {
	w.instead[w.host(member)] = func(q scripted.Query) (scripted.Answer, bool) {
		return scripted.Answer{Code: "Neo.ClientError.Procedure.ProcedureCallFailed", Message: "no"},
			strings.HasPrefix(q.Text, "CALL dbms.setConfigValue") && q.Parameters["name"] == setting
	}
}

// What one member refuses is written nowhere, so that nobody may keep it: those who took it have again what they had.
func TestWhatOneRefusesIsPutBackOnTheOthers(t *testing.T) {
	for release, f := range families {
		t.Run(release, func(t *testing.T) {
			w := serve(t, release)
			had, other := "INFO", "OFF"
			if release == "3.5.35" {
				had, other = "true", "false"
			}
			w.Started[f.logs] = had
			w.refuses("neo4j-1", f.threshold)
			said, err := w.unwritten(t, everywhere(map[string]string{f.threshold: "90s", f.logs: other}))
			require.EqualError(t, err, "settings of neo4j-1: neo4j-1 refuses "+f.threshold+"=90s: Neo.ClientError.Procedure.ProcedureCallFailed: no")
			assert.Contains(t, said, "settings of neo4j-0: it goes back to what it had\nsettings of neo4j-1: it goes back to what it had\n")
			for _, m := range w.topology.Members[:2] {
				shown, err := Ask(t.Context(), w.members, w.topology.Release, m, "")
				require.NoError(t, err)
				assert.Contains(t, []string{"0s", "0ms"}, shown[f.threshold].Value, m.Name)
				assert.Equal(t, had, shown[f.logs].Value, m.Name)
			}
			assert.Empty(t, w.Settings[w.host("neo4j-2")], "nobody else was told anything")
			if w.topology.Release.Major >= 5 {
				assert.Contains(t, w.Changed, w.host("neo4j-0")+" "+f.threshold+"=", "what was the default is the default again")
			}
		})
	}
}

// A member that cannot be told is named, with the statement that puts it right.
func TestWhatCannotBePutBackIsSaid(t *testing.T) {
	w := serve(t, "5.26.30")
	w.Started["db.logs.query.threshold"] = "7s"
	w.refuses("neo4j-2", "db.logs.query.threshold")
	w.instead[w.host("neo4j-0")] = func(q scripted.Query) (scripted.Answer, bool) {
		return scripted.Answer{Code: "Neo.ClientError.Security.Forbidden", Message: "not any more"}, q.Parameters["value"] == "7s"
	}
	_, err := w.unwritten(t, everywhere(map[string]string{"db.logs.query.threshold": "90s"}))
	require.ErrorContains(t, err, "settings of neo4j-2: neo4j-2 refuses db.logs.query.threshold=90s: ")
	require.ErrorContains(t, err, "neo4j-0 keeps db.logs.query.threshold=90s until it restarts, or until CALL dbms.setConfigValue('db.logs.query.threshold', '7s') is run on it: ")
	assert.Equal(t, "7s", w.Settings[w.host("neo4j-1")]["db.logs.query.threshold"], "the others are put back all the same")
}

// Nothing is put back where it is written already, and a list that a hand-over has left never is.
func TestWhatStays(t *testing.T) {
	w := serve(t, "5.26.30")
	w.refuses("neo4j-1", "db.logs.query.threshold")
	_, err := w.applied(t, everywhere(map[string]string{"db.logs.query.threshold": "90s"}), false)
	require.ErrorContains(t, err, "neo4j-1 refuses")
	assert.Equal(t, "1m30s", w.Settings[w.host("neo4j-0")]["db.logs.query.threshold"])

	w = serve(t, "5.26.30")
	w.Settings[w.host("neo4j-0")] = map[string]string{"server.databases.read_only": "neo4j"}
	w.refuses("neo4j-1", "db.logs.query.threshold")
	_, err = w.unwritten(t, everywhere(map[string]string{"db.logs.query.threshold": "90s"}))
	require.ErrorContains(t, err, "neo4j-1 refuses")
	assert.Equal(t, map[string]string{"server.databases.read_only": "", "db.logs.query.threshold": "0s"}, w.Settings[w.host("neo4j-0")])

	w = serve(t, "5.26.30")
	said, err := w.unwritten(t, everywhere(map[string]string{"db.logs.query.threshold": "90s"}))
	require.NoError(t, err)
	assert.NotContains(t, said, "goes back")
	assert.Len(t, w.Changed, 4)
}
