package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"neo4j-kubernetes/tests/harness"
)

// cost is what a preview took: its time, the processors' time, and the memory of its largest process (the engine, the program or the
// provider) in MB.
type cost struct {
	took, cpu time.Duration
	space     float64
}

// sizes are how many clusters the programs have. A cluster more costs, among the first ten, a ninth of what ten cost over one, and among
// the hundred a ninetieth of what a hundred cost over ten: what the engine and the provider cost by themselves is in neither.
var sizes = [3]int{1, 10, 100}

// many previews a program of 1, 10 and 100 clusters, with no cluster and no box.
func (b *bench) many(ctx context.Context) error {
	if !b.wants(manyTime, manySpace) {
		return nil
	}
	if err := harness.Build(ctx, filepath.Join(b.dir, "many"), "./tests/bench/many"); err != nil {
		return err
	}
	var costs [3]cost
	for i, clusters := range sizes {
		c, err := b.previewOf(ctx, clusters)
		if err != nil {
			return fmt.Errorf("a program of %d clusters: %w", clusters, err)
		}
		b.say("a program of %d clusters: preview %s, %s of the processors, largest process %.0f MB",
			clusters, c.took.Round(time.Millisecond), c.cpu.Round(time.Millisecond), c.space)
		costs[i] = c
	}
	few, lots := float64(sizes[1]-sizes[0]), float64(sizes[2]-sizes[1])
	b.ours(manyTime, time.Duration(float64(costs[2].took-costs[1].took)/lots))
	b.theirs(manyTime, time.Duration(float64(costs[1].took-costs[0].took)/few))
	if f := b.figures[manySpace]; f != nil {
		f.Ours = append(f.Ours, (costs[2].space-costs[1].space)/lots)
		f.Theirs = append(f.Theirs, (costs[1].space-costs[0].space)/few)
	}
	return nil
}

// previewOf previews the program of so many clusters from an empty state of its own.
func (b *bench) previewOf(ctx context.Context, clusters int) (cost, error) {
	cache, err := harness.Cache()
	if err != nil {
		return cost{}, err
	}
	dir, err := os.MkdirTemp(b.dir, "many-")
	if err != nil {
		return cost{}, err
	}
	home := filepath.Join(dir, "home")
	for _, folder := range []string{home, filepath.Join(dir, "state")} {
		if err := os.Mkdir(folder, 0o755); err != nil {
			return cost{}, err
		}
	}
	if err := os.Symlink(filepath.Join(cache, "pulumi-home", "plugins"), filepath.Join(home, "plugins")); err != nil {
		return cost{}, err
	}
	if err := harness.Copy("tests/bench/many", dir, filepath.Join(b.dir, "many")); err != nil {
		return cost{}, err
	}
	pulumi := func(args ...string) (cost, error) {
		cmd := exec.CommandContext(ctx, filepath.Join(cache, "bin", "pulumi"), append(args, "--non-interactive", "--stack", "many")...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PULUMI_HOME="+home, "PULUMI_BACKEND_URL=file://"+filepath.Join(dir, "state"), "PULUMI_CONFIG_PASSPHRASE=",
			"PULUMI_SKIP_UPDATE_CHECK=true", "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true", "KUBECONFIG="+filepath.Join(dir, "none"), fmt.Sprint("CLUSTERS=", clusters))
		began := time.Now()
		out, err := cmd.CombinedOutput()
		took := time.Since(began)
		if err != nil {
			return cost{}, fmt.Errorf("pulumi %s: %w\n%s", strings.Join(args, " "), err, out)
		}
		if args[0] == "preview" && strings.Count(string(out), " kubernetes:apps/v1:StatefulSet ") < clusters {
			return cost{}, fmt.Errorf("the preview shows too few clusters:\n%s", out)
		}
		usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
		if !ok {
			return cost{}, fmt.Errorf("the system does not tell what a process used")
		}
		return cost{took, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), float64(usage.Maxrss) * 1024 / 1e6}, nil // Linux counts in units of 1024 bytes
	}
	if _, err := pulumi("stack", "init"); err != nil {
		return cost{}, err
	}
	return pulumi("preview", "--suppress-outputs")
}
