package neo4j

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The documentation of summaries names every layer that a value may come from, and the one that package summary makes of the JVM's lines.
func TestLayersAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../docs/previews.md")
	require.NoError(t, err)
	listed := regexp.MustCompile("`from` is the layer of the new value: ([^.]+(?:\\.[a-z]+[^.]*)*)\\. ").FindStringSubmatch(string(text))
	require.NotNil(t, listed)
	want := []string{"cluster.jvm"}
	for _, layer := range layers {
		want = append(want, string(layer))
	}
	assert.ElementsMatch(t, want, strings.Split(listed[1], ", "))
}
