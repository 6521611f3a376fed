package scripted

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"neo4j-kubernetes/neo4j"
)

// RunTime is what the servers of a cluster say of their settings, and take while they run: each server for itself, and not after a restart
// (3.5, 4.4 and 5.x configuration/dynamic-settings.adoc; 4.0 to dev, the procedure dbms.setConfigValue).
type RunTime struct {
	// Settings are those that were set at run time, by host and name, as the servers show them; Changed are those changes in their order.
	Settings map[string]map[string]string
	Changed  []string
	// Started are the lines of neo4j.conf that all servers were started with.
	Started map[string]string

	release neo4j.Release
	// version is the release of the server at a host, where servers of two run; nil for one.
	version func(host string) string
	mu      sync.Mutex
}

// NewRunTime are servers of a release that were started with no settings.
func NewRunTime(release string) *RunTime {
	return &RunTime{release: neo4j.MustRelease(release), Settings: map[string]map[string]string{}, Started: map[string]string{}}
}

// at is the release of the server at a host.
func (r *RunTime) at(host string) neo4j.Release {
	if r.version != nil {
		if release, err := neo4j.ParseRelease(r.version(host)); err == nil {
			return release
		}
	}
	return r.release
}

// runs says whether the server at a host is of another or a later release: while a release changes there are servers of two.
func (r *RunTime) runs(host, release string) bool {
	return r.at(host).Compare(neo4j.MustRelease(release)) >= 0
}

// Restart has the server at a host forget what it was told.
func (r *RunTime) Restart(host string) { delete(r.Settings, host) }

// At gives the answers of the server at a host, of one that is asked of its settings only.
func (r *RunTime) At(host string) func(Query) Answer {
	return func(q Query) Answer {
		r.mu.Lock()
		defer r.mu.Unlock()
		a, known := r.answer(host, q)
		a.Unknown = !known
		return a
	}
}

var (
	listConfig = regexp.MustCompile(`^CALL dbms\.listConfig\((?:'([^']*)'|\$text)?\)(?: YIELD ([A-Za-z, ]+))?$`)
	setConfig  = regexp.MustCompile(`^CALL dbms\.setConfigValue\(\$name, \$value\)$`)
)

func (r *RunTime) answer(host string, q Query) (Answer, bool) {
	if m := listConfig.FindStringSubmatch(q.Text); m != nil {
		text := m[1]
		if given, ok := q.Parameters["text"].(string); ok {
			text = given
		}
		return r.list(host, text, m[2]), true
	}
	if setConfig.MatchString(q.Text) {
		name, _ := q.Parameters["name"].(string)
		value, _ := q.Parameters["value"].(string)
		return r.set(host, name, value), true
	}
	return Answer{}, false
}

// list is dbms.listConfig: four columns up to 4.4, eight from 5.0 on (3.5, 4.4 and 5.0 reference/procedures.adoc). Null is shown as such
// from 5.0 on, and as words before (seen on the classes of 4.0.0 to 5.26.30).
func (r *RunTime) list(host, text, yield string) Answer {
	release := r.at(host)
	columns := []string{"name", "description", "value"}
	if release.Compare(neo4j.MustRelease("3.5.0-beta03")) >= 0 {
		columns = append(columns, "dynamic") // not on 3.4.10 and 3.5.0-beta02 (seen there)
	}
	if release.Major >= 5 {
		columns = append(columns, "defaultValue", "startupValue", "explicitlySet", "validValues")
	}
	wanted := columns
	if yield != "" {
		wanted = strings.Split(yield, ", ")
	}
	a := Answer{Columns: wanted}
	for _, s := range settingsOf(release) {
		if !strings.Contains(s.name, strings.ToLower(text)) {
			continue
		}
		initial, _ := s.show(release, s.initial)
		start := r.started(s, release)
		value, explicit := r.Settings[host][s.name]
		if !explicit {
			value = start
		}
		all := map[string]any{
			"name": s.name, "description": "A setting.", "value": value, "dynamic": s.dynamic,
			"defaultValue": initial, "startupValue": start, "explicitlySet": value != initial, "validValues": s.kind,
		}
		var row []any
		for _, column := range wanted {
			if !slices.Contains(columns, column) {
				return syntaxError(fmt.Sprintf("Unknown procedure output: `%s`", column))
			}
			row = append(row, all[column])
		}
		a.Rows = append(a.Rows, row)
	}
	return a
}

// started is what neo4j.conf says of a setting, else its default.
func (r *RunTime) started(s modelSetting, release neo4j.Release) string {
	value, ok := r.Started[s.name]
	if !ok {
		value = s.initial
	}
	shown, _ := s.show(release, value)
	return shown
}

// set is dbms.setConfigValue. Empty takes a setting back to its default and not to what the server was started with (seen on
// 3.5.0-beta03, and on the classes of 4.0.0 to 2026.08.1).
func (r *RunTime) set(host, name, value string) Answer {
	release := r.at(host)
	i := slices.IndexFunc(settingsOf(release), func(s modelSetting) bool { return s.name == name })
	switch three := release.Major < 4; {
	case i < 0 && three:
		return uncalled("java.lang.IllegalArgumentException: Unknown setting: " + name)
	case i < 0:
		return uncalled("java.lang.IllegalArgumentException: Setting `" + name + "` not found")
	case !settingsOf(release)[i].dynamic && three:
		return uncalled("java.lang.IllegalArgumentException: Setting is not dynamic and can not be changed at runtime")
	case !settingsOf(release)[i].dynamic:
		return uncalled("java.lang.IllegalArgumentException: Setting '" + name + "' is not dynamic and can not be changed at runtime")
	}
	s := settingsOf(release)[i]
	told := value
	if told == "" {
		told = s.initial
	}
	shown, wrong := s.show(release, told)
	if wrong != "" {
		return uncalled("org.neo4j.graphdb.config.InvalidSettingException: Bad value '" + value + "' for setting '" + name + "': " + wrong)
	}
	if r.Settings[host] == nil {
		r.Settings[host] = map[string]string{}
	}
	r.Settings[host][name] = shown
	r.Changed = append(r.Changed, host+" "+name+"="+value)
	return Answer{}
}

// uncalled is how a procedure fails (seen on 3.5.0-beta03).
func uncalled(cause string) Answer {
	return Answer{
		Code:    "Neo.ClientError.Procedure.ProcedureCallFailed",
		Message: "Failed to invoke procedure `dbms.setConfigValue`: Caused by: " + cause,
	}
}
