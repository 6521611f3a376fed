package live

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/tests/dial"
	"neo4j-kubernetes/tests/scripted"
)

const secret = "scripted-password"

// world is a scripted cluster of three primaries and a secondary, of which only the settings are asked.
type world struct {
	*scripted.RunTime
	topology neo4j.Topology
	members  *reach.Members
	// instead answers before the servers do, by host; down are hosts that end connections.
	instead map[string]func(scripted.Query) (scripted.Answer, bool)
	down    map[string]bool
}

func serve(t *testing.T, release string) *world {
	t.Helper()
	w := &world{
		RunTime: scripted.NewRunTime(release), instead: map[string]func(scripted.Query) (scripted.Answer, bool){}, down: map[string]bool{},
		topology: plan.Plan{
			Name: "neo4j", Namespace: "graph", ClusterDomain: "cluster.local",
			Spec: neo4j.Spec{Release: neo4j.MustRelease(release), Edition: neo4j.Enterprise, Primaries: 3, Secondaries: 1},
		}.Topology(),
	}
	servers := scripted.Servers(t, w.topology, func() *scripted.Server { return &scripted.Server{Password: secret} }, func(host string) func(scripted.Query) scripted.Answer {
		own := w.At(host)
		return func(q scripted.Query) scripted.Answer {
			wantDatabase := "system"
			if strings.HasPrefix(release, "3.") {
				wantDatabase = ""
			}
			assert.Equal(t, wantDatabase, q.Database)
			if w.down[host] {
				return scripted.Answer{Drop: true}
			}
			if other := w.instead[host]; other != nil {
				if a, mine := other(q); mine {
					return a
				}
			}
			return own(q)
		}
	})
	members, err := reach.Over(dial.To(servers), w.topology, reach.Login{Password: secret})
	require.NoError(t, err)
	t.Cleanup(members.Close)
	w.members = members
	return w
}

func (w *world) host(member string) string { return member + ".neo4j.graph.svc.cluster.local" }

// applied runs the operation as Apply does.
func (w *world) applied(t *testing.T, s Settings, skipDown bool) (said string, err error) {
	t.Helper()
	var progress strings.Builder
	o := Options{SkipDown: skipDown, Options: operate.Options{Timeout: 300 * time.Millisecond, Pause: 5 * time.Millisecond, Progress: &progress}}
	op, err := newApplying(w.members, w.topology, s, o)
	if err == nil {
		err = operate.Run(t.Context(), op, op.options.Options)
	}
	return progress.String(), err
}

// everywhere gives both roles the same.
func everywhere(values map[string]string, reset ...string) Settings {
	return Settings{
		Values: map[neo4j.Role]map[string]string{neo4j.Primary: values, neo4j.Secondary: values},
		Reset:  map[neo4j.Role][]string{neo4j.Primary: reset, neo4j.Secondary: reset},
	}
}

// names of a family's settings: of the query log's threshold, of a static one.
var families = map[string]struct{ threshold, logs, shown, static string }{
	"3.5.35":    {"dbms.logs.query.threshold", "dbms.logs.query.enabled", "90000ms", "dbms.memory.pagecache.size"},
	"4.4.41":    {"dbms.logs.query.threshold", "dbms.logs.query.enabled", "1m30s", "dbms.memory.pagecache.size"},
	"5.26.30":   {"db.logs.query.threshold", "db.logs.query.enabled", "1m30s", "server.memory.pagecache.size"},
	"2026.08.1": {"db.logs.query.threshold", "db.logs.query.enabled", "1m30s", "server.memory.pagecache.size"},
}

func TestEveryMemberTakesWhatItHasNot(t *testing.T) {
	for release, f := range families {
		t.Run(release, func(t *testing.T) {
			w := serve(t, release)
			w.Settings[w.host("neo4j-1")] = map[string]string{f.threshold: f.shown}
			s := everywhere(map[string]string{f.threshold: "90s"})
			said, err := w.applied(t, s, false)
			require.NoError(t, err, said)
			var want []string
			for _, name := range []string{"neo4j-0", "neo4j-2", "neo4j-read-0"} {
				want = append(want, w.host(name)+" "+f.threshold+"=90s")
			}
			assert.Equal(t, want, w.Changed)
			for _, m := range w.topology.Members {
				assert.Equal(t, f.shown, w.Settings[m.Host][f.threshold], m.Name)
			}
			assert.Equal(t, "settings of neo4j-0: neo4j-0 takes "+f.threshold+"=90s\nsettings of neo4j-0: done in 0s\n"+
				"settings of neo4j-2: neo4j-2 takes "+f.threshold+"=90s\nsettings of neo4j-2: done in 0s\n"+
				"settings of neo4j-read-0: neo4j-read-0 takes "+f.threshold+"=90s\nsettings of neo4j-read-0: done in 0s\n", said)

			said, err = w.applied(t, s, false)
			require.NoError(t, err)
			assert.Empty(t, said, "nothing is left to do, and nothing is said")
			assert.Len(t, w.Changed, 3)
		})
	}
}

// A member goes back to the server's default, not to what it was started with.
func TestSettingsGoBackToTheirDefaults(t *testing.T) {
	for release, f := range families {
		t.Run(release, func(t *testing.T) {
			w := serve(t, release)
			w.Started[f.threshold] = "90s"
			said, err := w.applied(t, everywhere(nil, f.threshold), false)
			require.NoError(t, err, said)
			assert.Len(t, w.Changed, 4)
			assert.Equal(t, w.host("neo4j-0")+" "+f.threshold+"=", w.Changed[0])
			assert.Contains(t, said, "settings of neo4j-0: neo4j-0 takes "+f.threshold+" at its default\n")

			_, err = w.applied(t, everywhere(nil, f.threshold), false)
			require.NoError(t, err)
			if neo4j.MustRelease(release).Major >= 5 {
				assert.Len(t, w.Changed, 4, "a server that tells its default is not asked again")
			}
		})
	}
}

func TestRolesHaveSettingsOfTheirOwn(t *testing.T) {
	w := serve(t, "5.26.30")
	said, err := w.applied(t, Settings{
		Values: map[neo4j.Role]map[string]string{neo4j.Primary: {"db.transaction.timeout": "1m"}, neo4j.Secondary: {"db.transaction.timeout": "1h", "db.memory.transaction.max": "512m"}},
	}, false)
	require.NoError(t, err, said)
	assert.Equal(t, "1m", w.Settings[w.host("neo4j-2")]["db.transaction.timeout"])
	assert.Equal(t, map[string]string{"db.transaction.timeout": "1h", "db.memory.transaction.max": "512.00MiB"}, w.Settings[w.host("neo4j-read-0")])
	assert.Contains(t, said, "neo4j-read-0 takes db.memory.transaction.max=512m, db.transaction.timeout=1h\n")
}

// The first member that refuses a value ends the change, with the server's own words.
func TestARefusalNamesTheMemberAndTheValue(t *testing.T) {
	for release, words := range map[string]string{
		"3.5.35":    "Bad value 'soon' for setting 'dbms.logs.query.threshold': Unrecognized unit 'soon'. Valid units are: 'ms', 's', 'm' and 'h'; default unit is 's'",
		"2026.08.1": "Bad value 'soon' for setting 'db.logs.query.threshold': Unrecognized unit 'soon'. Valid units are: 'ms', 's', 'm' and 'h'; default unit is 's'",
	} {
		w := serve(t, release)
		f := families[release]
		_, err := w.applied(t, everywhere(map[string]string{f.threshold: "soon"}), false)
		require.EqualError(t, err, "settings of neo4j-0: neo4j-0 refuses "+f.threshold+"=soon: "+words)
		var said *reach.ServerError
		assert.ErrorAs(t, err, &said)
		assert.Empty(t, w.Changed)
	}
}

func TestAMemberThatOnlySaysYesIsFound(t *testing.T) {
	w := serve(t, "5.26.30")
	w.instead[w.host("neo4j-1")] = func(q scripted.Query) (scripted.Answer, bool) {
		return scripted.Answer{Columns: []string{}}, strings.HasPrefix(q.Text, "CALL dbms.setConfigValue")
	}
	_, err := w.applied(t, everywhere(map[string]string{"db.logs.query.threshold": "90s"}), false)
	assert.EqualError(t, err, "settings of neo4j-1: neo4j-1 was told db.logs.query.threshold=90s, and shows 0s")
}

// The list of what may be changed at run time is in neo4j.conf, and so may a server say otherwise than the catalogue: nothing is touched.
func TestAServerThatIsNotDynamicIsNotAsked(t *testing.T) {
	for why, row := range map[string][]any{
		"says that db.logs.query.threshold is not dynamic": {"db.logs.query.threshold", "0s", false, "0s"}, "does not know db.logs.query.threshold": {"db.other", "0s", true, "0s"},
	} {
		w := serve(t, "5.26.30")
		w.instead[w.host("neo4j-0")] = func(q scripted.Query) (scripted.Answer, bool) {
			return scripted.Answer{Columns: []string{"name", "value", "dynamic", "defaultValue"}, Rows: [][]any{row}}, strings.HasPrefix(q.Text, "CALL dbms.listConfig")
		}
		_, err := w.applied(t, everywhere(map[string]string{"db.logs.query.threshold": "90s"}), false)
		assert.EqualError(t, err, "neo4j-0 "+why+"; set restart to a new value, and the members read it when they start")
		assert.Empty(t, w.Changed)
	}
}

func TestAnEmptyValueIsNotADefault(t *testing.T) {
	w := serve(t, "5.26.30")
	_, err := w.applied(t, everywhere(map[string]string{"db.logs.query.enabled": ""}), false)
	assert.EqualError(t, err, "neo4j-0 takes no empty db.logs.query.enabled at run time: it would go back to its default, VERBOSE; set restart to a new value, and the members read it when they start")
	assert.Empty(t, w.Changed)
}

func TestAMemberThatIsDownIsWaitedForOrLeftOut(t *testing.T) {
	w := serve(t, "5.26.30")
	s := everywhere(map[string]string{"db.logs.query.threshold": "90s"})
	w.down[w.host("neo4j-1")] = true
	said, err := w.applied(t, s, false)
	require.ErrorContains(t, err, "settings of neo4j-1: neo4j-1 has not taken its settings after 300ms: ")
	assert.ErrorContains(t, err, "; the next update goes on from here")
	assert.Equal(t, []string{w.host("neo4j-0") + " db.logs.query.threshold=90s"}, w.Changed, said)

	said, err = w.applied(t, s, true)
	require.NoError(t, err, said)
	assert.Len(t, w.Changed, 3)
	assert.Equal(t, 1, strings.Count(said, "settings of neo4j-1: it does not answer, and reads them when it starts: "), said)

	w.down[w.host("neo4j-1")] = false
	said, err = w.applied(t, s, true)
	require.NoError(t, err, said)
	assert.Len(t, w.Changed, 4)
}

func TestWhoMayNotAskIsToldSoAtOnce(t *testing.T) {
	w := serve(t, "4.4.41")
	w.instead[w.host("neo4j-2")] = func(scripted.Query) (scripted.Answer, bool) {
		return scripted.Answer{Code: "Neo.ClientError.Security.Unauthorized", Message: "no"}, true
	}
	_, err := w.applied(t, everywhere(map[string]string{"dbms.logs.query.threshold": "90s"}), true)
	require.ErrorIs(t, err, reach.ErrPassword)
	assert.ErrorContains(t, err, "neo4j-2: ")
	assert.Empty(t, w.Changed)
}

// What an update that was killed in a hand-over has left is taken back, and what the stack keeps read-only stays.
func TestAHandOverThatWasLeftIsTakenBack(t *testing.T) {
	for release, name := range map[string]string{"4.4.41": "dbms.databases.read_only", "5.26.30": "server.databases.read_only"} {
		w := serve(t, release)
		w.Settings[w.host("neo4j-1")] = map[string]string{name: "neo4j"}
		said, err := w.applied(t, Settings{}, false)
		require.NoError(t, err, said)
		assert.Equal(t, []string{w.host("neo4j-1") + " " + name + "="}, w.Changed)

		w = serve(t, release)
		w.Started[name] = "archive,old"
		w.Settings[w.host("neo4j-1")] = map[string]string{name: "archive,neo4j,old"}
		said, err = w.applied(t, everywhere(map[string]string{name: "old, archive"}), false)
		require.NoError(t, err, said)
		assert.Equal(t, []string{w.host("neo4j-1") + " " + name + "=old, archive"}, w.Changed)

		w = serve(t, release)
		w.Started[name] = "archive"
		said, err = w.applied(t, everywhere(nil, name), false)
		require.NoError(t, err, said)
		assert.Len(t, w.Changed, 4, "the stack has no such list any more")
	}
}

func TestOnlyDynamicSettingsAreApplied(t *testing.T) {
	for release, f := range families {
		w := serve(t, release)
		_, err := w.applied(t, everywhere(map[string]string{f.static: "1g"}), false)
		assert.EqualError(t, err, f.static+" is no setting that enterprise "+release+" takes at run time")
		_, err = w.applied(t, everywhere(nil, f.static), false)
		assert.Error(t, err)
	}
}

// Community has no such procedure, and where nothing is planned nobody is asked: not even the Kubernetes API.
func TestNothingToApplyAsksNobody(t *testing.T) {
	nowhere := reach.Access{Kubeconfig: "/nowhere"}
	w := serve(t, "3.5.35")
	assert.NoError(t, Apply(t.Context(), nowhere, w.topology, everywhere(map[string]string{}), Options{}))
	assert.Error(t, Apply(t.Context(), nowhere, w.topology, everywhere(map[string]string{"dbms.logs.query.threshold": "1s"}), Options{}))
	community := w.topology
	community.Edition = neo4j.Community
	assert.NoError(t, Apply(t.Context(), nowhere, community, everywhere(map[string]string{"dbms.logs.query.threshold": "1s"}), Options{}))
}

// A value that comes from a Secret wins over neo4j.conf and is not known here: nobody touches it.
func TestWhatIsNotKnownIsLeftAlone(t *testing.T) {
	w := serve(t, "5.26.30")
	w.Started = map[string]string{"db.logs.query.threshold": "7s", "db.transaction.timeout": "7s", "server.databases.read_only": "archive"}
	s := everywhere(map[string]string{"db.logs.query.threshold": "90s", "db.memory.transaction.max": "512m"}, "db.transaction.timeout")
	s.Unknown = func(name string) bool { return name != "db.memory.transaction.max" }
	said, err := w.applied(t, s, false)
	require.NoError(t, err, said)
	assert.Len(t, w.Changed, 4)
	for _, m := range w.topology.Members {
		assert.Equal(t, map[string]string{"db.memory.transaction.max": "512.00MiB"}, w.Settings[m.Host])
	}
}
