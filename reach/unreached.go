package reach

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
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
	var (
		bolt    *driver.ConnectivityError
		web     *url.Error
		network net.Error
	)
	switch {
	case errors.As(err, &bolt):
		cause = bolt.Inner // the driver's error does not unwrap
	case errors.As(err, &web):
		cause = web.Err
	}
	switch {
	case errors.Is(cause, context.Canceled):
		return err
	case errors.Is(cause, context.DeadlineExceeded), errors.As(cause, &network) && network.Timeout():
		return &unreached{port, "silent", err}
	case closed(cause):
		return &unreached{port, "closed", err}
	case web != nil:
		return &unreached{port, "broken, " + FirstLine(cause), err}
	default:
		return err
	}
}

// closed says whether the other end took no connection or gave it up: a port-forward to a port where nobody listens takes it and
// closes it.
func closed(err error) bool {
	for _, end := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.EPIPE} {
		if errors.Is(err, end) {
			return true
		}
	}
	// net/http's own word for a connection that was closed between its making and its use; it exports no error for that.
	return strings.Contains(err.Error(), "server closed idle connection")
}
