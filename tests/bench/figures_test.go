package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMedian(t *testing.T) {
	assert.Zero(t, median(nil))
	assert.Equal(t, 2.0, median([]float64{3, 1, 2}))
	assert.Equal(t, 2.5, median([]float64{4, 1, 2, 3}))
}

func TestJudgeByKind(t *testing.T) {
	for _, c := range []struct {
		name string
		f    figure
		met  bool
	}{
		{"ratio at the limit", figure{kind: ratio, limit: 1, Ours: []float64{30}, Theirs: []float64{30}}, true},
		{"ratio over it", figure{kind: ratio, limit: 0.85, Ours: []float64{30}, Theirs: []float64{30}}, false},
		{"difference", figure{kind: difference, limit: 5, Ours: []float64{6}, Theirs: []float64{0.5}}, false},
		{"difference within", figure{kind: difference, limit: 5, Ours: []float64{5}, Theirs: []float64{0.5}}, true},
		{"absolute", figure{kind: absolute, limit: 800, Ours: []float64{700, 900, 750}}, true},
		{"nothing against something", figure{kind: ratio, limit: 0.35, Ours: []float64{0}, Theirs: []float64{17.8}}, true},
		{"something against nothing", figure{kind: ratio, limit: 0.35, Ours: []float64{0.5}, Theirs: []float64{0}}, false},
		{"nothing against nothing", figure{kind: ratio, limit: 0.35, Ours: []float64{0}, Theirs: []float64{0}}, true},
		{"nothing to compare with", figure{kind: ratio, limit: 1, Ours: []float64{1}}, false},
		{"nothing at all", figure{kind: absolute, limit: 10}, false},
	} {
		assert.Equal(t, c.met, c.f.judge().Met, c.name)
	}
}

func TestTableSaysWhatWasNotMeasured(t *testing.T) {
	var out strings.Builder
	require.NoError(t, printTable(&out, []result{(&figure{Name: "box", Unit: "s", kind: absolute, limit: 10}).judge()}))
	assert.Contains(t, out.String(), "not measured")
}

func TestSamplesAreInTheFiguresUnit(t *testing.T) {
	assert.Equal(t, 187.5, (&figure{Unit: "ms"}).in(187500*time.Microsecond))
	assert.Equal(t, 2.5, (&figure{Unit: "s"}).in(2500*time.Millisecond))
}

func TestEveryFigureIsNamedOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range allFigures() {
		assert.False(t, seen[f.Key], f.Key)
		seen[f.Key] = true
	}
	for _, stage := range stages {
		for _, a := range stage.acts {
			for _, key := range a.figures {
				assert.True(t, seen[key], "%s is measured and not a figure", key)
			}
		}
	}
}
