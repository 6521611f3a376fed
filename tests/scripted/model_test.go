package scripted

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var five = []string{"a", "b", "c", "d", "e"}

// on asks one server about the system database.
func on(c *Cluster, host, text string) Answer {
	return c.At(host)(Query{User: "neo4j", Database: "system", Text: text, Write: true})
}

// column gives one column of an answer by the values of another.
func column(t *testing.T, a Answer, key, value string) map[string]any {
	t.Helper()
	require.Empty(t, a.Code, a.Message)
	at := map[string]int{}
	for i, name := range a.Columns {
		at[name] = i
	}
	found := map[string]any{}
	for _, row := range a.Rows {
		found[fmt.Sprint(row[at[key]])] = row[at[value]]
	}
	return found
}

func state(t *testing.T, c *Cluster, host string) any {
	t.Helper()
	return column(t, on(c, "a", "SHOW SERVERS YIELD serverId, state"), "serverId", "state")[c.Server(host).ID]
}

func TestDryRunIsASyntaxErrorBefore52(t *testing.T) {
	for release, code := range map[string]string{
		"5.0.0": "Neo.ClientError.Statement.SyntaxError", "5.1.0": "Neo.ClientError.Statement.SyntaxError", "5.2.0": "", "5.26.30": "", "2026.08.1": "",
	} {
		c := NewCluster(release, five, nil)
		c.Database("neo4j").Primaries, c.Database("neo4j").WantPrimaries = five[:3], 3
		assert.Equal(t, code, on(c, "a", "DRYRUN DEALLOCATE DATABASES FROM SERVER '"+c.Server("e").ID+"'").Code, release)
		assert.Empty(t, c.Orders)
	}
}

func TestAnIdleServerIsDeallocatingBeforeItIsDeallocated(t *testing.T) {
	for release, last := range map[string]string{"5.0.0": "Deallocating", "5.14.0": "Deallocating", "5.15.0": "Deallocated", "5.26.30": "Deallocated", "2026.08.1": "Deallocated"} {
		t.Run(release, func(t *testing.T) {
			c := NewCluster(release, five, nil)
			c.Database("neo4j").Primaries, c.Database("neo4j").WantPrimaries = five[:3], 3
			id := c.Server("e").ID
			assert.Equal(t, "the server must be deallocated before it is dropped", on(c, "a", "DROP SERVER '"+id+"'").Message)
			require.Empty(t, on(c, "a", "DEALLOCATE DATABASES FROM SERVER '"+id+"'").Code)
			early := on(c, "a", "DROP SERVER '"+id+"'")
			if last == "Deallocated" {
				assert.Equal(t, "the server must be deallocated before it is dropped", early.Message)
				assert.Equal(t, "Deallocating", state(t, c, "e"))
				assert.Equal(t, "Deallocated", state(t, c, "e"))
				assert.Equal(t, "server "+id+" is Deallocated and cannot be enabled", on(c, "a", "ENABLE SERVER '"+id+"'").Message)
				early = on(c, "a", "DROP SERVER '"+id+"'")
			}
			assert.Empty(t, early.Code)
			assert.Equal(t, "Dropped", state(t, c, "e"))
			c.Server("e").Down = true
			assert.Nil(t, state(t, c, "e"), "it disappears with its process")
		})
	}
}

func TestDatabasesMoveOneAfterTheOther(t *testing.T) {
	c := NewCluster("5.26.30", five, nil)
	c.Database("neo4j").Primaries, c.Database("neo4j").WantPrimaries = []string{"a", "b", "e"}, 3
	c.Slow = 1
	require.Empty(t, on(c, "a", "DEALLOCATE DATABASES FROM SERVER '"+c.Server("e").ID+"'").Code)
	show := "SHOW DATABASES YIELD name, address, currentStatus, currentPrimariesCount, requestedPrimariesCount"
	moving := Answer{Columns: []string{"name", "address", "currentStatus", "currentPrimariesCount", "requestedPrimariesCount"}}
	for _, row := range on(c, "a", show).Rows {
		if row[0] == "neo4j" {
			moving.Rows = append(moving.Rows, row)
		}
	}
	assert.Equal(t, map[string]any{"a:7687": "online", "b:7687": "online", "c:7687": "store copying", "e:7687": "deallocating"}, column(t, moving, "address", "currentStatus"))
	state(t, c, "e")
	state(t, c, "e")
	assert.Equal(t, []string{"a", "b", "c"}, c.Database("neo4j").Primaries)
	assert.Contains(t, c.Database("system").Primaries, "e", "a server hosts the system database to its end")
}

func TestATopologyIsAlteredOneAfterTheOther(t *testing.T) {
	c := NewCluster("5.26.30", five, nil)
	require.Empty(t, on(c, "a", "ALTER DATABASE `neo4j` SET TOPOLOGY 3 PRIMARIES").Code)
	counts := on(c, "a", "SHOW DATABASES YIELD name, currentPrimariesCount, requestedPrimariesCount")
	assert.Equal(t, 5, column(t, counts, "name", "currentPrimariesCount")["neo4j"], "may be higher than requested for a while")
	assert.Equal(t, 3, column(t, counts, "name", "requestedPrimariesCount")["neo4j"])
	state(t, c, "a")
	assert.Equal(t, five[:3], c.Database("neo4j").Primaries)
	assert.Equal(t, "51N41: a database cannot be altered from several primaries to one", on(c, "a", "ALTER DATABASE neo4j SET TOPOLOGY 1 PRIMARY").Message)
	assert.Equal(t, "the topology of 6 primaries and 0 secondaries cannot be placed on 5 servers", on(c, "a", "ALTER DATABASE neo4j SET TOPOLOGY 6 PRIMARIES").Message)
}

func TestWhatKeepsAServerFromBeingDeallocated(t *testing.T) {
	for want, harm := range map[string]func(c *Cluster, d *ModelDatabase){
		"it is offline":                                  func(_ *Cluster, d *ModelDatabase) { d.Status["e"] = "offline" },
		"it has an allocation of one primary":            func(_ *Cluster, d *ModelDatabase) { d.Primaries, d.WantPrimaries = []string{"e"}, 1 },
		"a quorum of the servers that host it are cordo": func(c *Cluster, _ *ModelDatabase) { c.Server("c").State, c.Server("d").State = "Cordoned", "Cordoned" },
		"desired topology of 5 primaries and 0 secondaries cannot be placed on 4 servers": func(_ *Cluster, d *ModelDatabase) { d.Primaries, d.WantPrimaries = five, 5 },
	} {
		c := NewCluster("5.26.30", five, nil)
		harm(c, c.Create("movies", "c", "d", "e"))
		c.Drop("neo4j")
		assert.Contains(t, on(c, "a", "DRYRUN DEALLOCATE DATABASES FROM SERVER '"+c.Server("e").ID+"'").Message, want)
	}
}

func TestStatusCheckIsAServersOwn(t *testing.T) {
	c := NewCluster("5.26.30", five, nil)
	c.Create("movies", "c", "d", "e").MemberStatus = map[string]string{"d": "UNAVAILABLE"}
	c.Create("single", "a")
	asked := func(host string) []string {
		var databases []string
		for _, row := range on(c, host, "CALL dbms.cluster.statusCheck([], 1000)").Rows {
			databases = append(databases, fmt.Sprintf("%v %v %v %v", row[0], row[3], row[5], row[8]))
		}
		return databases
	}
	assert.NotContains(t, fmt.Sprint(asked("a")), "movies", "no copy of it, no word about it")
	assert.NotContains(t, fmt.Sprint(asked("a")), "single", "one primary replicates to nobody")
	assert.Contains(t, asked("c"), "movies d:7687 UNAVAILABLE false")
	assert.Contains(t, asked("c"), "movies c:7687 APPLYING true")
	assert.Len(t, on(c, "c", `CALL dbms.cluster.statusCheck(["movies"])`).Rows, 3)
	assert.Equal(t, map[string]any{"c:7687": true, "d:7687": true, "e:7687": true}, column(t, on(c, "c", `CALL dbms.cluster.statusCheck(["movies"])`), "address", "replicationSuccessful"))
	assert.Equal(t, "Neo.ClientError.Procedure.ProcedureNotFound", on(NewCluster("5.23.0", five, nil), "a", "CALL dbms.cluster.statusCheck([], 1000)").Code)
}

func TestCompositeDatabasesAreEverywhereAndNobodys(t *testing.T) {
	for release, c := range map[string]struct {
		requested bool
		count     any
	}{"5.9.0": {false, 0}, "5.10.0": {true, 0}, "5.26.5": {true, nil}, "2025.03.0": {true, 0}, "2025.04.0": {true, nil}} {
		m := NewCluster(release, five[:3], nil)
		m.Create("library").Type = "composite"
		shown := on(m, "b", "SHOW DATABASES YIELD name, address, type, role, writer, access, currentPrimariesCount, requestedPrimariesCount")
		assert.Contains(t, shown.Rows, []any{"library", "c:7687", "composite", nil, false, "read-only", c.count, nil}, release)
		servers := on(m, "b", "SHOW SERVERS YIELD address, hosting, requestedHosting")
		assert.Contains(t, column(t, servers, "address", "hosting")["a:7687"], "library")
		assert.Equal(t, c.requested, assert.ObjectsAreEqual(column(t, servers, "address", "hosting"), column(t, servers, "address", "requestedHosting")), release)
	}
}

func TestCopiesThatDoNotRunHaveNoRole(t *testing.T) {
	c := NewCluster("5.26.30", five[:3], nil)
	c.Create("movies", "a", "b", "c").Wanted = "offline"
	c.Database("neo4j").Status["a"] = "quarantined"
	shown := on(c, "b", "SHOW DATABASES YIELD name, address, role, writer, requestedStatus, currentStatus")
	assert.Contains(t, shown.Rows, []any{"neo4j", "a:7687", "unknown", false, "online", "quarantined"})
	assert.Contains(t, shown.Rows, []any{"neo4j", "b:7687", "primary", true, "online", "online"}, "another primary takes the writes")
	assert.Contains(t, shown.Rows, []any{"movies", "a:7687", "unknown", false, "offline", "offline"})
}

func TestCopiesOnServersThatAreOffline(t *testing.T) {
	for release, want := range map[string]map[string]any{
		"5.2.0": {"b:7687": "online", "c:7687": "online"},
		"5.3.0": {"<nil>": "unknown", "b:7687": "online", "c:7687": "online"},
	} {
		c := NewCluster(release, five[:3], nil)
		c.Server("a").Down = true
		assert.Equal(t, want, column(t, on(c, "b", "SHOW DATABASES YIELD address, currentStatus"), "address", "currentStatus"), release)
		assert.Equal(t, "Unavailable", column(t, on(c, "b", "SHOW SERVERS YIELD name, health"), "name", "health")[c.Server("a").ID])
	}
}

func TestServersMayDisagree(t *testing.T) {
	c := NewCluster("5.26.30", five[:3], nil)
	c.View("b", func(seen *Cluster) { seen.Database("neo4j").Writers, seen.Servers[2].State = []string{"b"}, "Cordoned" })
	writers := func(host string) []string {
		var at []string
		for _, row := range on(c, host, "SHOW DATABASES YIELD name, address, writer").Rows {
			if row[0] == "neo4j" && row[2] == true {
				at = append(at, row[1].(string))
			}
		}
		return at
	}
	assert.Equal(t, []string{"a:7687"}, writers("a"))
	assert.Equal(t, []string{"b:7687"}, writers("b"))
	assert.Equal(t, "Enabled", c.Server("c").State)
}

func TestUsersSeeWhatTheyWereGranted(t *testing.T) {
	c := NewCluster("5.26.30", five[:3], nil)
	c.Create("movies", "a", "b", "c")
	c.Rights["check"] = Rights{}
	ask := func(text string) Answer { return c.At("a")(Query{User: "check", Database: "system", Text: text}) }
	for _, text := range []string{"SHOW SERVERS", "CALL dbms.cluster.statusCheck([], 1000)", "DROP SERVER 'x'", "ALTER DATABASE neo4j SET TOPOLOGY 1 PRIMARY"} {
		assert.Equal(t, "Neo.ClientError.Security.Forbidden", ask(text).Code, text)
	}
	assert.Equal(t, map[string]any{"system": "online"}, column(t, ask("SHOW DATABASES"), "name", "currentStatus"))
	c.Rights["check"] = Rights{ShowServers: true, AdminProcedures: true, Access: []string{"movies"}}
	assert.Len(t, ask("SHOW SERVERS").Rows, 3)
	assert.NotEmpty(t, ask("CALL dbms.cluster.statusCheck([], 1000)").Rows)
	assert.Equal(t, map[string]any{"system": "online", "movies": "online"}, column(t, ask("SHOW DATABASES"), "name", "currentStatus"))
	assert.Equal(t, "Variable `shardTxnLag` not defined", ask("SHOW DATABASES YIELD name, shardTxnLag").Message)
}

func TestColumnsOf4x(t *testing.T) {
	for release, want := range map[string]string{
		"4.0.12": "[name address role requestedStatus currentStatus error default]",
		"4.3.24": "[name address role requestedStatus currentStatus error default home]",
		"4.4.38": "[name address role requestedStatus currentStatus error default home aliases access]",
	} {
		c := NewCores(release, []string{"a", "b", "c"}, []string{"d"})
		assert.Equal(t, want, fmt.Sprint(c.At("a")(Query{Database: "system", Text: "SHOW DATABASES"}).Columns))
		assert.Equal(t, "Neo.ClientError.Statement.NotSystemDatabaseError", c.At("a")(Query{Text: "SHOW DATABASES"}).Code)
	}
}

func TestSettingsAreAServersOwnAndGoWithItsStart(t *testing.T) {
	for release, want := range map[string]struct{ name, shown, standard, static string }{
		"3.5.35":    {"dbms.logs.query.threshold", "90000ms", "0ms", "dbms.memory.pagecache.size"},
		"4.4.41":    {"dbms.logs.query.threshold", "1m30s", "0s", "dbms.memory.pagecache.size"},
		"2026.08.1": {"db.logs.query.threshold", "1m30s", "0s", "server.memory.pagecache.size"},
	} {
		r := NewRunTime(release)
		r.Started[want.name] = "5s"
		value := func(host string) any {
			return column(t, r.At(host)(Query{Text: "CALL dbms.listConfig('query.threshold') YIELD name, value"}), "name", "value")[want.name]
		}
		set := func(host, name, to string) Answer {
			return r.At(host)(Query{Text: "CALL dbms.setConfigValue($name, $value)", Parameters: map[string]any{"name": name, "value": to}})
		}
		started := value("a")
		assert.Empty(t, set("a", want.name, "90s").Code, release)
		assert.Equal(t, want.shown, value("a"), release)
		assert.Equal(t, started, value("b"), release)
		assert.Empty(t, set("a", want.name, "").Code, release)
		assert.Equal(t, want.standard, value("a"), "%s: the default, and not what it was started with", release)
		r.Restart("a")
		assert.Equal(t, started, value("a"), release)
		for _, wrong := range [][2]string{{want.name, "soon"}, {"no.such.setting", "1"}, {want.static, "1g"}} {
			assert.Equal(t, "Neo.ClientError.Procedure.ProcedureCallFailed", set("a", wrong[0], wrong[1]).Code, "%s %s", release, wrong[0])
		}
		assert.Equal(t, []string{"a " + want.name + "=90s", "a " + want.name + "="}, r.Changed, release)
	}
}

func TestDefaultsAreToldFrom50On(t *testing.T) {
	const ask = "CALL dbms.listConfig() YIELD name, defaultValue"
	assert.Equal(t, "Neo.ClientError.Statement.SyntaxError", NewRunTime("4.4.41").At("a")(Query{Text: ask}).Code)
	assert.Equal(t, "0B", column(t, NewRunTime("5.0.0").At("a")(Query{Text: ask}), "name", "defaultValue")["db.memory.transaction.max"])
}
