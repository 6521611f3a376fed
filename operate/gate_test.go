package operate

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// turns are steps of which one is refused: by its gate, or by what it finds when it acts.
type turns struct {
	taken, refused int
	byAct          error
}

func (o *turns) Next(context.Context) (*Step, error) {
	o.taken++
	step := &Step{Name: fmt.Sprintf("turn %d", o.taken), Act: func(context.Context) (string, error) { return "", nil }}
	switch {
	case o.taken == o.refused && o.byAct == nil:
		step.Gates = []Gate{{Name: "quorum", Holds: func(context.Context) error { return errors.New("too few answer") }}}
	case o.taken == o.refused:
		step.Act = func(context.Context) (string, error) { return "", o.byAct }
	}
	return step, nil
}

// A refusal says what is true of the whole operation: at a later step members were touched already.
func TestARefusalSaysWhatWasTouched(t *testing.T) {
	untouched := Refused{Reason: "it cannot leave", Untouched: true}
	for want, o := range map[string]*turns{
		"turn 1: refused, nothing was touched: too few answer (gate: quorum)":     {refused: 1},
		"turn 3: refused, nobody more was touched: too few answer (gate: quorum)": {refused: 3},
		"turn 1: refused, nothing was touched: it cannot leave":                   {refused: 1, byAct: untouched},
		"turn 2: refused, nobody more was touched: it cannot leave":               {refused: 2, byAct: untouched},
		"turn 2: refused by the cluster":                                          {refused: 2, byAct: Refused{Reason: "refused by the cluster"}},
	} {
		err := Run(t.Context(), o, Options{Timeout: time.Minute, Pause: time.Millisecond})
		require.EqualError(t, err, want)
		require.False(t, Passing(err))
	}
}
