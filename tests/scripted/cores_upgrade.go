package scripted

// The states of the system database's own schema, as dbms.upgradeStatus names them. The manual (4.1 to 4.4 reference/procedures.adoc) has
// the procedures, "New in 4.1", and their columns; the names and texts are those of the server's public code, SystemGraphComponent.
var schemaStates = map[string][2]string{
	"CURRENT":          {"The sub-graph is already at the current version", "nothing to do"},
	"REQUIRES_UPGRADE": {"The sub-graph is supported, but is an older version and requires upgrade", "CALL dbms.upgrade()"},
	"UNSUPPORTED":      {"The sub-graph is unsupported because it is too old, this component cannot function", "Downgrade Neo4j and then upgrade this component before upgrading Neo4j again"},
}

// upgrade answers dbms.upgradeStatus and dbms.upgrade. Both are for the system database alone, and the second one writes, so it is for its
// leader. In a cluster nothing of it happens by itself (4.4 configuration/configuration-settings.adoc, dbms.allow_single_automatic_upgrade).
func (c *Cores) upgrade(host string, q Query) (Answer, bool) {
	status := q.Text == "CALL dbms.upgradeStatus()"
	switch {
	case !status && q.Text != "CALL dbms.upgrade()":
		return Answer{}, false
	case !c.runs(host, "4.1.0"):
		return Answer{Code: "Neo.ClientError.Procedure.ProcedureNotFound", Message: "There is no procedure with the name `dbms.upgrade` registered for this database instance."}, true
	case q.Database != "system":
		return refused("This is an administration command and it should be executed against the system database: dbms.upgrade"), true
	case status:
		return Answer{Columns: []string{"status", "description", "resolution"}, Rows: [][]any{{c.Schema, schemaStates[c.Schema][0], schemaStates[c.Schema][1]}}}, true
	case !q.Write || c.Roles[host]["system"] != "LEADER":
		return notALeader(), true
	}
	// 4.4 manage-databases/configuration.adoc: no administrative commands during a rolling upgrade. Mixed keeps who was asked too early.
	for _, other := range c.hosts {
		if c.Versions[other] != c.Versions[host] {
			c.Mixed = true
		}
	}
	c.Upgraded = append(c.Upgraded, host)
	if c.UpgradeFails != "" {
		return Answer{Columns: []string{"status", "upgradeResult"}, Rows: [][]any{{c.Schema, "Failed: " + c.UpgradeFails}}}, true
	}
	c.Schema = "CURRENT"
	return Answer{Columns: []string{"status", "upgradeResult"}, Rows: [][]any{{c.Schema, "Success"}}}, true
}
