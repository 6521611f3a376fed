package neo4j

import "strings"

// SplitFirst parts the lines that count at every start from those that count at a server's, or its cluster's, first start only and are
// not read again: the settings initial.* of 5.x and later (operations manual 5, "Configuration settings", initial.*).
func SplitFirst(lines []Line) (always, first []Line) {
	for _, line := range lines {
		if strings.HasPrefix(line.Key, "initial.") {
			first = append(first, line)
		} else {
			always = append(always, line)
		}
	}
	return always, first
}
