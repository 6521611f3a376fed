package operate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"
)

// run takes the step, before which some were taken.
func (s *Step) run(ctx context.Context, o Options, taken int) error {
	limited, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	began := time.Now()
	s.tell(o, s.Member+" "+s.Does)
	err := s.pass(limited, o)
	if err == nil {
		err = s.until(limited, o, 0, s.Act)
	}
	if err == nil && s.Ending != nil {
		if err = s.end(ctx, o); err == nil {
			limited, cancel = context.WithTimeout(ctx, o.Timeout)
			defer cancel()
		}
	}
	if err == nil && s.Left != nil {
		err = s.until(limited, o, s.Settle, s.Left)
	}
	if err != nil {
		return errors.Join(s.late(ctx, o, told(err, taken)), s.abandon(ctx))
	}
	s.tell(o, "done in "+time.Since(began).Round(time.Second).String())
	return nil
}

// told says of a refusal that touched nothing what the steps before it have done.
func told(err error, taken int) error {
	refusal := Refused{}
	if !errors.As(err, &refusal) || !refusal.Untouched {
		return err
	}
	what := "nothing was touched"
	if taken > 0 {
		what = "nobody more was touched"
	}
	return Refused{Reason: "refused, " + what + ": " + refusal.Reason}
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

// until repeats a look until it has been at its end for some time without a break.
func (s *Step) until(ctx context.Context, o Options, settle time.Duration, look func(context.Context) (string, error)) error {
	said := ""
	var since time.Time
	for {
		left, err := look(ctx)
		switch {
		case ctx.Err() != nil && said != "":
			return waiting{what: said} // what the end of the time cut short says nothing
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
			return waiting{what: left}
		}
	}
}

// end waits for what ends in its own time.
func (s *Step) end(ctx context.Context, o Options) error {
	began, said := time.Now(), ""
	for {
		what, within, err := s.Ending(ctx)
		switch {
		case err != nil && !Passing(err):
			return err
		case err != nil:
			what = err.Error()
		case what == "":
			return nil
		}
		if what != said {
			s.tell(o, what)
			said = what
		}
		if within <= 0 {
			within = o.Timeout
		}
		if time.Since(began) > within || !pause(ctx, o.Pause) {
			return waiting{what: what, undone: "has not ended", after: within}
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
		return fmt.Errorf("%s %s after %s: %s; the next update goes on from here", s.Member, cmp.Or(w.undone, s.Undone), cmp.Or(w.after, o.Timeout), w.what)
	}
	return err
}
