package neo4j

import (
	"fmt"
	"math"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// valueType is the type of a setting's values as the catalogue tells it; where it says no more than text, anything goes.
type valueType struct {
	kind string
	// low and high bound a number, a duration or a size, empty for no bound; orZero says that none is allowed below the bound.
	low, high string
	orZero    bool
	// least is low as a number: of nanoseconds for a duration, of bytes for a size.
	least float64
	// power2 is of a size that is a power of two.
	power2 bool
	// words are the values of an enumeration, or of the items of a list of them.
	words []string
	// form is what a value looks like, example is one.
	form    *regexp.Regexp
	example string
	// enterprise is of a setting that Community of the era does not know.
	enterprise bool
	// era is the place in eras of those who know the setting so.
	era int
}

// parseType reads a type of the catalogue: "integer 1..10", "duration 0|1m..", "bytes 4k.. power of 2", "one of A|B", "list of A|B",
// "like <regular expression> such as <value>", "text".
func parseType(text string) valueType {
	for _, kind := range []string{"one of", "list of"} {
		if words, ok := strings.CutPrefix(text, kind+" "); ok {
			return valueType{kind: kind, words: strings.Split(words, "|")}
		}
	}
	if form, ok := strings.CutPrefix(text, "like "); ok {
		form, example, _ := strings.Cut(form, " such as ")
		return valueType{kind: "like", form: regexp.MustCompile(form), example: example}
	}
	text, power2 := strings.CutSuffix(text, " power of 2")
	kind, bounds, _ := strings.Cut(text, " ")
	bounds, orZero := strings.CutPrefix(bounds, "0|")
	low, high, _ := strings.Cut(bounds, "..")
	t := valueType{kind: kind, low: low, high: high, orZero: orZero, power2: power2}
	switch {
	case kind == "duration":
		t.least = nanoseconds(low)
	case kind == "bytes" && low != "":
		n, err := ParseBytes(low)
		if err != nil {
			panic("neo4j: the catalogue has a bound " + err.Error())
		}
		t.least = float64(n)
	}
	return t
}

// What values look like: asked of the servers themselves, see servers_test.go.
var (
	duration = regexp.MustCompile(`^(?i)(\d+(ns|μs|us|ms|s|m|h|d)?)+$`)
	// duration3 is 3.x's: one number, fewer units.
	duration3     = regexp.MustCompile(`^(?i)\d+(ms|s|m|h)?$`)
	sizeOfSetting = regexp.MustCompile(`^\d+(\.\d+)?\s*(B|(?i:[kmg](i?b)?|[tpe]i?b))?$`)
	sizeOf3       = regexp.MustCompile(`^\d+\s*(B|(?i:[kmg]i?b?|[tpe]i?b))?$`)
)

// Unread stands for a value that is not known here, such as one in a Secret. No type refuses it.
const Unread = "${not read}"

// refuse says why a value is none of the type, and what is one.
func (t valueType) refuse(value string) (reason, mend string) {
	value = strings.TrimSpace(value)
	if value == Unread {
		return "", ""
	}
	if value == "" {
		switch t.kind {
		case "boolean", "integer", "number", "one of", "duration", "bytes", "address", "like":
			return "is empty", "write a value, or leave it out"
		}
		return "", ""
	}
	switch t.kind {
	case "boolean":
		if !strings.EqualFold(value, "true") && !strings.EqualFold(value, "false") {
			return "is no boolean", "write true or false"
		}
	case "integer", "number":
		return t.refuseNumber(value)
	case "one of":
		if !t.isWord(value) {
			return "is none of its values", "write one of " + strings.Join(t.words, ", ")
		}
	case "list of":
		for _, item := range strings.Split(value, ",") {
			if item = strings.TrimSpace(item); item != "" && !t.isWord(item) {
				return "has items that are none of its values", "write some of " + strings.Join(t.words, ",")
			}
		}
	case "like":
		if !t.form.MatchString(value) {
			return "is not what it takes", "write a value such as " + t.example
		}
	case "duration":
		return t.refuseDuration(value)
	case "bytes":
		return t.refuseBytes(value)
	case "address":
		return t.refuseAddress(value)
	}
	return "", ""
}

// isWord compares as the servers do: many of 3.x's enumerations have one spelling.
func (t valueType) isWord(value string) bool {
	return slices.ContainsFunc(t.words, func(w string) bool { return w == value || t.era > 0 && strings.EqualFold(w, value) })
}

func (t valueType) refuseDuration(value string) (reason, mend string) {
	form, units := duration, "ms, s, m, h or d"
	if t.era == 0 {
		form, units = duration3, "ms, s, m or h"
	}
	if !form.MatchString(value) {
		return "is no duration", "write a number with " + units + ", such as 30s"
	}
	return t.refuseBelow(nanoseconds(value), "a duration")
}

// nanoseconds are a duration's, of which the form is known to be right.
func nanoseconds(text string) float64 {
	units := map[string]float64{"ns": 1, "μs": 1e3, "us": 1e3, "ms": 1e6, "": 1e9, "s": 1e9, "m": 60e9, "h": 3600e9, "d": 86400e9}
	total := 0.0
	for _, part := range durationPart.FindAllStringSubmatch(strings.ToLower(text), -1) {
		n, _ := strconv.ParseFloat(part[1], 64)
		total += n * units[part[2]]
	}
	return total
}

var durationPart = regexp.MustCompile(`(\d+)(ns|μs|us|ms|s|m|h|d|)`)

func (t valueType) refuseBytes(value string) (reason, mend string) {
	form := sizeOfSetting
	if t.era == 0 {
		form = sizeOf3
	}
	n, err := ParseBytes(value)
	if err != nil || !form.MatchString(value) {
		return "is no size in bytes", "write a number with k, m or g, such as 512m"
	}
	if t.power2 && n&(n-1) != 0 {
		return "is no power of two", "write one, such as 512k"
	}
	return t.refuseBelow(float64(n), "a size")
}

// refuseBelow holds a value against its lower bound.
func (t valueType) refuseBelow(n float64, what string) (reason, mend string) {
	switch {
	case n >= t.least || t.orZero && n == 0:
		return "", ""
	case t.orZero:
		return "is out of range", "write 0, or " + what + " of at least " + t.low
	}
	return "is out of range", "write " + what + " of at least " + t.low
}

func (t valueType) refuseNumber(value string) (reason, mend string) {
	n, err := strconv.ParseFloat(value, 64)
	if t.kind == "integer" {
		if _, intErr := strconv.ParseInt(value, 10, 64); intErr != nil {
			return "is no whole number", "write one" + t.bounds()
		}
	}
	if err != nil || math.IsNaN(n) {
		return "is no number", "write one" + t.bounds()
	}
	low, lowErr := strconv.ParseFloat(t.low, 64)
	high, highErr := strconv.ParseFloat(t.high, 64)
	if lowErr == nil && n < low || highErr == nil && n > high {
		return "is out of range", "write a number" + t.bounds()
	}
	return "", ""
}

func (t valueType) bounds() string {
	switch {
	case t.low != "" && t.high != "":
		return fmt.Sprintf(" from %s to %s", t.low, t.high)
	case t.low != "":
		return " of at least " + t.low
	case t.high != "":
		return " of at most " + t.high
	}
	return ""
}

func (t valueType) refuseAddress(value string) (reason, mend string) {
	const form = "write host:port, :port or host, the port from 0 to 65535"
	host, ports, hasPort := value, "", strings.Contains(value, ":")
	if hasPort {
		host, ports = value[:strings.LastIndex(value, ":")], value[strings.LastIndex(value, ":")+1:]
	}
	switch {
	case strings.ContainsFunc(value, unicode.IsSpace):
		return "is no address", form
	case !hasPort || t.era > 0 && net.ParseIP(strings.Trim(value, "[]")) != nil:
		return "", "" // a host alone
	case strings.Contains(host, ":") && !strings.HasPrefix(host, "["):
		return "is no address", form
	}
	first, last, ranged := strings.Cut(ports, "-") // 3.x takes the first free port of a range: dbms.backup.address is 127.0.0.1:6362-6372
	if !isPort(first) || ranged && !isPort(last) {
		return "is no address", form
	}
	return "", ""
}

func isPort(text string) bool {
	n, err := strconv.Atoi(text)
	return err == nil && n >= 0 && n <= 65535
}
