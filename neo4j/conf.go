package neo4j

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
)

// Layer says where a line of neo4j.conf comes from. Later layers win over earlier ones.
type Layer string

// The layers in their order.
const (
	// FromFamily are the defaults of the release's family.
	FromFamily Layer = "family default"
	// FromMemory is the memory plan.
	FromMemory Layer = "memory plan"
	// FromUser are the stack's own settings.
	FromUser Layer = "cluster.settings"
	// FromTopology is what the shape of the cluster decides; nobody else may set it.
	FromTopology Layer = "topology"
)

// Line is one line of neo4j.conf and where it comes from.
type Line struct {
	Setting
	Layer Layer
}

// Conf is the neo4j.conf shared by all members of one role, sorted by key within its layer, each key once but for the
// family's JVM key. What differs by member is in MemberSettings. The error is of an unknown release or of a user setting that
// Check refuses.
func Conf(s Spec, role Role) ([]Line, error) {
	f, err := FamilyOf(s.Release)
	if err != nil {
		return nil, err
	}
	if problems := CheckSettings(f, s.Settings); len(problems) > 0 {
		return nil, fmt.Errorf("cluster.settings.%s: %s", problems[0].Key, problems[0].Reason)
	}
	lines := map[string]Line{}
	put := func(layer Layer, key, value string) {
		if key != "" {
			lines[key] = Line{Setting{key, value}, layer}
		}
	}
	for _, d := range f.Defaults {
		put(FromFamily, d.Key, d.Value)
	}
	put(FromFamily, f.Keys.DefaultListen, "0.0.0.0")
	put(FromMemory, f.Keys.HeapInitial, confBytes(s.Memory.Heap))
	put(FromMemory, f.Keys.HeapMax, confBytes(s.Memory.Heap))
	put(FromMemory, f.Keys.PageCache, confBytes(s.Memory.PageCache))
	for key, value := range s.Settings {
		if key != f.Keys.JVM {
			put(FromUser, key, value)
		}
	}
	for _, t := range topologySettings(f, s, role) {
		put(FromTopology, t.Key, t.Value)
	}
	conf := slices.SortedFunc(maps.Values(lines), func(a, b Line) int {
		return compareText(layerOrder(a.Layer), layerOrder(b.Layer), a.Key, b.Key)
	})
	return append(conf, jvmLines(f, s.Settings)...), nil
}

// topologySettings are the settings that follow from the shape of the cluster.
func topologySettings(f Family, s Spec, role Role) []Setting {
	if !s.Clustered() {
		return []Setting{{f.Keys.Mode, "SINGLE"}}
	}
	first := make([]string, 0, formationSize)
	for _, m := range s.FirstMembers() {
		first = append(first, m.Host+":"+strconv.Itoa(f.Ports.Discovery))
	}
	settings := []Setting{
		{f.Keys.Mode, f.Modes[role]},
		{f.Keys.DiscoveryType, "LIST"},
		{f.Keys.DiscoveryMembers, strings.Join(first, ",")},
		// Probes carry no credentials.
		{f.Keys.StatusAuth, "false"},
	}
	if role == Primary {
		formation := strconv.Itoa(s.Formation())
		settings = append(settings, Setting{f.Keys.FormationSize, formation}, Setting{f.Keys.RuntimeSize, formation})
	}
	return settings
}

// jvmLines are the family's JVM lines with the user's own, separated by white space in the one setting, behind them: the JVM
// takes the last of two that contradict each other.
func jvmLines(f Family, user map[string]string) []Line {
	var lines []Line
	for _, flag := range f.JVM {
		lines = append(lines, Line{Setting{f.Keys.JVM, flag}, FromFamily})
	}
	for _, flag := range strings.Fields(user[f.Keys.JVM]) {
		lines = append(lines, Line{Setting{f.Keys.JVM, flag}, FromUser})
	}
	return lines
}

// MemberSettings are the settings that differ by member: the addresses it advertises, with host standing for its fully
// qualified name. They reach the container as environment variables (see EnvName), because the ConfigMap is the whole pool's.
// The ports are written out: the 3.x images otherwise put the pod's short name, which nobody can resolve, into the three
// cluster addresses.
func MemberSettings(f Family, host string) []Setting {
	at := func(port int) string { return host + ":" + strconv.Itoa(port) }
	all := []Setting{
		{f.Keys.DefaultAdvertised, host},
		{f.Keys.DiscoveryAdvertised, at(f.Ports.Discovery)},
		{f.Keys.TransactionAdvertised, at(f.Ports.Transaction)},
		{f.Keys.RaftAdvertised, at(f.Ports.Raft)},
		{f.Keys.BoltAdvertised, at(f.Ports.Bolt)},
		{f.Keys.HTTPAdvertised, at(f.Ports.HTTP)},
	}
	return slices.DeleteFunc(all, func(s Setting) bool { return s.Key == "" })
}

// EnvName is the environment variable by which the official images take a setting: prefix NEO4J_, "_" doubled, "." as "_".
func EnvName(key string) string {
	return "NEO4J_" + strings.ReplaceAll(strings.ReplaceAll(key, "_", "__"), ".", "_")
}

// Render writes lines as neo4j.conf, a comment before each layer.
func Render(lines []Line) string {
	var b strings.Builder
	var layer Layer
	for _, l := range lines {
		if l.Layer != layer {
			if layer != "" {
				b.WriteByte('\n')
			}
			fmt.Fprintf(&b, "# %s\n", l.Layer)
			layer = l.Layer
		}
		fmt.Fprintf(&b, "%s=%s\n", l.Key, escape(l.Value))
	}
	return b.String()
}

// Parse reads what Render wrote (and any neo4j.conf of plain lines) back as settings in their order.
func Parse(conf string) ([]Setting, error) {
	var settings []Setting
	for i, line := range strings.Split(conf, "\n") {
		line = strings.TrimLeft(line, " \t")
		if line == "" || line[0] == '#' {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			return nil, fmt.Errorf("neo4j.conf line %d: %q has no '='", i+1, line)
		}
		settings = append(settings, Setting{key, unescape(value)})
	}
	return settings, nil
}

// escape keeps a value as it is under the rules of java.util.Properties, by which Neo4j reads its file: a backslash escapes,
// leading white space is dropped, and the file is ISO 8859-1, so that other characters are written as UTF-16 code units.
func escape(value string) string {
	var b strings.Builder
	for i, r := range value {
		switch {
		case r == '\\' || r == ' ' && i == 0:
			b.WriteByte('\\')
			b.WriteRune(r)
		case r > unicode.MaxASCII:
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, `\u%04x`, unit)
			}
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func unescape(value string) string {
	var units []uint16
	for i := 0; i < len(value); i++ {
		if value[i] == '\\' && i+1 < len(value) {
			i++
			if unit, err := strconv.ParseUint(value[i:min(i+5, len(value))][1:], 16, 16); value[i] == 'u' && err == nil {
				units = append(units, uint16(unit))
				i += 4
				continue
			}
		}
		units = append(units, uint16(value[i]))
	}
	return string(utf16.Decode(units))
}

// confBytes writes a size as neo4j.conf has it, in the largest unit that keeps it whole.
func confBytes(n int64) string {
	for _, u := range []struct {
		suffix string
		size   int64
	}{{"g", 1 << 30}, {"m", 1 << 20}, {"k", 1 << 10}} {
		if n >= u.size && n%u.size == 0 {
			return strconv.FormatInt(n/u.size, 10) + u.suffix
		}
	}
	return strconv.FormatInt(n, 10)
}

func layerOrder(l Layer) int {
	return slices.Index([]Layer{FromFamily, FromMemory, FromUser, FromTopology}, l)
}

func compareText(la, lb int, a, b string) int {
	if la != lb {
		return la - lb
	}
	return strings.Compare(a, b)
}
