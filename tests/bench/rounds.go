package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"neo4j-kubernetes/tests/harness"
)

// bench is one run of all rounds.
type bench struct {
	began   time.Time
	figures map[string]*figure
	box     *harness.Box
	// dir is for what is built and copied; floors are the projects that ours is measured against.
	dir    string
	floors map[string]*harness.Project
}

func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "%6.1fs %s\n", time.Since(b.began).Seconds(), fmt.Sprintf(format, args...))
}

func (b *bench) wants(keys ...string) bool {
	for _, key := range keys {
		if b.figures[key] != nil {
			return true
		}
	}
	return false
}

// ours and theirs keep a sample of a figure, where that figure is wanted.
func (b *bench) ours(key string, took time.Duration) {
	if f := b.figures[key]; f != nil {
		f.Ours = append(f.Ours, f.in(took))
		b.say("%s: ours %s", key, took.Round(time.Millisecond))
	}
}

func (b *bench) theirs(key string, took time.Duration) {
	if f := b.figures[key]; f != nil {
		f.Theirs = append(f.Theirs, f.in(took))
		b.say("%s: theirs %s", key, took.Round(time.Millisecond))
	}
}

// needsBox says whether a figure is wanted that is measured on the box.
func (b *bench) needsBox() bool {
	for key := range b.figures {
		if key != planning && key != manyTime && key != manySpace {
			return true
		}
	}
	return false
}

// measure runs the rounds; the side that begins takes turns, so that a machine that tires favours none.
func (b *bench) measure(ctx context.Context, runs int) (err error) {
	if b.dir, err = os.MkdirTemp("", "neo4j-bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	if b.wants(planning) {
		for range max(runs, 5) {
			took, err := plan(100)
			if err != nil {
				return fmt.Errorf("planning: %w", err)
			}
			b.ours(planning, took)
		}
	}
	for range runs {
		if err := b.many(ctx); err != nil {
			return err
		}
	}
	if !b.needsBox() {
		return nil
	}
	if err := b.build(ctx); err != nil {
		return err
	}
	if b.box, err = harness.NewBox("neo4j-bench-box-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.box.Remove()) }()
	if err := b.startBox(ctx, runs); err != nil {
		return err
	}
	if err := b.makeFloors(ctx); err != nil {
		return err
	}
	for round := range runs {
		changes := func(ctx context.Context, name string) error { return b.changes(ctx, name, round%2 == 0) }
		sides := []func(context.Context, string) error{b.program, b.plain, b.bare, changes}
		if round%2 == 1 {
			slices.Reverse(sides)
		}
		for _, side := range sides {
			if err := side(ctx, fmt.Sprintf("bench-%d", round+1)); err != nil {
				return fmt.Errorf("round %d: %w", round+1, err)
			}
		}
	}
	return nil
}

func (b *bench) build(ctx context.Context) error {
	b.say("building the program and those that it is measured against")
	programs := map[string]string{"neo4j": "."}
	for name := range b.floorsWanted() {
		programs[name] = "./tests/bench/" + folderOf[name]
	}
	for name, pkg := range programs {
		if err := harness.Build(ctx, filepath.Join(b.dir, name), pkg); err != nil {
			return err
		}
	}
	return nil
}

// startBox starts the box, with data folders of its own and only the image cache warm; once where its start is not measured.
func (b *bench) startBox(ctx context.Context, runs int) error {
	if !b.wants(boxStart, boxMemory) {
		runs = 1
	}
	for round := range runs {
		if round > 0 {
			if err := b.box.Stop(ctx); err != nil {
				return err
			}
		}
		b.say("box: start %d of %d", round+1, runs)
		ready := &readyAt{}
		began := time.Now()
		if err := b.box.Start(ctx, ready); err != nil {
			return err
		}
		if ready.at.IsZero() {
			return errors.New("box up did not say when its nodes were Ready")
		}
		b.ours(boxStart, ready.at.Sub(began))
		text, err := b.box.Command(ctx, b.box.Bin, "status", "--json").Output()
		if err != nil {
			return fmt.Errorf("box status: %w", err)
		}
		var status struct{ PSSBytes float64 }
		if err := json.Unmarshal(text, &status); err != nil {
			return fmt.Errorf("box status: %w", err)
		}
		if f := b.figures[boxMemory]; f != nil {
			f.Ours = append(f.Ours, status.PSSBytes/1e6)
			b.say("memory: %.0f MB", status.PSSBytes/1e6)
		}
	}
	return nil
}

// readyAt notes when the box says that its nodes are Ready, which is before its images are imported.
type readyAt struct{ at time.Time }

func (r *readyAt) Write(text []byte) (int, error) {
	if r.at.IsZero() && strings.Contains(string(text), "nodes Ready") {
		r.at = time.Now()
	}
	return len(text), nil
}

// timed runs a pulumi command and gives how long it took.
func timed(ctx context.Context, p *harness.Project, args ...string) (time.Duration, error) {
	began := time.Now()
	out, err := p.Pulumi(ctx, 10*time.Minute, args...)
	took := time.Since(began)
	if err != nil {
		return 0, fmt.Errorf("pulumi %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return took, nil
}
