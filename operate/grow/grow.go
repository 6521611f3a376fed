// Package grow lets the volumes of running members grow to the size of the plan, in place: a StatefulSet's claim template can never
// change, so the claims themselves ask for more (Kubernetes, "Expanding Persistent Volumes Claims"). Claims of members that come later,
// which the template makes as small as the first ones were, grow the same way.
package grow

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"k8s.io/client-go/kubernetes"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/reach"
)

// Volumes has every bound claim of a member ask for the planned size, and waits until its file system has it. A volume that its driver
// grows at a pod's start only is left to operate/roll, and so is one of a member that is down. A claim that cannot grow is put back as far
// as Kubernetes lets it, and is the error, in the words of the API.
//
// Volumes made by the program (storage.hostPath) have no size, and nobody is asked about them.
func Volumes(ctx context.Context, a reach.Access, p plan.Plan, o operate.Options) error {
	if p.Storage.HostPath != "" {
		return nil
	}
	client, err := a.Client()
	if err != nil {
		return err
	}
	return operate.Run(ctx, newGrowing(client, p), o)
}

func newGrowing(client kubernetes.Interface, p plan.Plan) *growing {
	return &growing{
		objects: objects{client, p.Namespace}, members: p.Topology().Members, size: p.Storage.Size, name: p.Name,
		failing: map[string]time.Time{}, nudged: map[string]bool{}, patience: patience,
	}
}

// patience is how long a volume may fail to grow before it is given up: drivers try again by themselves, and the first answer of a cloud
// may be that it is busy.
const patience = time.Minute

type growing struct {
	objects
	members []neo4j.Member
	// size is the planned one in bytes, and name the cluster's.
	size int64
	name string
	// failing are the claims that cannot grow, by what time they were first seen so; nudged are the members that were.
	failing  map[string]time.Time
	nudged   map[string]bool
	patience time.Duration
}

// Next is one step for all volumes, nil where none has to grow. A volume grows while its member serves, so they grow at the same time.
func (g *growing) Next(ctx context.Context) (*operate.Step, error) {
	claims, err := g.look(ctx)
	if err != nil {
		return nil, err
	}
	var names []string
	from := g.size
	for _, c := range claims {
		if c.wants(g.size) || g.waitsFor(c) != "" {
			names = append(names, c.name)
			from = min(from, c.capacity)
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	does := fmt.Sprintf("grow %s -> %s", plan.Quantity(from), plan.Quantity(g.size))
	if from >= g.size {
		does = "go back to " + plan.Quantity(g.size)
	}
	return &operate.Step{
		Name: "growth of volumes", Member: strings.Join(names, ", "), Does: does, Undone: "have not grown",
		Act: g.act, Left: g.left, Abandon: g.putBack,
	}, nil
}

// look gives the members' claims that are bound, in the order of the members.
func (g *growing) look(ctx context.Context) ([]claim, error) {
	found, err := g.claims(ctx, g.name)
	if err != nil {
		return nil, err
	}
	var bound []claim
	for _, m := range g.members {
		if c, there := found[plan.ClaimOf(m)]; there && c.capacity > 0 {
			c.member = m.Name
			bound = append(bound, c)
		}
	}
	return bound, nil
}

// act has the claims ask for the planned size: more, or less where a larger one was given up before its volume had it.
func (g *growing) act(ctx context.Context) (waitFor string, err error) {
	claims, err := g.look(ctx)
	if err != nil {
		return "", err
	}
	var refused []error
	for _, c := range claims {
		if !c.wants(g.size) {
			continue
		}
		if err := g.ask(ctx, c.name, c.nearest(g.size)); err != nil {
			refused = append(refused, err)
		}
	}
	if err := errors.Join(refused...); err != nil {
		return "", operate.Failed{Cause: err}
	}
	return "", nil
}

func (g *growing) left(ctx context.Context) (string, error) {
	claims, err := g.look(ctx)
	if err != nil {
		return "", err
	}
	var waits []string
	var failed []error
	for _, c := range claims {
		wait := g.waitsFor(c)
		if wait == "" {
			delete(g.failing, c.name)
			continue
		}
		if c.pending && c.ready && !g.nudged[c.member] {
			// The kubelet looks at a pod's volumes once in a minute or two by itself, and at once when the pod changes.
			if err := g.nudge(ctx, c.member, g.size); err != nil {
				return "", err
			}
			g.nudged[c.member] = true
		}
		if problem := g.gaveUp(c); problem != nil {
			failed = append(failed, problem)
		}
		waits = append(waits, wait)
	}
	if len(failed) > 0 && len(failed) == len(waits) {
		// The others have grown, or are given up too: none is left between two sizes.
		return "", operate.Failed{Cause: errors.Join(failed...)}
	}
	return strings.Join(waits, ", "), nil
}

// waitsFor is what a volume has still to do now, empty for nothing.
func (g *growing) waitsFor(c claim) string {
	switch {
	case c.capacity >= g.size:
		return ""
	case c.pending && (!c.ready || c.restart):
		return "" // it grows when its pod starts
	case c.problem != "":
		return fmt.Sprintf("%s has %s: %s", c.name, plan.Quantity(c.capacity), c.problem)
	case c.pending:
		return fmt.Sprintf("%s has %s: its file system grows", c.name, plan.Quantity(c.capacity))
	}
	return fmt.Sprintf("%s has %s", c.name, plan.Quantity(c.capacity))
}

// gaveUp is the error of a claim that has failed to grow for long enough. That a driver calls it infeasible ends nothing sooner: its word may
// be of the last request, of an update before.
func (g *growing) gaveUp(c claim) error {
	if c.problem == "" {
		delete(g.failing, c.name)
		return nil
	}
	since, known := g.failing[c.name]
	if !known {
		since = time.Now()
		g.failing[c.name] = since
	}
	if time.Since(since) < g.patience {
		return nil
	}
	return fmt.Errorf("%s cannot grow from %s to %s: %s", c.name, plan.Quantity(c.capacity), plan.Quantity(g.size), c.problem)
}

// putBack has the claims that failed ask for no more than they have, or for as little more as Kubernetes lets them: a request may come
// down again, but never to the capacity itself (Kubernetes, "Recovering from Failure when Expanding Volumes").
func (g *growing) putBack(ctx context.Context) error {
	claims, err := g.look(ctx)
	if err != nil {
		return err
	}
	var told []error
	for _, c := range claims {
		if _, failed := g.failing[c.name]; !failed {
			continue
		}
		request := c.nearest(c.capacity)
		if err := g.ask(ctx, c.name, request); err != nil {
			told = append(told, fmt.Errorf("%s still asks for %s: %w", c.name, plan.Quantity(c.request), err))
			continue
		}
		told = append(told, fmt.Errorf("%s is put back: it asks for %d bytes, the least that Kubernetes takes over its %s", c.name, request, plan.Quantity(c.capacity)))
	}
	return errors.Join(told...)
}
