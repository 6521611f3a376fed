package scripted

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"neo4j-kubernetes/neo4j"
)

// modelSetting is one setting that the servers know.
type modelSetting struct {
	name, kind, initial string
	dynamic             bool
}

// settingsOf are some settings of a release: kinds, defaults and whether they are dynamic are those of the manuals (3.5
// configuration/dynamic-settings.adoc; 4.4, 5.x and dev configuration/configuration-settings.adoc).
func settingsOf(r neo4j.Release) []modelSetting {
	switch {
	case r.Major < 4:
		return []modelSetting{
			{"dbms.logs.query.enabled", "boolean", "false", true}, {"dbms.logs.query.threshold", "duration", "0s", true},
			{"dbms.memory.pagecache.size", "bytes", "1g", false}, {"dbms.transaction.timeout", "duration", "0s", true},
			{"dbms.tx_log.rotation.size", "bytes", "250m", true},
		}
	case r.Major < 5:
		settings := []modelSetting{
			{"dbms.logs.query.enabled", "word", "VERBOSE", true}, {"dbms.logs.query.threshold", "duration", "0s", true},
			{"dbms.memory.pagecache.size", "bytes", "1g", false}, {"dbms.transaction.timeout", "duration", "0s", true},
		}
		if r.Minor >= 3 {
			settings = append(settings, readOnlySettings("dbms.databases.")...)
		}
		return settings
	}
	return append([]modelSetting{
		{"db.logs.query.enabled", "word", "VERBOSE", true}, {"db.logs.query.threshold", "duration", "0s", true},
		{"db.memory.transaction.max", "bytes", "0", true}, {"db.transaction.timeout", "duration", "0s", true},
		{"server.memory.pagecache.size", "bytes", "1g", false},
	}, readOnlySettings("server.databases.")...)
}

func readOnlySettings(prefix string) []modelSetting {
	return []modelSetting{
		{prefix + "default_to_read_only", "boolean", "false", true}, {prefix + "read_only", "databases", "", true}, {prefix + "writable", "databases", "", true},
	}
}

// show is how servers show a value, or what they say of one that is wrong.
func (s modelSetting) show(r neo4j.Release, value string) (shown, wrong string) {
	switch s.kind {
	case "boolean":
		if shown = strings.ToLower(value); shown != "true" && shown != "false" {
			return "", "must be 'true' or 'false'"
		}
	case "word":
		if shown = strings.ToUpper(value); !slices.Contains([]string{"OFF", "INFO", "VERBOSE"}, shown) {
			return "", "'" + value + "' not one of [OFF, INFO, VERBOSE]"
		}
	case "databases":
		list := strings.FieldsFunc(value, func(c rune) bool { return c == ',' || c == ' ' })
		if slices.Contains(list, "system") {
			return "", "Database name 'system' is not allowed"
		}
		slices.Sort(list)
		shown = strings.Join(slices.Compact(list), ",")
	case "duration":
		return showDuration(r, value)
	case "bytes":
		return showBytes(r, value)
	}
	return shown, ""
}

var modelDuration = regexp.MustCompile(`^(\d+)(ms|s|m|h|d)?`)

// showDuration shows milliseconds up to 3.5, and the units one after the other later (seen on 3.5.0-beta03 and 5.26.30).
func showDuration(r neo4j.Release, value string) (shown, wrong string) {
	total := int64(0)
	for rest := value; rest != ""; {
		m := modelDuration.FindStringSubmatch(rest)
		if m == nil || r.Major < 4 && (m[2] == "d" || m[0] != value) {
			return "", fmt.Sprintf("Unrecognized unit '%s'. Valid units are: 'ms', 's', 'm' and 'h'; default unit is 's'", strings.TrimLeft(value, "0123456789"))
		}
		n, _ := strconv.ParseInt(m[1], 10, 64)
		total += n * map[string]int64{"ms": 1, "": 1000, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}[m[2]]
		rest = rest[len(m[0]):]
	}
	if r.Major < 4 {
		return fmt.Sprintf("%dms", total), ""
	}
	for _, unit := range []struct {
		name   string
		length int64
	}{{"d", 86_400_000}, {"h", 3_600_000}, {"m", 60_000}, {"s", 1000}, {"ms", 1}} {
		if n := total / unit.length; n > 0 {
			shown += fmt.Sprintf("%d%s", n, unit.name)
		}
		total %= unit.length
	}
	if shown == "" {
		shown = "0s"
	}
	return shown, ""
}

// showBytes shows bytes up to 4.0, and two digits of the largest unit later (seen on 3.5.0-beta03 and 5.26.30, and on the classes of 4.0.0
// and 4.2.1).
func showBytes(r neo4j.Release, value string) (shown, wrong string) {
	n, err := neo4j.ParseBytes(value)
	if err != nil {
		return "", value + " is not a valid size, must be e.g. 10, 5K, 1M, 11G"
	}
	if r.Major < 4 || r.Major == 4 && r.Minor == 0 {
		return strconv.FormatInt(n, 10), ""
	}
	size, unit := float64(n), 0
	for size >= 1024 {
		size /= 1024
		unit++
	}
	if unit == 0 {
		return fmt.Sprintf("%dB", n), ""
	}
	return fmt.Sprintf("%.2f%ciB", size, "KMGTPE"[unit-1]), ""
}
