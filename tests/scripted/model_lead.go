package scripted

import (
	"slices"
	"strings"
)

// settings answers what is asked of a server's settings, and changes them at run time.
func (c *Cluster) settings(host string, q Query) (Answer, bool) {
	changes := len(c.Changed)
	a, known := c.RunTime.answer(host, q)
	if len(c.Changed) > changes {
		c.transfer()
	}
	return a, known
}

// transfer moves the lead of databases away from servers where they are read-only, to a primary where they are not (5.x
// clustering/setup/routing.adoc, "Elections and leadership"). How soon the manual does not say.
func (c *Cluster) transfer() {
	for _, d := range c.Databases {
		for range d.Primaries {
			if len(d.Primaries) > 1 && slices.Contains(strings.Split(c.Settings[d.Primaries[0]]["server.databases.read_only"], ","), d.Name) && !c.KeepLead {
				d.Primaries = append(d.Primaries[1:], d.Primaries[0])
			}
		}
	}
}
