package main

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
)

// aim says what is compared with the limit of a figure.
type aim int

const (
	ratio      aim = iota // median of ours by median of theirs
	difference            // median of ours less median of theirs
	absolute              // median of ours alone
	told                  // nothing: a figure without an aim
)

// figure is one line of the table: samples of ours and, but for an absolute one, of what it is measured against.
type figure struct {
	Key     string `json:"key"`
	Name    string `json:"figure"`
	Against string `json:"against"`
	Unit    string `json:"unit"`
	kind    aim
	limit   float64
	Ours    []float64 `json:"ours"`
	Theirs  []float64 `json:"theirs,omitempty"`
}

// The keys of the figures, as --only takes them.
const (
	upPlain, upBare, previewFloor, unchangedFloor, failover, deletion, boxStart, boxMemory = "up", "bare", "preview", "unchanged", "failover", "deletion", "box", "memory"
	previewProvider, previewFirst, planning                                                = "preview-provider", "preview-first", "plan"

	rolling, rollingDefault, rollingTime, liveGap, liveTime, bad, growth = "rolling", "rolling-default", "rolling-time", "live-gap", "live-time", "bad", "growth"
)

// The keys of what a cluster more costs a preview.
const manyTime, manySpace = "many", "many-memory"

// byController is what rolling changes are measured against.
const byController = "a plain StatefulSet's RollingUpdate, leader on the highest ordinal"

func allFigures() []*figure {
	return []*figure{
		{Key: upPlain, Name: "up, empty namespace to proven roles", Against: "kubectl apply, blog post's manifests, to 3/3 Ready", Unit: "s", kind: ratio, limit: 0.85},
		{Key: upBare, Name: "up, empty namespace to proven roles", Against: "three bare processes, started together, to formed", Unit: "s", kind: ratio, limit: 1},
		{Key: previewFloor, Name: "preview of a running cluster, which is asked; program prebuilt", Against: "preview of an empty program", Unit: "s", kind: ratio, limit: 1.5},
		{Key: previewProvider, Name: "preview of a running cluster, which is asked; program prebuilt", Against: "preview of one ConfigMap by the same provider", Unit: "s", kind: ratio, limit: 1.5},
		{Key: previewFirst, Name: "preview of a first update", Against: "preview of one ConfigMap's first update", Unit: "s", kind: ratio, limit: 1.5},
		{Key: unchangedFloor, Name: "up, nothing changed, check included", Against: "up of an empty program", Unit: "s", kind: difference, limit: 5},
		{Key: failover, Name: "leader killed to next write, pods", Against: "the same, bare processes", Unit: "s", kind: ratio, limit: 1.3},
		{Key: deletion, Name: "leader's pod deleted by force to next write", Against: "bare process killed", Unit: "s", kind: told},
		{Key: rolling, Name: "a setting changed on three members: sum of the gaps between acknowledged writes", Against: byController, Unit: "s", kind: ratio, limit: 0.35},
		{Key: rollingDefault, Name: "the same, with the server's default timeouts", Against: byController, Unit: "s", kind: ratio, limit: 0.35},
		{Key: rollingTime, Name: "a setting changed on three members, to proven roles", Against: byController, Unit: "s", kind: ratio, limit: 1},
		{Key: liveGap, Name: "a setting changed live: the longest pause between acknowledged writes", Against: "-", Unit: "ms", kind: absolute, limit: 200},
		{Key: liveTime, Name: "a setting changed live, to proven roles", Against: "-", Unit: "s", kind: absolute, limit: 10},
		{Key: bad, Name: "a setting that the server refuses: its end to the end of up, one member down", Against: "-", Unit: "s", kind: absolute, limit: 60},
		{Key: growth, Name: "volumes grown 1Gi to 2Gi on three members, to proven roles", Against: "-", Unit: "s", kind: absolute, limit: 30},
		{Key: boxStart, Name: "box, cold start to three nodes Ready", Against: "-", Unit: "s", kind: absolute, limit: 10},
		{Key: planning, Name: "neo4j.conf of every family, 100 clusters parsed, validated and planned", Against: "-", Unit: "ms", kind: absolute, limit: 100},
		{Key: manyTime, Name: "preview, a cluster more, from 10 to 100 in one program", Against: "the same, from 1 to 10", Unit: "ms", kind: ratio, limit: 1.2},
		{Key: manySpace, Name: "the same, memory of the largest process", Against: "the same, from 1 to 10", Unit: "MB", kind: ratio, limit: 1.2},
		{Key: boxMemory, Name: "box, PSS before pods", Against: "-", Unit: "MB", kind: absolute, limit: 800},
	}
}

// in is a duration in the figure's unit.
func (f *figure) in(took time.Duration) float64 {
	if f.Unit == "ms" {
		return took.Seconds() * 1000
	}
	return took.Seconds()
}

// result is a figure's judgement; measured is false where samples are missing.
type result struct {
	*figure
	MedianOurs   float64 `json:"medianOurs"`
	MedianTheirs float64 `json:"medianTheirs,omitempty"`
	// Ratio is ours by theirs, zero for an absolute figure.
	Ratio    float64 `json:"ratio,omitempty"`
	Aim      string  `json:"aim"`
	Met      bool    `json:"met"`
	Measured bool    `json:"measured"`
}

func (f *figure) judge() result {
	r := result{figure: f, MedianOurs: median(f.Ours), MedianTheirs: median(f.Theirs)}
	r.Measured = len(f.Ours) > 0 && (f.kind == absolute || len(f.Theirs) > 0)
	if r.MedianTheirs > 0 {
		r.Ratio = r.MedianOurs / r.MedianTheirs
	}
	value, limit := r.MedianOurs, f.limit
	switch f.kind {
	case ratio:
		// By the product, for theirs may be nothing at all.
		limit, r.Aim = f.limit*r.MedianTheirs, fmt.Sprintf("ratio <= %.2f", f.limit)
	case difference:
		value, r.Aim = r.MedianOurs-r.MedianTheirs, fmt.Sprintf("<= %.0f %s over it", f.limit, f.Unit)
	case absolute:
		r.Aim = fmt.Sprintf("<= %.0f %s", f.limit, f.Unit)
	case told:
		r.Aim = "-"
		return r
	}
	r.Met = r.Measured && value <= limit
	return r
}

// median of an even number of samples is the mean of the two in the middle; of none it is zero.
func median(samples []float64) float64 {
	if len(samples) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(samples))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

func printTable(out io.Writer, results []result) error {
	w := table.NewWriter()
	w.SetStyle(table.StyleLight)
	w.AppendHeader(table.Row{"figure", "against", "ours", "theirs", "ratio", "aim", "met"})
	for _, r := range results {
		w.AppendRow(r.row())
	}
	_, err := fmt.Fprintln(out, w.Render())
	return err
}

func (r result) row() table.Row {
	if !r.Measured {
		return table.Row{r.Name, r.Against, "-", "-", "-", r.Aim, "not measured"}
	}
	theirs, quotient, met := "-", "-", "no"
	if r.kind != absolute {
		theirs = fmt.Sprintf("%.1f %s (%d)", r.MedianTheirs, r.Unit, len(r.Theirs))
		quotient = fmt.Sprintf("%.2f", r.Ratio)
	}
	switch {
	case r.kind == told:
		met = "-"
	case r.Met:
		met = "yes"
	}
	return table.Row{r.Name, r.Against, fmt.Sprintf("%.1f %s (%d)", r.MedianOurs, r.Unit, len(r.Ours)), theirs, quotient, r.Aim, met}
}
