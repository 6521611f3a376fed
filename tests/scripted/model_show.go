package scripted

import (
	"slices"
	"strings"
)

// show answers SHOW SERVERS and SHOW DATABASES with the columns that were asked for.
func (c *Cluster) show(host string, q Query) Answer {
	match := yields.FindStringSubmatch(q.Text)
	var columns []string
	for _, column := range strings.Split(match[2], ",") {
		columns = append(columns, strings.TrimSpace(column))
	}
	var records []map[string]any
	if strings.EqualFold(match[1], "DATABASES") {
		records = c.showDatabases(host)
	} else {
		switch {
		case c.Edition == "community":
			return Answer{Code: "Neo.ClientError.Statement.UnsupportedAdministrationCommand", Message: "Unsupported administration command: SHOW SERVERS"}
		case q.Database != "system":
			return Answer{Code: "Neo.ClientError.Statement.NotSystemDatabaseError", Message: "SHOW SERVERS should be executed against the system database"}
		}
		records = c.showServers()
		c.Looks++
		c.goOn()
		if c.After != nil {
			c.After(c)
		}
	}
	a := Answer{Columns: columns}
	for _, r := range records {
		row := make([]any, len(columns))
		for i, column := range columns {
			value, known := r[column]
			if !known {
				return Answer{Unknown: true}
			}
			row[i] = value
		}
		a.Rows = append(a.Rows, row)
	}
	return a
}

func (c *Cluster) showServers() []map[string]any {
	var records []map[string]any
	for _, s := range c.Servers {
		hosting := c.hosting(s)
		requested := hosting
		if s.Requested != nil {
			requested = s.Requested
		}
		r := map[string]any{
			"serverId": s.ID, "name": s.ID, "address": nil, "state": s.State, "health": s.Health, "hosting": hosting, "requestedHosting": requested,
			"modeConstraint": s.Constraint, "version": s.Version, "tags": []string{}, "allowedDatabases": []string{}, "deniedDatabases": []string{},
		}
		if s.Host != "" && s.State != "Deallocating" && s.State != "Deallocated" && s.State != "Dropped" {
			r["address"] = s.Host + ":7687"
		}
		records = append(records, r)
	}
	return records
}

func (c *Cluster) hosting(s *ModelServer) []string {
	names := []string{}
	for _, d := range c.Databases {
		if s.Host != "" && slices.Contains(slices.Concat(d.Primaries, d.Secondaries), s.Host) {
			names = append(names, d.Name)
		}
	}
	return names
}

func (c *Cluster) showDatabases(at string) []map[string]any {
	var records []map[string]any
	for _, d := range c.Databases {
		for i, host := range slices.Concat(d.Primaries, d.Secondaries) {
			role := "primary"
			if i >= len(d.Primaries) {
				role = "secondary"
			}
			status := "online"
			if other, ok := d.Status[host]; ok {
				status = other
			}
			kind := "standard"
			if d.Name == "system" {
				kind = "system"
			}
			if d.Composite {
				records = append(records, map[string]any{
					"name": d.Name, "type": "composite", "address": host + ":7687", "role": nil, "writer": false, "default": false,
					"currentStatus": status, "requestedStatus": "online", "statusMessage": "",
					"currentPrimariesCount": nil, "requestedPrimariesCount": nil, "currentSecondariesCount": nil, "requestedSecondariesCount": nil,
				})
				continue
			}
			writer := slices.Contains(c.writers(d), host)
			if other, ok := c.Disagree[at][d.Name]; ok {
				writer = other == host
			}
			records = append(records, map[string]any{
				"name": d.Name, "type": kind, "address": host + ":7687", "role": role, "writer": writer, "default": d.Name == "neo4j",
				"currentStatus": status, "requestedStatus": "online", "statusMessage": "",
				"currentPrimariesCount": len(d.Primaries), "requestedPrimariesCount": d.WantPrimaries,
				"currentSecondariesCount": len(d.Secondaries), "requestedSecondariesCount": d.WantSecondaries,
			})
		}
	}
	return records
}

// statusCheck answers for the clustered databases on that server, a row for each member of a database's Raft group; a database with one
// primary has none (operations manual 5, clustering/monitoring/status-check: "Providing an empty list runs the status check for all
// clustered databases on that server").
func (c *Cluster) statusCheck(at string) Answer {
	a := Answer{Columns: []string{
		"database", "serverId", "address", "replicationSuccessful", "memberStatus", "recognisedLeader", "recognisedLeaderTerm", "requester", "error",
	}}
	for _, d := range c.Databases {
		if !slices.Contains(d.Primaries, at) || len(d.Primaries) < 2 {
			continue
		}
		for i, host := range d.Primaries {
			if host == d.Silent {
				continue
			}
			status, done := "APPLYING", true
			if d.Unreplicated == host {
				status, done = "UNAVAILABLE", false
			}
			id := ""
			if s := c.Server(host); s != nil {
				id = s.ID
			}
			a.Rows = append(a.Rows, []any{d.Name, id, host + ":7687", done, status, d.Primaries[0], 1, i == 0, nil})
		}
	}
	return a
}
