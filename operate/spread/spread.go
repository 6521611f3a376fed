// Package spread says which databases the servers of a running cluster of 5.x or later host that joined it or host none, and has copies
// move onto them where the plan wants that. A server that is enabled hosts the system database only, until a database is created or
// altered, another server leaves, or databases are reallocated (operations manual 5, "hosting databases on added servers").
package spread

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/verify"
)

// grace is how long the copies may lie otherwise than the dry run said, while all members agree, before that is taken for the end: the manual
// promises no more than a view of how they would be moved.
const grace = 15 * time.Second

// members is what the operation needs of the members.
type members interface {
	verify.Prober
	reach.Asker
}

// Options of a placement. Timeout bounds the moves, Agree the wait for members that do not agree before.
type Options struct {
	operate.Options
	Agree time.Duration
}

// Databases says what the servers host that have just joined, and those that host nothing but system though databases could use them.
// Where the plan reallocates, it says what REALLOCATE DATABASES would move, orders it, and waits until the copies have moved. Otherwise
// it changes nothing and fails never: that the databases are well is proven by the check. Where a server stands alone, and before 5.0, it
// asks nobody.
func Databases(ctx context.Context, a reach.Access, p plan.Plan, joined []neo4j.Member, o Options) error {
	t := p.Topology()
	if family, err := neo4j.FamilyOf(t.Release); err != nil || family.Proof != neo4j.ByServers || len(t.Members) < 2 {
		return nil
	}
	reached, err := verify.Open(ctx, a, t)
	if err != nil {
		return err
	}
	defer reached.Close()
	o.Options = o.Filled()
	return operate.Run(ctx, &spreading{
		members: reached, topology: t, reallocates: p.Reallocate, joined: joined, settle: p.Settle(), grace: grace, agree: o.Agree, o: o.Options,
	}, o.Options)
}

// spreading is the placement as an operation.
type spreading struct {
	members     members
	topology    neo4j.Topology
	reallocates bool
	joined      []neo4j.Member
	// settle, grace and agree are times to wait, see above.
	settle, grace, agree time.Duration
	o                    operate.Options

	// moves were said, and ordered where ordered is set; agreed is since when all members agree, and elsewhere what lies otherwise then.
	moves     []move
	ordered   bool
	agreed    time.Time
	elsewhere string
}

// Next is one step for all moves, nil where there are none to make.
func (s *spreading) Next(ctx context.Context) (*operate.Step, error) {
	var v view
	err := s.patiently(ctx, func() (err error) {
		v, err = s.look(ctx)
		return err
	})
	switch {
	case err != nil && (s.reallocates || ctx.Err() != nil):
		return nil, err
	case err != nil:
		s.tell(s.o.Progress, "which databases the servers host cannot be seen: "+reach.FirstLine(err))
		return nil, nil
	case s.ordered:
		s.conclude(v)
		return nil, nil
	}
	idle := v.idle(s.topology)
	s.sayHosts(v, idle)
	if !s.reallocates || len(idle) == 0 {
		s.advise(ctx, v, idle)
		return nil, nil
	}
	if err := s.plan(ctx, &v); err != nil {
		return nil, s.refused(dryRun, err)
	}
	if len(s.moves) == 0 {
		s.tell(s.o.Progress, "a dry run of REALLOCATE DATABASES moves nothing; "+more)
		return nil, nil
	}
	s.sayMoves(v)
	return &operate.Step{
		Name: name, Member: s.topology.Name, Does: "moves " + counted(len(s.moves)), Undone: "has not moved all copies",
		Gates: []operate.Gate{{Name: "agreement", Holds: s.allAgree, Wait: s.agree}},
		Act:   s.act, Left: s.left, Settle: s.settle,
	}, nil
}

// name is the operation's, as its lines begin.
const name = "placement of databases"

// plan asks what would move, of whoever writes the system database by now.
func (s *spreading) plan(ctx context.Context, v *view) error {
	return s.patiently(ctx, func() (err error) {
		if s.moves, err = s.dryRun(ctx, *v); err != nil && operate.Passing(err) {
			if now, lookErr := s.look(ctx); lookErr == nil {
				*v = now
			}
		}
		return err
	})
}

// allAgree holds when the check's own verdict over all members is good.
func (s *spreading) allAgree(ctx context.Context) error {
	v, err := s.look(ctx)
	if err != nil {
		return err
	}
	if findings := v.findings(s.topology); len(findings) > 0 {
		return fmt.Errorf("%s", findings[0])
	}
	return nil
}

// act orders the moves that a dry run names at this moment; none are left where an order was carried out whose answer was lost.
func (s *spreading) act(ctx context.Context) (waitFor string, err error) {
	v, err := s.look(ctx)
	if err != nil {
		return "", err
	}
	moves, err := s.dryRun(ctx, v)
	if err != nil {
		return "", s.refused(dryRun, err)
	}
	if len(moves) == 0 {
		s.ordered = true
		return "", nil
	}
	if !slices.Equal(moves, s.moves) {
		s.moves = moves
		s.tell(s.o.Progress, "the dry run names other moves by now")
		s.sayMoves(v)
	}
	if _, err := s.members.Run(ctx, v.writer, reach.Question{Database: "system", Statement: reallocate, Write: true}); err != nil {
		return "", s.refused(reallocate, err)
	}
	s.ordered = true
	return "", nil
}

// left says which copies have still to move, or what the members do not agree upon.
func (s *spreading) left(ctx context.Context) (string, error) {
	v, err := s.look(ctx)
	if err != nil {
		return "", err
	}
	unlike := v.unlike(s.topology, s.moves)
	if findings := v.findings(s.topology); len(findings) > 0 {
		s.agreed = time.Time{}
		if unlike != "" {
			return unlike, nil
		}
		return findings[0].String(), nil
	}
	if unlike == "" {
		return "", nil
	}
	if s.agreed.IsZero() {
		s.agreed = time.Now()
	}
	if time.Since(s.agreed) < s.grace {
		return unlike, nil
	}
	s.elsewhere = unlike
	return "", nil
}

// refused explains the cluster's own refusal; one that may pass is left as it is.
func (s *spreading) refused(statement string, err error) error {
	if operate.Passing(err) || reach.Lasting(err) {
		return err
	}
	return operate.Refused{Reason: fmt.Sprintf("refused by the cluster, no copy was moved: %s: %s; see SHOW DATABASES and SHOW SERVERS, mend what it names "+
		"and update again, or write neo4j:cluster.copies.placement: keep", statement, strings.TrimSpace(err.Error()))}
}
