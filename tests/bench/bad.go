package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"

	"neo4j-kubernetes/operate"
)

// bad gives the servers a flag that their JVM refuses. The update must fail and say so, and cost no more than one member.
func (c *changing) bad(ctx context.Context) error {
	before, err := c.pods(ctx)
	if err != nil {
		return err
	}
	const flag = "-XX:MetaspaceSize=bogus"
	if _, err := timed(ctx, c.project, "config", "set-all", "--path", "--plaintext", "cluster.jvm.arguments[2]="+flag); err != nil {
		return err
	}
	watched := &refusal{before: before, down: map[string]bool{}}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	var watch sync.WaitGroup
	watch.Go(func() { watched.watch(watching, c.pods) })
	out, err := c.project.Pulumi(ctx, 10*time.Minute, up...)
	ended := time.Now()
	stop()
	watch.Wait()
	c.project.Printed.Reset()
	switch {
	case err == nil:
		return fmt.Errorf("an update to %s did not fail", flag)
	case !strings.Contains(out, "MetaspaceSize=bogus"):
		return fmt.Errorf("an update that failed does not say why:\n%s", out)
	case watched.first.IsZero():
		return fmt.Errorf("no server was seen to end by %s", flag)
	case len(watched.down) != 1:
		return fmt.Errorf("%d members stopped serving, not one: %s", len(watched.down), strings.Join(slices.Sorted(maps.Keys(watched.down)), ", "))
	}
	c.ours(bad, ended.Sub(watched.first))
	return nil
}

// refusal is what is seen of a bad change: when the first server ended by it, and which members stopped serving.
type refusal struct {
	before map[string]corev1.Pod
	first  time.Time
	down   map[string]bool
}

// watch looks at the pods until the context ends: what a container ended with is gone when it has ended again.
func (r *refusal) watch(ctx context.Context, look func(context.Context) (map[string]corev1.Pod, error)) {
	for {
		if pods, err := look(ctx); err == nil {
			r.see(pods)
		} else if errors.Is(err, context.Canceled) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func (r *refusal) see(pods map[string]corev1.Pod) {
	for name, was := range r.before {
		pod, there := pods[name]
		if !there || identity(pod) != identity(was) || !operate.Ready(&pod) {
			r.down[name] = true
		}
		if pod.UID == was.UID {
			continue // it ends because it is replaced
		}
		for _, s := range pod.Status.ContainerStatuses {
			for _, ended := range []*corev1.ContainerStateTerminated{s.State.Terminated, s.LastTerminationState.Terminated} {
				if ended != nil && ended.ExitCode != 0 && (r.first.IsZero() || ended.FinishedAt.Time.Before(r.first)) {
					r.first = ended.FinishedAt.Time
				}
			}
		}
	}
}
