package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// class is the box's storage class whose volumes grow.
const class = "disk"

// defaultTimeouts are the server's own defaults, by its manual, in place of the stack dev's.
var defaultTimeouts = map[string]string{
	settingPath("causal_clustering.leader_election_timeout"):  "7s",
	settingPath("causal_clustering.cluster_topology_refresh"): "5s",
}

// stages are the clusters that changes are measured on, each with its settings beside the stack dev's, and with what is measured there: the
// bad change last, which leaves a member broken. What rolling changes are measured against has clusters of its own, whose pods are made plain.
var stages = []struct {
	name   string
	config map[string]string
	acts   []act
}{
	{"changes", nil, []act{
		{[]string{growth}, (*changing).grow},
		{[]string{liveGap, liveTime}, (*changing).live},
		{[]string{rolling, rollingTime}, func(c *changing, ctx context.Context) error { return c.rollByProgram(ctx, rolling, rollingTime) }},
		{[]string{bad}, (*changing).bad},
	}},
	{"changes-plain", nil, []act{
		{[]string{rolling, rollingTime}, func(c *changing, ctx context.Context) error { return c.rollByController(ctx, rolling, rollingTime) }},
	}},
	{"defaults", defaultTimeouts, []act{
		{[]string{rollingDefault}, func(c *changing, ctx context.Context) error { return c.rollByProgram(ctx, rollingDefault, "") }},
	}},
	{"defaults-plain", defaultTimeouts, []act{
		{[]string{rollingDefault}, func(c *changing, ctx context.Context) error { return c.rollByController(ctx, rollingDefault, "") }},
	}},
}

// act measures some figures on a running cluster.
type act struct {
	figures []string
	measure func(*changing, context.Context) error
}

// changes measures what changes cost a running cluster, on as few clusters as the wanted figures need.
func (b *bench) changes(ctx context.Context, name string, theirsFirst bool) error {
	inTurn := slices.Clone(stages)
	if theirsFirst {
		slices.Reverse(inTurn)
	}
	for _, stage := range inTurn {
		var wanted []act
		for _, a := range stage.acts {
			if b.wants(a.figures...) {
				wanted = append(wanted, a)
			}
		}
		if len(wanted) == 0 {
			continue
		}
		if err := b.onStage(ctx, name+"-"+stage.name, stage.config, wanted); err != nil {
			return fmt.Errorf("%s: %w", stage.name, err)
		}
	}
	return nil
}

func (b *bench) onStage(ctx context.Context, namespace string, config map[string]string, acts []act) (err error) {
	p, forget, err := b.clone(ctx, namespace)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, forget()) }()
	c := &changing{bench: b, project: p, ledger: &ledger{}}
	if err := c.set(ctx, "cluster.storage.class", class); err != nil {
		return err
	}
	for path, value := range config {
		if err := c.set(ctx, path, value); err != nil {
			return err
		}
	}
	b.say("%s: a cluster to be changed", namespace)
	if err := c.up(ctx); err != nil {
		return err
	}
	if err := c.open(ctx); err != nil {
		return err
	}
	defer c.members.Close()
	for _, a := range acts {
		if err := a.measure(c, ctx); err != nil {
			return fmt.Errorf("%s: %w", a.figures[0], err)
		}
	}
	return nil
}
