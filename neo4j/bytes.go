package neo4j

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// byteSize is Neo4j's ByteUnit (operations manual, "Configuration file": k, m, g, 2.x to 2026; kb, KiB and their like since 4.0).
// 3.x knows b, k, m and g only.
var byteSize = regexp.MustCompile(`(?i)^(\d+(?:\.\d+)?)\s*(b|[kmgtpe]i?b?)?$`)

// ParseBytes reads a size as Neo4j does: every unit is a power of 1024, whatever its letters' case, and a plain number is bytes.
func ParseBytes(text string) (int64, error) {
	m := byteSize.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return 0, fmt.Errorf("%q is no size in bytes", text)
	}
	number, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		return 0, fmt.Errorf("%q is no size in bytes: %w", text, err)
	}
	if unit := strings.ToLower(m[2]); unit != "" && unit != "b" {
		number *= math.Pow(1024, float64(strings.Index("kmgtpe", unit[:1])+1))
	}
	if number > math.MaxInt64/2 || number != math.Trunc(number) {
		return 0, fmt.Errorf("%q is no whole number of bytes", text)
	}
	return int64(number), nil
}
