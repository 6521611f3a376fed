// Package operate acts on a running cluster. Every operation has one shape: it looks at what runs and names the steps that are left;
// a step passes its gates, acts, and waits until the cluster shows that it is done. The next step is chosen anew from what runs then,
// so an operation that was interrupted anywhere goes on with the next update, and one that is done does nothing.
// It knows nothing of Pulumi.
package operate

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"
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
	// Ending, nil for nothing, says what ends in its own time after Act, empty at the end, such as a pod whose server writes its last
	// checkpoint, and how long that may take from its beginning; zero means the step's time. It is no part of the step's time.
	Ending func(ctx context.Context) (what string, within time.Duration, err error)
	// Left says what the cluster has still to do then, empty at the end. It must stay so for Settle.
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
	// Timeout bounds a step, and what is left of it after its Ending once more; zero means five minutes.
	Timeout time.Duration
	// Pause is the time between two looks; zero means 300 milliseconds.
	Pause time.Duration
	// Progress gets a line a step, Warnings what a reviewer must see, such as a database that gets fewer copies; nil for none.
	Progress, Warnings io.Writer
	// Waive names gates that may be shut: what they wait for is said, and the step begins.
	Waive []string
}

// Waives says whether a gate of the name may be shut.
func (o Options) Waives(gate string) bool { return slices.Contains(o.Waive, gate) }

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

// Run takes an operation's steps until none is left. The error says at which step it ended, and whether the next update goes on.
func Run(ctx context.Context, op Operation, o Options) error {
	o = o.Filled()
	last := ""
	for taken := 0; ; taken++ {
		step, err := op.Next(ctx)
		if err != nil || step == nil {
			return err
		}
		if step.Name == last {
			return fmt.Errorf("%s is done and still left to do; something else changes the cluster at the same time", step.Name)
		}
		last = step.Name
		if err := step.run(ctx, o, taken); err != nil {
			return fmt.Errorf("%s: %w", step.Name, err)
		}
	}
}
