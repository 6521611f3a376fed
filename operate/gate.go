package operate

import (
	"context"
	"fmt"
	"time"

	"neo4j-kubernetes/reach"
)

// patience is how many looks a gate gets that is shut right now, such as by a cluster that elects a leader.
const patience = 20

// pass asks each gate a few times, then says why it is shut.
func (s *Step) pass(ctx context.Context, o Options) error {
	for _, gate := range s.Gates {
		if err := s.passOne(ctx, o, gate); err != nil {
			return err
		}
	}
	return nil
}

// passOne asks a gate until it is open, for its time; one that is waived is asked once, to say what it would have waited for.
func (s *Step) passOne(ctx context.Context, o Options, gate Gate) error {
	began, said := time.Now(), ""
	var shut error
	for look := 1; ; look++ {
		err := gate.Holds(ctx)
		switch {
		case err == nil:
			return nil
		case reach.Lasting(err):
			return err
		case ctx.Err() != nil && shut != nil:
			err = shut // what the end of the time cut short says nothing
		}
		shut = err
		if o.Waives(gate.Name) {
			s.tell(o, fmt.Sprintf("gate %s is waived: %s", gate.Name, err))
			return nil
		}
		if line := fmt.Sprintf("gate %s waits: %s", gate.Name, err); gate.Wait > 0 && line != said {
			s.tell(o, line)
			said = line
		}
		if look >= patience && time.Since(began) >= gate.Wait || !pause(ctx, o.Pause) {
			return Refused{Reason: fmt.Sprintf("%s (gate: %s)", err, gate.Name), Untouched: true}
		}
	}
}
