// Package operate acts on a running cluster. Every operation has one shape: it looks at what runs and names the steps that are left;
// a step passes its gates, acts, and waits until the cluster shows that it is done. The next step is chosen anew from what runs then,
// so an operation that was interrupted anywhere goes on with the next update, and one that is done does nothing.
// It knows nothing of Pulumi.
package operate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"neo4j-kubernetes/reach"
)

// Operation is a change of a running cluster that goes step by step.
type Operation interface {
	// Next is the step to take now, nil when nothing is left to do. An error refuses before anything more is touched.
	Next(ctx context.Context) (*Step, error)
}

// Step is one member's turn.
type Step struct {
	// Name is what the step is, "scale-in of neo4j 5 -> 4".
	Name string
	// Member is whose turn it is, Does what becomes of it, "leaves", and Undone what it has not done when the time is up, "has not left".
	Member, Does, Undone string
	// Gates must hold before the step begins.
	Gates []Gate
	// Act brings the step about. It is called until it says that there is nothing to wait for; each call starts from what it finds.
	Act func(ctx context.Context) (waitFor string, err error)
	// Abandon undoes what Act has prepared, where the step ends before it is done; nil for nothing. It is called with the step's time over.
	Abandon func(ctx context.Context) error
	// Left says what the cluster has still to do after Act, empty at the end. It must stay so for Settle.
	Left   func(ctx context.Context) (string, error)
	Settle time.Duration
}

// Gate is a condition under which a step may begin.
type Gate struct {
	// Name is how people call it, "quorum".
	Name string
	// Holds says why the gate is shut.
	Holds func(ctx context.Context) error
	// Wait is how long the gate may be shut before the step is refused; zero means some looks, for a cluster that elects a leader.
	Wait time.Duration
}

// Options of an operation.
type Options struct {
	// Timeout bounds one step; zero means five minutes.
	Timeout time.Duration
	// Pause is the time between two looks; zero means 300 milliseconds.
	Pause time.Duration
	// Progress gets a line a step, Warnings what a reviewer must see, such as a database that gets fewer copies; nil for none.
	Progress, Warnings io.Writer
}

// Filled is the options with their defaults.
func (o Options) Filled() Options {
	if o.Timeout <= 0 {
		o.Timeout = 5 * time.Minute
	}
	if o.Pause <= 0 {
		o.Pause = 300 * time.Millisecond
	}
	if o.Progress == nil {
		o.Progress = io.Discard
	}
	if o.Warnings == nil {
		o.Warnings = o.Progress
	}
	return o
}

// patience is how many looks a gate gets that is shut right now, such as by a cluster that elects a leader.
const patience = 20

// Run takes an operation's steps until none is left. The error says at which step it ended, and whether the next update goes on.
func Run(ctx context.Context, op Operation, o Options) error {
	o = o.Filled()
	last := ""
	for {
		step, err := op.Next(ctx)
		if err != nil || step == nil {
			return err
		}
		if step.Name == last {
			return fmt.Errorf("%s is done and still left to do; something else changes the cluster at the same time", step.Name)
		}
		last = step.Name
		if err := step.run(ctx, o); err != nil {
			return fmt.Errorf("%s: %w", step.Name, err)
		}
	}
}

func (s *Step) run(ctx context.Context, o Options) error {
	limited, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	began := time.Now()
	s.tell(o, s.Member+" "+s.Does)
	err := s.pass(limited, o)
	if err == nil {
		err = s.until(limited, o, 0, s.Act)
	}
	if err == nil && s.Left != nil {
		err = s.until(limited, o, s.Settle, s.Left)
	}
	if err != nil {
		return errors.Join(s.late(ctx, o, err), s.abandon(ctx))
	}
	s.tell(o, "done in "+time.Since(began).Round(time.Second).String())
	return nil
}

// abandon undoes the step, also where the operation was cancelled: a cluster is not left half handed over.
func (s *Step) abandon(ctx context.Context) error {
	if s.Abandon == nil {
		return nil
	}
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return s.Abandon(limited)
}

func (s *Step) tell(o Options, line string) { _, _ = fmt.Fprintf(o.Progress, "%s: %s\n", s.Name, line) }

// pass asks each gate a few times, then says why it is shut.
func (s *Step) pass(ctx context.Context, o Options) error {
	for _, gate := range s.Gates {
		if err := s.passOne(ctx, o, gate); err != nil {
			return err
		}
	}
	return nil
}

func (s *Step) passOne(ctx context.Context, o Options, gate Gate) error {
	began, said := time.Now(), ""
	for look := 1; ; look++ {
		err := gate.Holds(ctx)
		if err == nil {
			return nil
		}
		if reach.Lasting(err) {
			return err
		}
		if line := fmt.Sprintf("gate %s waits: %s", gate.Name, err); gate.Wait > 0 && line != said {
			s.tell(o, line)
			said = line
		}
		if look >= patience && time.Since(began) >= gate.Wait || !pause(ctx, o.Pause) {
			return Refused{fmt.Sprintf("refused, nothing was touched: %s (gate: %s)", err, gate.Name)}
		}
	}
}

// until repeats a look until it has been at its end for some time without a break.
func (s *Step) until(ctx context.Context, o Options, settle time.Duration, look func(context.Context) (string, error)) error {
	said := ""
	var since time.Time
	for {
		left, err := look(ctx)
		switch {
		case ctx.Err() != nil && said != "":
			return waiting{said} // what the end of the time cut short says nothing
		case err != nil && !Passing(err):
			return err
		case err != nil:
			left = err.Error()
		}
		switch {
		case left != "":
			since = time.Time{}
		case since.IsZero():
			since = time.Now()
			fallthrough
		default:
			if time.Since(since) >= settle {
				return nil
			}
			left = "the members agree, but not for long enough"
		}
		if left != said {
			s.tell(o, left)
			said = left
		}
		if !pause(ctx, o.Pause) {
			return waiting{left}
		}
	}
}

// pause lets some time go by; false when the context ends first.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// late says of a step that the time ended how to go on; a cancelled one says only that.
func (s *Step) late(ctx context.Context, o Options, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if w := (waiting{}); errors.As(err, &w) {
		return fmt.Errorf("%s %s after %s: %s; the next update goes on from here", s.Member, s.Undone, o.Timeout, w.what)
	}
	return err
}
