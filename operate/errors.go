package operate

import (
	"errors"
	"time"

	"neo4j-kubernetes/reach"
)

// Refused is a reason for which a step cannot be taken; waiting does not mend it.
type Refused struct {
	Reason string
	// Untouched says that the step has touched nothing. Run puts before the reason what that means: steps before it may have been taken.
	Untouched bool
}

func (r Refused) Error() string { return r.Reason }

// Failed is an error that ends the step as it is: trying again is the next update's.
type Failed struct{ Cause error }

func (f Failed) Error() string { return f.Cause.Error() }

// Unwrap gives the cause.
func (f Failed) Unwrap() error { return f.Cause }

// waiting is the error of a wait that its time ended: for what, and where these are not the step's own, what is not done and after how long.
type waiting struct {
	what, undone string
	after        time.Duration
}

func (w waiting) Error() string { return w.what }

// Passing says whether an error may be over at the next look: an election, a lost connection, a member that starts.
func Passing(err error) bool {
	var said *reach.ServerError
	var refusal Refused
	var failure Failed
	switch {
	case reach.Lasting(err), errors.As(err, &refusal), errors.As(err, &failure):
		return false
	case errors.As(err, &said):
		return said.Transient()
	}
	return true
}
