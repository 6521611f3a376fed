package neo4j

import (
	_ "embed"
	"strings"
	"sync"
)

// catalogueText are the settings by their name: the eras that know it, the type of its values, and where that is from. "jar" was
// read from the classes of 3.4.10 and 3.5.0-beta03 Enterprise, 4.4.41, 5.26.30 and 2026.08.1 Community; "manual" from the tables of
// valid values of the operations manuals 4.4, 5 and 2026.08, which alone have the Enterprise settings of 4.x and later: of these
// names Community 5.26.30 and 2026.08.1 were asked, and declare none but the groups dbms.ssl.policy.*. A * stands
// for a part that the user chooses. Internal settings are left out.
//
//go:embed catalogue.txt
var catalogueText string

// renamesText are names that an era does not know any more, with what took their place, empty where nothing did. "jar" is what the
// migrator of 5.26.30 (neo4j-admin server migrate-configuration) was seen to do with each name; "manual" is from the migration guide
// 4.0 and the operations manuals.
//
//go:embed renames.txt
var renamesText string

// eras are the times between which names changed, oldest first, by the major release that began them.
var eras = []string{"3", "4", "5", "2025"}

func eraOf(r Release) int {
	switch {
	case r.Major >= 2025:
		return 3
	case r.Major == 5:
		return 2
	case r.Major == 4:
		return 1
	}
	return 0
}

// era is the place in eras of a family's releases.
func (f Family) era() int { return eraOf(Release{Major: f.from[0]}) }

// eraName is how people call it.
func eraName(era int) string {
	if era == 3 {
		return "2025.01"
	}
	return eras[era] + ".0"
}

// catalogue is the two texts, read once.
type catalogue struct {
	// types are by era and name, patterns those names that have a *.
	types, patterns []map[string]valueType
	// renamed is by the era that no longer knows the name.
	renamed []map[string]string
}

var knowledge = sync.OnceValue(func() catalogue {
	c := catalogue{}
	for range eras {
		c.types = append(c.types, map[string]valueType{})
		c.patterns = append(c.patterns, map[string]valueType{})
		c.renamed = append(c.renamed, map[string]string{})
	}
	at := func(name string) int {
		for i, era := range eras {
			if era == name {
				return i
			}
		}
		panic("neo4j: no era " + name)
	}
	for line := range strings.Lines(catalogueText) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		t := parseType(fields[2])
		for _, era := range strings.Fields(fields[1]) {
			into := c.types
			if strings.Contains(fields[0], "*") {
				into = c.patterns
			}
			t.era = at(era)
			t.enterprise = t.era > 0 && fields[3] == "manual" && !strings.HasPrefix(fields[0], "dbms.ssl.policy.")
			into[t.era][fields[0]] = t
		}
	}
	for line := range strings.Lines(renamesText) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		c.renamed[at(fields[1])][fields[0]] = fields[2]
	}
	return c
})

// typeOf finds a setting of an era.
func (c catalogue) typeOf(era int, name string) (valueType, bool) {
	if t, ok := c.types[era][name]; ok {
		return t, true
	}
	for pattern, t := range c.patterns[era] {
		if matches(pattern, name) {
			return t, true
		}
	}
	return valueType{}, false
}

// matches compares a name with a pattern, part by part.
func matches(pattern, name string) bool {
	p, n := strings.Split(pattern, "."), strings.Split(name, ".")
	if len(p) != len(n) && (p[len(p)-1] != "*" || len(n) < len(p)) {
		return false
	}
	for i := range p {
		if p[i] != "*" && p[i] != n[i] {
			return false
		}
	}
	return true
}

// newName follows a name's changes up to an era; since is the era that changed it first, name is empty where nothing took its place.
func (c catalogue) newName(era int, old string) (name string, since int, changed bool) {
	name = old
	for e := 1; e <= era; e++ {
		next, ok := c.renamed[e][name]
		if !ok {
			continue
		}
		if !changed {
			since, changed = e, true
		}
		if name = next; name == "" {
			break
		}
	}
	return name, since, changed
}

// oldName is what an era calls a setting that later eras call by name.
func (c catalogue) oldName(era int, name string) (old string, since int, ok bool) {
	for e := len(eras) - 1; e > era; e-- {
		for before, after := range c.renamed[e] {
			if after != name {
				continue
			}
			if _, known := c.typeOf(era, before); known && (!ok || before < old) {
				old, since, ok = before, e, true
			}
		}
	}
	return old, since, ok
}

// nearest is the known name that a misspelt one is closest to: at most two letters off.
func (c catalogue) nearest(era int, name string) string {
	best, distance := "", 3
	for known := range c.types[era] {
		if d := Distance(name, known, 3); d < distance || d == distance && distance < 3 && known < best {
			best, distance = known, d
		}
	}
	return best
}

// Distance counts the letters to insert, delete or change between two texts, up to a limit (Levenshtein).
func Distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal, least := row[0], i
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
			least = min(least, row[j])
		}
		if least >= limit {
			return limit
		}
	}
	return min(row[len(b)], limit)
}
