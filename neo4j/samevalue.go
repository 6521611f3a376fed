package neo4j

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// unordered are lists whose order says nothing: servers keep them as sets, and show them sorted (seen on 5.26.30).
var unordered = []string{
	"dbms.databases.read_only", "dbms.databases.writable", "server.databases.read_only", "server.databases.writable",
	"dbms.routing.client_side.enforce_for_domains",
}

// noValue is what servers of 4.x show in place of none; later ones give null (seen on the classes of 4.0.0 to 2026.08.1).
const noValue = "No Value"

// SameValue says whether a server that shows one value of a setting has another one, by the type of its values: 90s is shown as 90000ms by
// 3.x and as 1m30s later. Sizes are shown by 4.0 and later with two digits behind the point, so that sizes that differ less are taken for
// the same.
func SameValue(r Release, name, value, shown string) bool {
	value, shown = strings.TrimSpace(value), strings.TrimSpace(shown)
	if shown == noValue && eraOf(r) == 1 {
		shown = ""
	}
	if value == shown {
		return true
	}
	t, known := knowledge().typeOf(eraOf(r), name)
	if !known || value == "" || shown == "" {
		return false
	}
	if slices.Contains(unordered, name) {
		return slices.Equal(sorted(value), sorted(shown))
	}
	switch t.kind {
	case "boolean":
		return strings.EqualFold(value, shown)
	case "one of":
		return t.era > 0 && strings.EqualFold(value, shown)
	case "integer", "number":
		a, errA := strconv.ParseFloat(value, 64)
		b, errB := strconv.ParseFloat(shown, 64)
		return errA == nil && errB == nil && a == b
	case "duration":
		return duration.MatchString(value) && duration.MatchString(shown) && nanoseconds(value) == nanoseconds(shown)
	case "bytes":
		return sameSize(value, shown)
	case "list", "list of":
		return slices.Equal(items(value), items(shown))
	}
	return false
}

// sameSize allows for what a server rounds away.
func sameSize(value, shown string) bool {
	bytes, err := ParseBytes(value)
	m := byteSize.FindStringSubmatch(shown)
	if err != nil || m == nil {
		return false
	}
	number, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		return false
	}
	unit, err := ParseBytes("1" + m[2])
	if err != nil {
		return false
	}
	rounded := 0.0
	if _, digits, ok := strings.Cut(m[1], "."); ok {
		rounded = math.Pow(10, -float64(len(digits))) / 2 * float64(unit)
	}
	return math.Abs(float64(bytes)-number*float64(unit)) <= rounded
}

// items are those of a list, without the white space around them.
func items(list string) []string {
	var all []string
	for item := range strings.SplitSeq(list, ",") {
		if item = strings.TrimSpace(item); item != "" {
			all = append(all, item)
		}
	}
	return all
}

func sorted(list string) []string {
	all := items(list)
	slices.Sort(all)
	return slices.Compact(all)
}
