package main

import (
	"context"
	"maps"
	"time"

	"neo4j-kubernetes/cluster"
	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/operate/back"
	"neo4j-kubernetes/operate/enable"
	"neo4j-kubernetes/operate/grow"
	"neo4j-kubernetes/operate/live"
	"neo4j-kubernetes/operate/renew"
	"neo4j-kubernetes/operate/roll"
	"neo4j-kubernetes/operate/spread"
	"neo4j-kubernetes/operate/upgrade"
	"neo4j-kubernetes/verify"
)

// settings are what running members of each role must have: the live ones that take says yes to.
func (r running) settings(take func(name string) bool) (map[neo4j.Role]map[string]string, error) {
	values := map[neo4j.Role]map[string]string{}
	for _, role := range neo4j.Roles {
		all, err := cluster.Live(r.stack.Plan, role)
		if err != nil {
			return nil, err
		}
		maps.DeleteFunc(all, func(name, _ string) bool { return !take(name) })
		values[role] = all
	}
	return values, nil
}

func every(string) bool { return true }

// apply has members take the live settings that take says yes to, and go back to the server's default for those that are gone.
func (r running) apply(ctx context.Context, t neo4j.Topology, take func(name string) bool, gone map[neo4j.Role][]string, o live.Options) error {
	values, err := r.settings(take)
	if err != nil {
		return err
	}
	wanted := live.Settings{Values: values, Reset: gone, Unknown: r.stack.Plan.Elsewhere}
	o.Options = r.options(r.stack.Plan.Timeouts.Verify)
	return live.Apply(ctx, r.access(), t, wanted, o)
}

// takeLive has those who run take what is planned, before it is written for the next start. Who is down reads it then, and what one refuses
// nobody keeps.
func (r running) takeLive(ctx context.Context, role neo4j.Role, gone []string) error {
	return r.apply(ctx, r.stack.Plan.Topology(), every, map[neo4j.Role][]string{role: gone}, live.Options{SkipDown: true, Unwritten: true})
}

// takeBack has members take writes again that an update which did not end told to hand over.
func (r running) takeBack(ctx context.Context, t neo4j.Topology) error {
	family, err := neo4j.FamilyOf(t.Release)
	if err != nil || family.Keys.ReadOnly == "" {
		return err
	}
	return r.apply(ctx, t, func(name string) bool { return name == family.Keys.ReadOnly }, nil, live.Options{SkipDown: !r.stack.Plan.Verify.Enabled})
}

func (r running) options(seconds int) operate.Options {
	return operate.Options{Timeout: time.Duration(seconds) * time.Second, Progress: r.log(), Warnings: warningWriter{r.ctx}}
}

// after has volumes grow and all members be up, takes up planned servers, replaces members of an earlier plan or with an older certificate than
// is there by now, and upgrades the system database, whether the check is on or not. Then it proves the cluster, and that every member has its
// live settings.
func (r running) after(ctx context.Context, t neo4j.Topology) error {
	ready, verified, moving := r.options(r.stack.Plan.Timeouts.Ready), r.options(r.stack.Plan.Timeouts.Verify), r.options(r.stack.Plan.Timeouts.ScaleIn)
	rolling := roll.Options{Options: ready, Agree: verified.Timeout, Settle: r.stack.Plan.Settle()}
	rolling.Waive = r.stack.Plan.Rolling.Waive
	// Volumes first of all, since a member may be down for want of space; again for members that have just come, and for volumes that grow
	// at a pod's start.
	grown := func() error { return grow.Volumes(ctx, r.access(), r.stack.Plan, ready) }
	var joined []neo4j.Member
	for _, operation := range []func() error{
		grown,
		func() error { return back.Members(ctx, r.access(), r.stack.Plan, moving) },
		func() error { return roll.Start(ctx, r.access(), t, rolling) },
		grown,
		func() (err error) {
			joined, err = enable.Servers(ctx, r.access(), t, verified)
			return err
		},
		func() error {
			return spread.Databases(ctx, r.access(), r.stack.Plan, joined, spread.Options{Options: moving, Agree: verified.Timeout})
		},
		func() error { return r.takeBack(ctx, t) },
		func() (err error) {
			if rolling.Stale, err = renew.ToReplace(ctx, r.access(), t); err != nil {
				return err
			}
			return roll.Members(ctx, r.access(), t, rolling)
		},
		func() error { return renew.Reload(ctx, r.access(), t, verified) },
		grown,
		func() error { return upgrade.System(ctx, r.access(), t, verified) },
	} {
		if err := operation(); err != nil {
			return err
		}
	}
	if !r.stack.Plan.Verify.Enabled {
		return r.ctx.Log.Warn("the roles were not proven: neo4j:cluster.verify.enabled is false", nil)
	}
	report, err := verify.Cluster(ctx, r.access(), t, verify.Options{Timeout: verified.Timeout, Canary: r.stack.Plan.Verify.Canary, Progress: r.log()})
	if err == nil {
		err = r.apply(ctx, t, every, nil, live.Options{})
	}
	if err != nil {
		return err
	}
	return r.ctx.Log.Info("\n"+report.Table(), nil)
}
