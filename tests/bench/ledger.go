package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// entry is a write that a member acknowledged; every write has a number of its own, refused ones too.
type entry struct {
	number int64
	by     string
	at     time.Time
}

// ledger is what was acknowledged to the writers of one cluster, in the order in which they heard it.
type ledger struct {
	mu      sync.Mutex
	last    int64
	entries []entry
}

// next is the number of another write.
func (l *ledger) next() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	return l.last
}

func (l *ledger) keep(number int64, by string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, entry{number, by, time.Now()})
}

// kept is what was acknowledged so far.
func (l *ledger) kept() []entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.entries)
}

// gapOver is how long a pause between two acknowledged writes is that counts as a gap.
const gapOver = 400 * time.Millisecond

// gaps are the pauses that were longer than gapOver; longest is the longest of all pauses, of the short ones too.
type gaps struct {
	count        int
	sum, longest time.Duration
}

func (g gaps) String() string {
	return fmt.Sprintf("%d gaps, together %.2f s, the longest pause %.2f s", g.count, g.sum.Seconds(), g.longest.Seconds())
}

// gapsOf looks at every two acknowledged writes that follow each other, of which the one was heard before the end of a change and the other
// after its beginning: a pause that began or ended beyond counts whole.
func gapsOf(entries []entry, began, ended time.Time) gaps {
	var g gaps
	for i := 1; i < len(entries); i++ {
		before, after := entries[i-1].at, entries[i].at
		if !before.Before(ended) || !after.After(began) {
			continue
		}
		pause := after.Sub(before)
		g.longest = max(g.longest, pause)
		if pause > gapOver {
			g.count++
			g.sum += pause
		}
	}
	return g
}

// lost are the acknowledged numbers that are not among those that a member has, in their order.
func lost(entries []entry, has []int64) []int64 {
	there := make(map[int64]bool, len(has))
	for _, number := range has {
		there[number] = true
	}
	var missing []int64
	for _, e := range entries {
		if !there[e.number] {
			missing = append(missing, e.number)
		}
	}
	slices.Sort(missing)
	return missing
}

// numbers writes sorted numbers with their runs in short: "3, 7-9".
func numbers(sorted []int64) string {
	var runs []string
	for i := 0; i < len(sorted); {
		first := i
		for i++; i < len(sorted) && sorted[i] == sorted[i-1]+1; i++ {
		}
		run := strconv.FormatInt(sorted[first], 10)
		if last := i - 1; last > first {
			run += "-" + strconv.FormatInt(sorted[last], 10)
		}
		runs = append(runs, run)
	}
	return strings.Join(runs, ", ")
}

// steadyBy is the member that acknowledged the last few writes, all of them, empty where there were less or where others did, too.
func steadyBy(entries []entry, few int) string {
	if len(entries) < few {
		return ""
	}
	recent := entries[len(entries)-few:]
	for _, e := range recent {
		if e.by != recent[0].by {
			return ""
		}
	}
	return recent[0].by
}
