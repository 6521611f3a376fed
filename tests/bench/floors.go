package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"neo4j-kubernetes/tests/harness"
)

// The programs that ours is measured against: one that declares nothing, for which the engine loads no provider, and one that declares
// a ConfigMap by the provider that ours uses. The latter is there twice, once as a stack that was never updated: the preview of a first
// update has the provider ask the API server for what it need not ask later, and is measured against its like.
const nothing, oneConfigMap, oneFirst = "empty", "one", "one-first"

// folderOf is where the program of a floor is.
var folderOf = map[string]string{nothing: "empty", oneConfigMap: "one", oneFirst: "one"}

// floorOf is which of them a figure is measured against.
var floorOf = map[string]string{previewFloor: nothing, previewProvider: oneConfigMap, previewFirst: oneFirst, unchangedFloor: nothing}

// floorsWanted are the programs that the wanted figures need.
func (b *bench) floorsWanted() map[string]bool {
	wanted := map[string]bool{}
	for key, name := range floorOf {
		if b.wants(key) {
			wanted[name] = true
		}
	}
	return wanted
}

// makeFloors makes a project of each and brings it up once, so that later updates change nothing; but for the one of first updates.
func (b *bench) makeFloors(ctx context.Context) error {
	b.floors = map[string]*harness.Project{}
	for name := range b.floorsWanted() {
		dir := filepath.Join(b.dir, name+"-project")
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
		if err := harness.Copy(filepath.Join("tests/bench", folderOf[name]), dir, filepath.Join(b.dir, name)); err != nil {
			return err
		}
		p := &harness.Project{Box: b.box, Dir: dir, Stack: name, Namespace: "default"}
		commands := [][]string{{"stack", "init", name}, up}
		if name == oneFirst {
			commands = commands[:1]
		}
		for _, args := range commands {
			if _, err := timed(ctx, p, args...); err != nil {
				return fmt.Errorf("program %s: %w", name, err)
			}
		}
		b.floors[name] = p
	}
	return nil
}

// pair times one command, where its figure is wanted, on our project and on the one that it is measured against, twice each, so that
// neither is always the first.
func (b *bench) pair(ctx context.Context, key string, p *harness.Project, args []string) error {
	if !b.wants(key) {
		return nil
	}
	floor := b.floors[floorOf[key]]
	for _, project := range []*harness.Project{p, floor, floor, p} {
		took, err := timed(ctx, project, args...)
		if err != nil {
			return fmt.Errorf("stack %s: %w", project.Stack, err)
		}
		if project != p {
			b.theirs(key, took)
			continue
		}
		if key == unchangedFloor {
			if err := proven(p); err != nil {
				return err
			}
		}
		b.ours(key, took)
	}
	return nil
}
