package summary

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// What GitHub would make something of stays a text.
func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"3 -> 1":                    `3 -\> 1`,
		"`a`\n*b*":                  "\\`a\\` \\*b\\*",
		"@octocat":                  "@\u200doctocat",
		"a@example.org":             "a@\u200dexample.org",
		"#12, o/r#12":               "\\#\u200d12, o/r\\#\u200d12",
		"https://evil.example":      "https:\u200d//evil.example",
		"WWW.evil.example":          "WWW\u200d.evil.example",
		"[x](ftp://evil.example)":   "\\[x\\](ftp:\u200d//evil.example)",
		"neo4j:cluster.name: wrong": "neo4j:cluster.name: wrong",
	} {
		assert.Equal(t, want, plain(text), text)
	}
}
