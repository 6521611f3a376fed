package scripted

import (
	"regexp"
	"slices"
	"strings"
)

var shows = regexp.MustCompile(`(?is)^SHOW (SERVERS?|DATABASES?)(?: YIELD (.*))?$`)

// The columns without YIELD (dev clustering/servers.adoc and 5.x listing-databases.adoc, "default output").
var (
	serverColumns   = []string{"name", "address", "state", "health", "hosting"}
	databaseColumns = []string{
		"name", "type", "aliases", "access", "address", "role", "writer", "requestedStatus", "currentStatus", "statusMessage", "default", "home", "constituents",
	}
)

// show answers SHOW SERVERS and SHOW DATABASES with the columns that were asked for, as the server at the host sees them.
func (c *Cluster) show(host string, q Query) Answer {
	match := shows.FindStringSubmatch(q.Text)
	if strings.HasPrefix(strings.ToUpper(match[1]), "DATABASE") {
		return table(match[2], databaseColumns, c.seenFrom(host).showDatabases(q.User))
	}
	switch {
	case c.Edition == "community":
		return Answer{Code: "Neo.ClientError.Statement.UnsupportedAdministrationCommand", Message: "Unsupported administration command: SHOW SERVERS"}
	case q.Database != "system":
		return Answer{Code: "Neo.ClientError.Statement.NotSystemDatabaseError", Message: "SHOW SERVERS should be executed against the system database"}
	}
	a := table(match[2], serverColumns, c.seenFrom(host).showServers())
	c.Looks++
	c.goOn()
	if c.After != nil {
		c.After(c)
	}
	return a
}

// table gives the columns that a YIELD names. One that the release does not have is a variable that was never defined.
func table(yield string, columns []string, records []map[string]any) Answer {
	if yield != "" {
		columns = nil
		for _, column := range strings.Split(yield, ",") {
			columns = append(columns, strings.TrimSpace(column))
		}
	}
	a := Answer{Columns: columns}
	for _, r := range records {
		row := make([]any, len(columns))
		for i, column := range columns {
			value, known := r[column]
			if !known {
				return syntaxError("Variable `" + column + "` not defined")
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
		// A dropped server, and one that was never enabled, are seen only as long as their process runs (5.x clustering/servers.adoc,
		// "Dropped state" and "Free state").
		if s.Down && (s.State == "Dropped" || s.State == "Free") {
			continue
		}
		r := map[string]any{
			"serverId": s.ID, "name": s.ID, "address": nil, "httpAddress": nil, "httpsAddress": nil, "state": s.State, "health": s.Health,
			"hosting": c.hosting(s), "requestedHosting": c.requested(s),
			"modeConstraint": s.Constraint, "version": s.Version, "tags": []string{}, "allowedDatabases": []string{}, "deniedDatabases": []string{},
		}
		if s.Down {
			r["health"] = "Unavailable" // show-servers-monitoring.adoc, "no successful network communication for a while"
		}
		if s.Host != "" && (c.AddressStays || !s.leaves()) {
			r["address"], r["httpAddress"] = boltOf(c.Bolt, s.Host), s.Host+":7474"
		}
		records = append(records, r)
	}
	return records
}

func (s *ModelServer) leaves() bool {
	return s.State == "Deallocating" || s.State == "Deallocated" || s.State == "Dropped"
}

// hosting is what runs on a server: the system database in every state (5.x clustering/servers.adoc, "Showing servers").
func (c *Cluster) hosting(s *ModelServer) []string {
	names := []string{}
	for _, d := range c.Databases {
		if s.Host != "" && slices.Contains(c.on(d), s.Host) && d.wanted() == "online" {
			names = append(names, d.Name)
		}
	}
	if !slices.Contains(names, "system") {
		names = append(names, "system")
	}
	return names
}

// requested is what should run on a server: nothing on a Free one; without what is moving away; with or without composite databases.
func (c *Cluster) requested(s *ModelServer) []string {
	if s.Requested != nil {
		return s.Requested
	}
	names := []string{}
	if s.State == "Free" || s.State == "Dropped" {
		return names
	}
	for _, name := range c.hosting(s) {
		d := c.Database(name)
		if d == nil || d.Status[s.Host] != "deallocating" && (!d.composite() || c.CompositesRequested) {
			names = append(names, name)
		}
	}
	return names
}

func (c *Cluster) showDatabases(user string) []map[string]any {
	var records []map[string]any
	for _, d := range c.Databases {
		if !c.sees(user, d.Name) {
			continue
		}
		for _, host := range c.on(d) {
			if c.down(host) && !c.since(offlineCopiesFrom) {
				continue
			}
			records = append(records, c.showCopy(d, host))
		}
	}
	return records
}

func (c *Cluster) showCopy(d *ModelDatabase, host string) map[string]any {
	isDefault := d.Name == c.Default
	r := map[string]any{
		"name": d.Name, "type": d.kind(), "aliases": []string{}, "access": orElse(d.Access, "read-write"), "address": boltOf(c.Bolt, host),
		"role": d.roleAt(c, host), "writer": slices.Contains(c.writers(d), host), "default": isDefault, "home": isDefault, "constituents": []string{},
		"currentStatus": d.statusAt(c, host), "requestedStatus": d.wanted(), "statusMessage": d.Message[host], "serverID": "",
		"currentPrimariesCount": c.inRole(d, "primary"), "requestedPrimariesCount": d.WantPrimaries,
		"currentSecondariesCount": c.inRole(d, "secondary"), "requestedSecondariesCount": d.WantSecondaries,
	}
	if s := c.Server(host); s != nil {
		r["serverID"] = s.ID
	}
	if c.down(host) {
		r["address"], r["statusMessage"] = nil, "Server is unavailable"
	}
	if d.composite() {
		r["access"], r["requestedPrimariesCount"], r["requestedSecondariesCount"] = "read-only", nil, nil
	}
	if d.composite() && c.compositeCountsGone() || d.Virtual || d.Type == "property shard" {
		for _, column := range []string{"currentPrimariesCount", "currentSecondariesCount", "requestedPrimariesCount", "requestedSecondariesCount"} {
			r[column] = nil
		}
	}
	return r
}
