package config

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"neo4j-kubernetes/neo4j"
)

// Problem is one thing wrong with a stack's configuration: where, what was given, why it is refused and what to write instead.
type Problem struct{ Path, Value, Reason, Mend string }

// String is one line, path first.
func (p Problem) String() string {
	return fmt.Sprintf("%s: %s %s: %s", p.Path, p.Value, p.Reason, p.Mend)
}

// Problems are all that is wrong at once. As an error it lists one a line.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, 0, len(p)+1)
	noun := "problems"
	if len(p) == 1 {
		noun = "problem"
	}
	lines = append(lines, fmt.Sprintf("the stack's configuration has %d %s; nothing was touched", len(p), noun))
	for _, problem := range p {
		lines = append(lines, "  - "+problem.String())
	}
	return strings.Join(lines, "\n")
}

// add adds a problem, in which no value is shown that is a secret by its name.
func (p *Problems) add(path string, value any, reason, mend string) {
	value, secrets := hidden(path, value, mend)
	var text strings.Builder
	plain := json.NewEncoder(&text)
	plain.SetEscapeHTML(false) // people read it
	if err := plain.Encode(value); err != nil {
		text.Reset()
		_, _ = fmt.Fprint(&text, value)
	}
	*p = append(*p, Problem{"neo4j:" + oneLine(path), shorten(strings.TrimSpace(text.String())), without(reason, secrets), without(mend, secrets)})
}

// oneLine writes line breaks and other control characters of a key as Go does.
func oneLine(text string) string {
	if !strings.ContainsFunc(text, unicode.IsControl) {
		return text
	}
	quoted := strconv.Quote(text)
	return quoted[1 : len(quoted)-1]
}

// shorten keeps a refused value readable in one line.
func shorten(text string) string {
	const most = 80
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// nearest is the word of known that text was most likely meant to be, or empty: at most a third of its letters differ.
func nearest(text string, known []string) string {
	best, distance := "", len(text)/3+1
	for _, k := range known {
		if d := neo4j.Distance(strings.ToLower(text), strings.ToLower(k), distance+1); d < distance || d == distance && best == "" {
			best, distance = k, d
		}
	}
	return best
}
