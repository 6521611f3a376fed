package scripted

import (
	"regexp"
	"slices"
	"strings"
)

var listConfig = regexp.MustCompile(`^CALL dbms\.listConfig\('([a-z_.]+)'\) YIELD value$`)

const coresReadOnly = "dbms.databases.read_only"

// settings answers what is asked of a member's settings, and changes them at run time: on this member alone, and not after a restart (4.4
// configuration/dynamic-settings.adoc). Before 4.3 there is no such setting as dbms.databases.read_only (4.3
// configuration/dynamic-settings.adoc has it, 4.2's does not), and a list finds nothing.
func (c *Cores) settings(host, text string) (Answer, bool) {
	has := c.runs(host, "4.3.0")
	if m := listConfig.FindStringSubmatch(text); m != nil {
		a := Answer{Columns: []string{"value"}}
		if has {
			a.Rows = [][]any{{c.ReadOnly[host]}}
		}
		return a, true
	}
	m := setValue.FindStringSubmatch(text)
	switch {
	case m == nil:
		return Answer{}, false
	case m[1] != coresReadOnly || !has:
		return refused("Unknown config setting: " + m[1]), true
	case slices.Contains(strings.Split(m[2], ","), "system"):
		// 4.4 manage-databases/configuration.adoc: whatever these settings say, the system database takes writes.
		return refused("Database name 'system' is not allowed"), true
	}
	c.ReadOnly[host] = m[2]
	c.Changed = append(c.Changed, host+" "+m[1]+"="+m[2])
	c.transfer(host)
	return Answer{}, true
}

// transfer moves the lead of databases away from a core on which they are read-only (4.4 clustering/internals.adoc). How soon the manual
// does not say.
func (c *Cores) transfer(host string) {
	for _, name := range strings.Split(c.ReadOnly[host], ",") {
		c.Elect(host, name)
	}
}

// Elect has another core take up a database that the one at the host leads; without a name all.
func (c *Cores) Elect(host string, names ...string) {
	for name, role := range c.Roles[host] {
		if role != "LEADER" || len(names) > 0 && !slices.Contains(names, name) {
			continue
		}
		for _, other := range c.hosts {
			if c.Roles[other][name] == "FOLLOWER" {
				c.Roles[host][name], c.Roles[other][name] = "FOLLOWER", "LEADER"
				break
			}
		}
	}
}
