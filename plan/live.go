package plan

import (
	"regexp"

	"neo4j-kubernetes/neo4j"
)

// SplitLive parts the lines that running members take, as far as a variable of the image can carry them to the next start. They are no part
// of the ConfigMap whose name is its content, so that another value replaces nobody: a member reads them from variables when it starts.
func (p Plan) SplitLive(lines []neo4j.Line) (live, fixed []neo4j.Line) {
	if !p.HasLive() {
		return nil, lines
	}
	spec, count := p.Neo4j(), map[string]int{}
	for _, line := range lines {
		count[line.Key]++
	}
	for _, line := range lines {
		if count[line.Key] == 1 && spec.Live(line.Key) && carries(line.Key, line.Value) {
			live = append(live, line)
		} else {
			fixed = append(fixed, line)
		}
	}
	return live, fixed
}

// CarriesLive says whether running members take a value of a setting, and a variable of the image carries it to their next start.
func (p Plan) CarriesLive(name, value string) bool {
	return p.HasLive() && p.Neo4j().Live(name) && carries(name, value)
}

func carries(name, value string) bool {
	return carried.MatchString(value) && variable.MatchString(neo4j.EnvName(name))
}

// carried are values that the entry points of all images write into neo4j.conf as they are: those of 3.x echo a variable without quotes, by
// which blanks become one and * a list of files, hand it to sed, and leave out an empty one (docker-entrypoint.sh, docker-neo4j 3.4 to 5).
// Any other stays in the file, and a change of it replaces the members.
var (
	carried  = regexp.MustCompile(`^[A-Za-z0-9._:,/%@+=-]+( [A-Za-z0-9._:,/%@+=-]+)*$`)
	variable = regexp.MustCompile(`^[A-Z0-9a-z_]+$`)
)

// HasLive says whether members can take settings while they run: by dbms.setConfigValue, which Enterprise has from 3.4 on. Images whose
// entry point is root's do not read variables.
func (p Plan) HasLive() bool {
	return p.Edition == neo4j.Enterprise && !p.Release.RootsImage() && p.Release.Compare(neo4j.MustRelease("3.4.0")) >= 0
}
