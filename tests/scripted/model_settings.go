package scripted

import (
	"regexp"
	"slices"
	"strings"
)

var (
	setting  = regexp.MustCompile(`^SHOW SETTINGS '([a-z_.]+)' YIELD value$`)
	setValue = regexp.MustCompile(`^CALL dbms\.setConfigValue\('([a-z_.]+)', '([^']*)'\)$`)
)

const readOnly = "server.databases.read_only"

// settings answers what is asked of a server's settings, and changes them at run time: on this server alone, and not after a restart (5.x
// configuration/dynamic-settings.adoc).
func (c *Cluster) settings(host, text string) (Answer, bool) {
	if m := setting.FindStringSubmatch(text); m != nil {
		return Answer{Columns: []string{"value"}, Rows: [][]any{{c.Settings[host][m[1]]}}}, true
	}
	m := setValue.FindStringSubmatch(text)
	if m == nil {
		return Answer{}, false
	}
	if m[1] != readOnly {
		return refused("Setting '" + m[1] + "' is not dynamic and can not be changed at runtime"), true
	}
	// 5.x configuration/configuration-settings.adoc, server.databases.read_only: the system database cannot be in the list.
	if slices.Contains(strings.Split(m[2], ","), "system") {
		return refused("Database name 'system' is not allowed"), true
	}
	if c.Settings[host] == nil {
		c.Settings[host] = map[string]string{}
	}
	c.Settings[host][m[1]] = m[2]
	c.Changed = append(c.Changed, host+" "+m[1]+"="+m[2])
	c.transfer()
	return Answer{}, true
}

// transfer moves the lead of databases away from servers where they are read-only, to a primary where they are not (5.x
// clustering/setup/routing.adoc, "Elections and leadership"). How soon the manual does not say.
func (c *Cluster) transfer() {
	for _, d := range c.Databases {
		for range d.Primaries {
			if len(d.Primaries) > 1 && slices.Contains(strings.Split(c.Settings[d.Primaries[0]][readOnly], ","), d.Name) && !c.KeepLead {
				d.Primaries = append(d.Primaries[1:], d.Primaries[0])
			}
		}
	}
}
