package neo4j

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
)

// Render writes lines as neo4j.conf, a comment before each layer and before a line that takes the place of an earlier one.
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
		if l.Over != nil {
			fmt.Fprintf(&b, "# in place of the %s %s\n", l.Over.Layer, escape(l.Over.Value))
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
