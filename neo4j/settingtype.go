package neo4j

import (
	"fmt"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// valueType is the type of a setting's values as the catalogue tells it; where it says no more than text, anything goes.
type valueType struct {
	kind string
	// low and high bound a number, empty for no bound.
	low, high string
	// words are the values of an enumeration.
	words []string
}

// parseType reads a type of the catalogue: "integer 1..10", "one of A|B", "duration".
func parseType(text string) valueType {
	if words, ok := strings.CutPrefix(text, "one of "); ok {
		return valueType{kind: "one of", words: strings.Split(words, "|")}
	}
	kind, bounds, _ := strings.Cut(text, " ")
	low, high, _ := strings.Cut(bounds, "..")
	return valueType{kind: kind, low: low, high: high}
}

var (
	// Neo4j's DurationParser; 3.x knows fewer units.
	duration = regexp.MustCompile(`^-?(\d+(ns|μs|us|ms|s|m|h|d)?\s*)+$`)
	// expansion is a command or a variable that the server expands, so what it says is not known here.
	expansion = regexp.MustCompile(`\$[({]`)
)

// refuse says why a value is none of the type, and what is one.
func (t valueType) refuse(value string) (reason, mend string) {
	value = strings.TrimSpace(value)
	if value == "" || expansion.MatchString(value) {
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
		if !slices.ContainsFunc(t.words, func(w string) bool { return strings.EqualFold(w, value) }) {
			return "is none of its values", "write one of " + strings.Join(t.words, ", ")
		}
	case "duration":
		if !duration.MatchString(value) {
			return "is no duration", "write a number with ms, s, m, h or d, such as 30s"
		}
	case "bytes":
		if !byteSize.MatchString(value) {
			return "is no size in bytes", "write a number with k, m or g, such as 512m"
		}
	case "address":
		return refuseAddress(value)
	}
	return "", ""
}

func (t valueType) refuseNumber(value string) (reason, mend string) {
	n, err := strconv.ParseFloat(value, 64)
	if t.kind == "integer" {
		if _, intErr := strconv.ParseInt(value, 10, 64); intErr != nil {
			return "is no whole number", "write one" + t.bounds()
		}
	}
	if err != nil {
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

func refuseAddress(value string) (reason, mend string) {
	ports := value[strings.LastIndex(value, ":")+1:]
	if !strings.Contains(value, ":") || net.ParseIP(strings.Trim(value, "[]")) != nil {
		return "", "" // a host alone
	}
	first, last, ranged := strings.Cut(ports, "-") // 3.x takes the first free port of a range: dbms.backup.address is 127.0.0.1:6362-6372
	if !isPort(first) || ranged && !isPort(last) {
		return "is no address", "write host:port, :port or host, the port from 0 to 65535"
	}
	return "", ""
}

func isPort(text string) bool {
	n, err := strconv.Atoi(text)
	return err == nil && n >= 0 && n <= 65535
}
