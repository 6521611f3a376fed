package config

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the README's configuration reference")

func TestReferenceNamesEveryKeyOfTheDecoder(t *testing.T) {
	var problems Problems
	f := newFile("cluster", nil, &problems)
	read(f)
	var listed []string
	for _, k := range Reference {
		listed = append(listed, k.Path)
		assert.NotEmpty(t, k.Description, k.Path)
	}
	slices.Sort(listed)
	assert.Equal(t, f.known(), listed)
}

func TestReadmeHoldsTheReference(t *testing.T) {
	const file, begin, end = "../README.md", "<!-- reference: begin -->\n", "<!-- reference: end -->"
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	before, rest, ok := strings.Cut(string(text), begin)
	require.True(t, ok, "the README has no reference")
	table, after, ok := strings.Cut(rest, end)
	require.True(t, ok, "the README's reference has no end")
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(before+begin+Table()+end+after), 0o644))
		return
	}
	assert.Equal(t, Table(), table, "a wanted change? then: make golden")
}
