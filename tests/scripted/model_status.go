package scripted

import (
	"regexp"
	"slices"
	"strings"
)

var statusChecks = regexp.MustCompile(`(?is)^CALL dbms\.cluster\.statusCheck\(\[([^\]]*)\](?:, *\d+)?\)$`)

// statusCheck replicates an entry of its own and says who took part (dev clustering/monitoring/status-check.adoc): a row a primary of
// each database asked for. An empty list is all clustered databases on the server that is asked, and those only: not those of which it
// has no primary, nor those of one primary.
func (c *Cluster) statusCheck(host string, q Query) Answer {
	if !c.runs(host, statusCheckFrom) {
		return Answer{
			Code:    "Neo.ClientError.Procedure.ProcedureNotFound",
			Message: "There is no procedure with the name `dbms.cluster.statusCheck` registered for this database instance.",
		}
	}
	a := Answer{Columns: []string{
		"database", "serverId", "serverName", "address", "replicationSuccessful", "memberStatus", "recognisedLeader", "recognisedLeaderTerm", "requester", "error",
	}}
	seen := c.seenFrom(host)
	asked := statusChecks.FindStringSubmatch(q.Text)[1]
	for _, d := range seen.Databases {
		if asked != "" && !strings.Contains(asked, `"`+d.Name+`"`) && !strings.Contains(asked, "'"+d.Name+"'") {
			continue
		}
		if slices.Contains(c.Mute[host], d.Name) {
			continue
		}
		if len(d.Primaries) > 1 && slices.Contains(d.Primaries, host) && serving(d.statusAt(seen, host)) && !d.composite() {
			a.Rows = append(a.Rows, seen.members(d, host)...)
		}
	}
	return a
}

// members is a row a primary of a database. replicationSuccessful is the asked server's own success, so the same in all of them.
func (c *Cluster) members(d *ModelDatabase, asked string) [][]any {
	available := 0
	for _, host := range d.Primaries {
		if c.memberStatus(d, host) != "UNAVAILABLE" {
			available++
		}
	}
	done := available > len(d.Primaries)/2 && c.memberStatus(d, asked) != "UNAVAILABLE"
	var leader any
	if writers := c.writers(d); len(writers) > 0 {
		leader = c.idAt(writers[0])
	}
	var rows [][]any
	for _, host := range d.Primaries {
		id := c.idAt(host)
		rows = append(rows, []any{d.Name, id, id, boltOf(c.Bolt, host), done, c.memberStatus(d, host), leader, 1, host == asked, nil})
	}
	return rows
}

func (c *Cluster) memberStatus(d *ModelDatabase, host string) string {
	if c.down(host) {
		return "UNAVAILABLE"
	}
	return orElse(d.MemberStatus[host], "APPLYING")
}

func (c *Cluster) idAt(host string) string {
	if s := c.Server(host); s != nil {
		return s.ID
	}
	return ""
}
