package scripted

import (
	"slices"
	"strings"
)

// settings answers what is asked of a member's settings, and changes them at run time: on this member alone, and not after a restart (4.4
// configuration/dynamic-settings.adoc).
func (c *Cores) settings(host string, q Query) (Answer, bool) {
	changes := len(c.Changed)
	a, known := c.RunTime.answer(host, q)
	if len(c.Changed) > changes {
		// The lead of databases moves away from a core on which they are read-only (4.4 clustering/internals.adoc). How soon the manual does
		// not say.
		for _, name := range strings.Split(c.Settings[host]["dbms.databases.read_only"], ",") {
			c.Elect(host, name)
		}
	}
	return a, known
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
