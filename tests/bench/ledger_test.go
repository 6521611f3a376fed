package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// heard are entries at milliseconds after a beginning, numbered from 1.
func heard(began time.Time, milliseconds ...int) []entry {
	var entries []entry
	for i, ms := range milliseconds {
		entries = append(entries, entry{int64(i + 1), "neo4j-0", began.Add(time.Duration(ms) * time.Millisecond)})
	}
	return entries
}

func TestGapsOf(t *testing.T) {
	began := time.Now()
	for _, c := range []struct {
		name         string
		milliseconds []int
		lasts        int
		want         gaps
	}{
		{"none", []int{-50, 0, 50, 100}, 100, gaps{0, 0, 50 * time.Millisecond}},
		{"just not a gap", []int{0, 400}, 400, gaps{0, 0, 400 * time.Millisecond}},
		{"two", []int{0, 500, 550, 2550}, 2600, gaps{2, 2500 * time.Millisecond, 2 * time.Second}},
		{"one that began before the change", []int{-300, 200, 250}, 250, gaps{1, 500 * time.Millisecond, 500 * time.Millisecond}},
		{"one that ended after it", []int{0, 900}, 100, gaps{1, 900 * time.Millisecond, 900 * time.Millisecond}},
		{"those of before and of after do not count", []int{-2000, -1000, 0, 50, 1050}, 50, gaps{0, 0, 50 * time.Millisecond}},
		{"nothing was acknowledged", nil, 1000, gaps{}},
	} {
		ended := began.Add(time.Duration(c.lasts) * time.Millisecond)
		assert.Equal(t, c.want, gapsOf(heard(began, c.milliseconds...), began, ended), c.name)
	}
}

func TestGapsInWords(t *testing.T) {
	assert.Equal(t, "2 gaps, together 2.50 s, the longest pause 2.00 s", gaps{2, 2500 * time.Millisecond, 2 * time.Second}.String())
}

func TestLostWritesAreNamed(t *testing.T) {
	entries := heard(time.Now(), 0, 50, 100, 150, 200, 250, 300)
	assert.Empty(t, lost(entries, []int64{7, 6, 5, 4, 3, 2, 1, 99}), "a write that was not acknowledged may be there")
	missing := lost(entries, []int64{1, 4})
	assert.Equal(t, []int64{2, 3, 5, 6, 7}, missing)
	assert.Equal(t, "2-3, 5-7", numbers(missing))
	assert.Equal(t, "4", numbers([]int64{4}))
	assert.Empty(t, numbers(nil))
}

func TestLedgerKeepsWhatWasAcknowledged(t *testing.T) {
	var l ledger
	assert.Equal(t, int64(1), l.next())
	second := l.next()
	l.keep(second, "neo4j-2")
	kept := l.kept()
	assert.Len(t, kept, 1, "the first was refused")
	assert.Equal(t, int64(2), kept[0].number)
	assert.Equal(t, "neo4j-2", kept[0].by)
}

func TestSteadyBy(t *testing.T) {
	entries := heard(time.Now(), 0, 50, 100)
	assert.Empty(t, steadyBy(entries, 4), "too few")
	assert.Equal(t, "neo4j-0", steadyBy(entries, 3))
	entries[1].by = "neo4j-1"
	assert.Empty(t, steadyBy(entries, 3), "the lead has just moved")
	assert.Equal(t, "neo4j-0", steadyBy(entries, 1))
}
