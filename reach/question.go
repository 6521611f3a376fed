package reach

import (
	"context"
	"strings"
)

// Question is one statement to one member.
type Question struct {
	// Database is empty for the default one, and must be on releases before 4.0.
	Database, Statement string
	Parameters          map[string]any
	// Write asks for a session that may write.
	Write bool
	// After are bookmarks to wait for.
	After []string
}

// Answer is what a member said.
type Answer struct {
	Columns []string
	Rows    [][]any
	// Bookmarks are those after the statement, where the protocol has them.
	Bookmarks []string
}

// runner runs one statement on one member, in a transaction of its own.
type runner interface {
	run(ctx context.Context, q Question) (Answer, error)
	close(ctx context.Context)
}

// ServerError is what a server answered in place of rows.
type ServerError struct{ Code, Message string }

func (e *ServerError) Error() string { return e.Code + ": " + e.Message }

// Transient says whether asking again, perhaps another member, may do: the server is no leader, or is just not able to.
func (e *ServerError) Transient() bool {
	return strings.HasPrefix(e.Code, "Neo.TransientError.") || strings.HasPrefix(e.Code, "Neo.ClientError.Cluster.")
}
