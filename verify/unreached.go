package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"

	driver "github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// unreached is a connection that failed, in words that stay the same while nothing changes: the error below it names the forward's
// local port, which is another at every try, so that a long wait would print each of them.
type unreached struct {
	// port is the member's own.
	port  int
	what  string
	cause error
}

func (u *unreached) Error() string { return fmt.Sprintf("port %d %s", u.port, u.what) }

func (u *unreached) Unwrap() error { return u.cause }

// plain gives a failed connection as *unreached, and every other error as it is.
func plain(err error, port int) error {
	cause := err
	var bolt *driver.ConnectivityError
	if errors.As(err, &bolt) {
		cause = bolt.Inner // the driver's error does not unwrap
	}
	var network net.Error
	switch {
	// A port-forward to a port where nobody listens takes the connection and closes it.
	case errors.Is(cause, io.EOF), errors.Is(cause, io.ErrUnexpectedEOF), errors.Is(cause, syscall.ECONNREFUSED), errors.Is(cause, syscall.ECONNRESET), errors.Is(cause, syscall.EPIPE):
		return &unreached{port, "closed", err}
	case errors.Is(cause, context.DeadlineExceeded), errors.As(cause, &network) && network.Timeout():
		return &unreached{port, "silent", err}
	default:
		return err
	}
}
