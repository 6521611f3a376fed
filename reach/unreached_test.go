package reach

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"syscall"
	"testing"

	driver "github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/stretchr/testify/assert"
)

func TestPlain(t *testing.T) {
	for want, errs := range map[string][]error{
		"port 7687 closed": {io.EOF, io.ErrUnexpectedEOF, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, &driver.ConnectivityError{Inner: io.EOF},
			&url.Error{Op: "Post", URL: "http://127.0.0.1:33849/", Err: errors.New("http: server closed idle connection")}},
		"port 7687 silent":                          {context.DeadlineExceeded, os.ErrDeadlineExceeded, &driver.ConnectivityError{Inner: fmt.Errorf("reading: %w", context.DeadlineExceeded)}},
		"port 7687 broken, malformed HTTP response": {&url.Error{Op: "Post", URL: "http://127.0.0.1:33849/", Err: errors.New("malformed HTTP response")}},
		"as it is": {errors.New("as it is")},
	} {
		for _, err := range errs {
			got := plain(err, 7687)
			assert.EqualError(t, got, want, "%#v", err)
			assert.ErrorIs(t, got, err)
		}
	}
	for _, err := range []error{context.Canceled, &url.Error{Op: "Post", Err: context.Canceled}} {
		assert.Equal(t, err, plain(err, 7687), "an interrupted check is no member's fault")
	}
}
