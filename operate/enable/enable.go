// Package enable has a running cluster of 5.x or later take up the servers of its plan: one that joins is Free and hosts nothing
// until it is enabled, and one that is Cordoned takes no more databases until it is enabled again (operations manual 5, "managing servers
// in a cluster"). A Free server that is not planned stays as it is.
package enable

import (
	"context"
	"fmt"
	"strings"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/verify"
)

// Servers enables every planned server that is Free or Cordoned, waits for those that have not joined yet, and gives those that were Free.
// One that was told to leave by hand is refused. Where a server stands alone, and before 5.0, it does nothing and asks nobody.
func Servers(ctx context.Context, a reach.Access, t neo4j.Topology, o operate.Options) (joined []neo4j.Member, err error) {
	if !applies(t) {
		return nil, nil
	}
	members, err := verify.Open(ctx, a, t)
	if err != nil {
		return nil, err
	}
	defer members.Close()
	j := &joining{members: members, topology: t}
	err = operate.Run(ctx, j, o)
	return j.joined, err
}

func applies(t neo4j.Topology) bool {
	family, err := neo4j.FamilyOf(t.Release)
	return err == nil && family.Proof == neo4j.ByServers && len(t.Members) > 1
}

// members is what the operation needs of the members.
type members interface {
	verify.Prober
	reach.Asker
}

// joining is the operation; joined are the members that it enabled.
type joining struct {
	members  members
	topology neo4j.Topology
	joined   []neo4j.Member
}

// Next is one step for all servers that are left, nil where all have joined.
func (j *joining) Next(ctx context.Context) (*operate.Step, error) {
	_, left, err := j.look(ctx)
	if reach.Lasting(err) || err == nil && len(left) == 0 {
		return nil, err
	}
	return &operate.Step{
		Name: "join of servers", Member: j.topology.Name, Does: "takes up the servers of its plan", Undone: "has not taken up all servers of its plan",
		Act: j.act,
	}, nil
}

// act orders what can be ordered now, and says what to wait for.
func (j *joining) act(ctx context.Context) (waitFor string, err error) {
	view, left, err := j.look(ctx)
	if err != nil || len(left) == 0 {
		return "", err
	}
	writer, ok := view.Writer(j.topology, "system")
	if !ok {
		return "no member says that it writes the system database", nil
	}
	var waits []string
	for _, m := range left {
		wait, err := j.take(ctx, writer, m, view)
		if err != nil {
			return "", err
		}
		waits = append(waits, wait)
	}
	return strings.Join(waits, ", "), nil
}

// look gives a view of the servers, the writer's own where it answers, and the planned members that are not Enabled in it.
func (j *joining) look(ctx context.Context) (view verify.Observation, left []neo4j.Member, err error) {
	primaries := j.topology.Of(neo4j.Primary)
	seen, errs := reach.All(ctx, primaries, j.members.Observe)
	for _, m := range primaries {
		if reach.Lasting(errs[m.Name]) {
			return view, nil, fmt.Errorf("%s: %w", m.Name, errs[m.Name])
		}
		o, ok := seen[m.Name]
		if !ok {
			continue
		}
		if view.Servers == nil {
			view = o
		}
		if writer, ok := o.Writer(j.topology, "system"); ok && writer.Name == m.Name {
			view = o
		}
	}
	if view.Servers == nil {
		for _, m := range primaries {
			return view, nil, fmt.Errorf("no primary answers: %s: %w", m.Name, errs[m.Name])
		}
	}
	for _, m := range j.topology.Members {
		if s, ok := serverOf(view, m); !ok || s.State != verify.Enabled {
			left = append(left, m)
		}
	}
	return view, left, nil
}
