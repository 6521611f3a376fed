package summary

import (
	"regexp"
	"strings"
)

// joiner is a character without width. GitHub looks for names, numbers and links in the text that it has rendered, where an escape is gone; behind
// this one they are none.
const joiner = "\u200d"

// live is what GitHub makes something of that a text does not mean: @somebody is told of the comment, #1 is told in that issue, and https://… and
// www.… are links (GitHub Flavored Markdown, "Autolinks (extension)").
var live = regexp.MustCompile(`(?i)@|#|:/|www\.`)

// plain is a text in which nothing is Markdown, and which calls nobody and leads nowhere.
func plain(text string) string {
	text = live.ReplaceAllStringFunc(text, func(found string) string {
		if last := len(found) - 1; last > 0 {
			return found[:last] + joiner + found[last:]
		}
		return found + joiner
	})
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\n':
			b.WriteString(" ")
			continue
		case strings.ContainsRune("\\`*_[]<>|#~&$", r):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
