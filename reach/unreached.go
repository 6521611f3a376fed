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

// shut is what a port is where nobody listens.
const shut = "closed"

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
	why, refusedTLS := tlsRefusal(cause)
	switch {
	case errors.Is(cause, context.Canceled):
		return err
	case errors.Is(cause, context.DeadlineExceeded), errors.As(cause, &network) && network.Timeout():
		return &unreached{port, "silent", err}
	case refusedTLS:
		return &unreached{port, "refuses the TLS handshake, " + why, err}
	case closed(cause):
		return &unreached{port, shut, err}
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
		// What went wrong in a TLS handshake the driver hands on as a text only.
		if errors.Is(err, end) || strings.HasSuffix(err.Error(), ": "+end.Error()) {
			return true
		}
	}
	// Two of net/http's and the driver's own words, for a connection that was closed between its making and its use, and for one that was
	// closed in a TLS handshake; they export no errors for that.
	return strings.Contains(err.Error(), "server closed idle connection") || strings.Contains(err.Error(), "remote end closed the connection")
}
