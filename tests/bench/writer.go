package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/tests/harness"
)

const (
	// written is what the writers write: a node with the write's number.
	written = "CREATE (:Written {number: $number})"
	// writeTime bounds one write: a member that hangs is asked anew, by a way of its own.
	writeTime = 3 * time.Second
	// A member that refuses, for it does not lead, is asked again after refusedPause, and one that is not reached after unreachedPause: its
	// pod is being made anew, and every try opens a port-forward.
	refusedPause   = 2 * writeEvery
	unreachedPause = 300 * time.Millisecond
	// catchUp is how long members may lag behind the ledger after a change.
	catchUp = time.Minute
	// steadyWrites is how many writes in a row the leader takes before a change begins.
	steadyWrites = 20
)

// writer writes on every member all the time, of which only the one that leads acknowledges: whoever leads next is found as soon as it
// takes a write. Its ways to members are opened anew when pods are replaced.
type writer struct {
	members *reach.Members
	ledger  *ledger
	cancel  context.CancelFunc
	writing sync.WaitGroup
}

// startWriting begins to write. Stop it.
func startWriting(ctx context.Context, members *reach.Members, l *ledger) *writer {
	w := &writer{members: members, ledger: l}
	ctx, w.cancel = context.WithCancel(ctx)
	for _, m := range members.Topology.Of(neo4j.Primary) {
		w.writing.Go(func() { w.write(ctx, m) })
	}
	return w
}

func (w *writer) stop() {
	w.cancel()
	w.writing.Wait()
}

func (w *writer) write(ctx context.Context, m neo4j.Member) {
	for ctx.Err() == nil {
		due := time.After(writeEvery)
		number := w.ledger.next()
		limited, cancel := context.WithTimeout(ctx, writeTime)
		_, err := w.members.Run(limited, m, reach.Question{Statement: written, Parameters: map[string]any{"number": number}, Write: true})
		cancel()
		refused := (*reach.ServerError)(nil)
		switch {
		case err == nil:
			w.ledger.keep(number, m.Name)
		case errors.As(err, &refused):
			due = time.After(refusedPause)
		default:
			due = time.After(unreachedPause)
		}
		select {
		case <-ctx.Done():
		case <-due:
		}
	}
}

// steady waits until one member has acknowledged some writes in a row.
func (w *writer) steady(ctx context.Context) error {
	began := len(w.ledger.kept())
	return harness.Eventually(ctx, 2*time.Minute, func() error {
		if entries := w.ledger.kept()[began:]; steadyBy(entries, steadyWrites) == "" {
			return fmt.Errorf("no leader takes %d writes in a row, of %d that were acknowledged", steadyWrites, len(entries))
		}
		return nil
	})
}

// after waits until a write is acknowledged after a moment: a gap that goes on when a change has ended is one of the change.
func (w *writer) after(ctx context.Context, moment time.Time) error {
	return harness.Eventually(ctx, 2*time.Minute, func() error {
		entries := w.ledger.kept()
		if len(entries) == 0 || !entries[len(entries)-1].at.After(moment) {
			return errors.New("no write is acknowledged after the change")
		}
		return nil
	})
}

// complete compares every member with the ledger. Followers may lag for a moment; what is not there after that is lost, and an error.
func complete(ctx context.Context, members *reach.Members, l *ledger, within time.Duration) error {
	entries := l.kept()
	return harness.Eventually(ctx, within, func() error {
		has, errs := reach.All(ctx, members.Topology.Members, func(ctx context.Context, m neo4j.Member) ([]int64, error) {
			return writtenOn(ctx, members, m)
		})
		var wrong []error
		for _, m := range members.Topology.Members {
			if err := errs[m.Name]; err != nil {
				wrong = append(wrong, fmt.Errorf("%s cannot be compared with the ledger: %w", m.Name, err))
				continue
			}
			if missing := lost(entries, has[m.Name]); len(missing) > 0 {
				wrong = append(wrong, fmt.Errorf("%d of %d acknowledged writes are not on %s: %s", len(missing), len(entries), m.Name, numbers(missing)))
			}
		}
		return errors.Join(wrong...)
	})
}

func writtenOn(ctx context.Context, members *reach.Members, m neo4j.Member) ([]int64, error) {
	answer, err := members.Run(ctx, m, reach.Question{Statement: "MATCH (w:Written) RETURN w.number"})
	if err != nil {
		return nil, err
	}
	numbers := make([]int64, 0, len(answer.Rows))
	for _, row := range answer.Rows {
		number, ok := row[0].(int64)
		if !ok {
			return nil, fmt.Errorf("a number that was written reads %v", row[0])
		}
		numbers = append(numbers, number)
	}
	return numbers, nil
}
