// Package upgrade brings the schema of the system database up to the release that all members run, where that is not the servers' own
// business: in clusters of 4.1 to 4.4.
package upgrade

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/verify"
)

// members is what an upgrade needs of the members.
type members interface {
	verify.Prober
	reach.Asker
}

// System upgrades the system database where dbms.upgradeStatus wants it: after the last member's change of release, and at the next update
// where that one did not come so far. It asks one question where nothing is to be done, and none of releases that do it by themselves.
func System(ctx context.Context, a reach.Access, t neo4j.Topology, o operate.Options) error {
	if !t.Release.UpgradesSystem() {
		return nil
	}
	reached, err := verify.Open(ctx, a, t)
	if err != nil {
		return err
	}
	defer reached.Close()
	return run(ctx, reached, t, o)
}

func run(ctx context.Context, m members, t neo4j.Topology, o operate.Options) error {
	o = o.Filled()
	return operate.Run(ctx, &system{m, t, o}, o)
}

// system is the upgrade as an operation.
type system struct {
	members
	topology neo4j.Topology
	o        operate.Options
}

// The states of the system database's schema that dbms.upgrade does something about, and the one in which nothing is to be done. A part
// that is new in the release may be uninitialized until then (the procedure's own code, 4.4).
const (
	current       = "CURRENT"
	old           = "REQUIRES_UPGRADE"
	uninitialized = "UNINITIALIZED"
)

// schema is a row of dbms.upgradeStatus: a state, what it means and what to do.
type schema struct{ status, description, resolution string }

// Next is the one step, nil where the schema is the release's own.
func (s *system) Next(ctx context.Context) (*operate.Step, error) {
	found, err := s.first(ctx)
	if err != nil {
		return nil, fmt.Errorf("whether the system database is of %s: %w", s.topology.Release, err)
	}
	switch found.status {
	case current:
		return nil, nil
	case old, uninitialized:
	default:
		return nil, operate.Refused{Reason: fmt.Sprintf("the system database is %s: %s; %s", found.status, found.description, found.resolution)}
	}
	return &operate.Step{
		Name: "upgrade of the system database", Member: "it", Does: fmt.Sprintf("gets the schema of %s: %s", s.topology.Release, found.status),
		Undone: "has no new schema", Gates: []operate.Gate{{Name: "release", Holds: s.allRun, Wait: s.o.Timeout}}, Act: s.upgrade, Left: s.left,
	}, nil
}

// first is the answer of the first primary that gives one: every member has the system database.
func (s *system) first(ctx context.Context) (schema, error) {
	ctx, cancel := context.WithTimeout(ctx, s.o.Timeout)
	defer cancel()
	var last error
	for {
		for _, m := range s.topology.Of(neo4j.Primary) {
			found, err := s.status(ctx, m)
			switch {
			case err == nil:
				return found, nil
			case !operate.Passing(err):
				return schema{}, fmt.Errorf("%s: %w", m.Name, err)
			case ctx.Err() == nil || last == nil: // what the end of the time cut short says nothing
				last = fmt.Errorf("%s: %w", m.Name, err)
			}
		}
		select {
		case <-ctx.Done():
			return schema{}, last
		case <-time.After(s.o.Pause):
		}
	}
}

func (s *system) status(ctx context.Context, m neo4j.Member) (schema, error) {
	a, err := s.Run(ctx, m, reach.Question{Database: "system", Statement: "CALL dbms.upgradeStatus()"})
	if err != nil {
		return schema{}, err
	}
	for _, row := range a.Table() {
		return schema{row.Text("status"), row.Text("description"), row.Text("resolution")}, nil
	}
	return schema{}, errors.New("dbms.upgradeStatus says nothing")
}

// allRun wants all members on the release: no administrative commands during a rolling upgrade (operations manual 4.4,
// manage-databases/configuration).
func (s *system) allRun(ctx context.Context) error {
	seen, errs := reach.All(ctx, s.topology.Members, s.Observe)
	for _, m := range s.topology.Members {
		if err := errs[m.Name]; err != nil {
			return fmt.Errorf("%s: %w", m.Name, err)
		}
		if o := seen[m.Name]; !verify.SameRelease(s.topology.Release, o.Release) {
			return fmt.Errorf("%s runs %s", m.Name, o.Release)
		}
	}
	return nil
}

// upgrade calls dbms.upgrade on the leader of the system database, for it writes there.
func (s *system) upgrade(ctx context.Context) (waitFor string, err error) {
	leader, known := neo4j.Member{}, false
	seen, _ := reach.All(ctx, s.topology.Of(neo4j.Primary), s.Observe)
	for _, o := range seen {
		if leader, known = o.Writer(s.topology, "system"); known {
			break
		}
	}
	if !known {
		return "no member takes writes to it", nil
	}
	a, err := s.Run(ctx, leader, reach.Question{Database: "system", Statement: "CALL dbms.upgrade()", Write: true})
	if err != nil {
		return "", err
	}
	for _, row := range a.Table() {
		if result := row.Text("upgradeResult"); strings.HasPrefix(result, "Failed") {
			return "", operate.Failed{Cause: fmt.Errorf("dbms.upgrade on %s: %s; CALL dbms.upgradeDetails() on its system database, its debug.log and security.log say more", leader.Name, result)}
		}
	}
	return "", nil
}

// left are the primaries that do not have the new schema yet.
func (s *system) left(ctx context.Context) (string, error) {
	for _, m := range s.topology.Of(neo4j.Primary) {
		found, err := s.status(ctx, m)
		if err != nil {
			return "", fmt.Errorf("%s: %w", m.Name, err)
		}
		if found.status != current {
			return m.Name + ": it is " + found.status, nil
		}
	}
	return "", nil
}
