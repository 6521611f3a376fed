package reach

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"time"
)

// A server that speaks TLS only closes a connection in clear without a word, and so does one in clear that is spoken to in TLS; a
// port-forward to a port where nobody listens looks the same. So a port that seems closed is asked in the other tongue.
const (
	onlyTLS   = "speaks TLS only, and is asked in clear"
	onlyClear = "speaks in clear only, and is asked in TLS"
)

// tongueTime bounds such a question.
const tongueTime = 2 * time.Second

// otherTongue says what a port speaks that closed a connection, empty where it does not speak at all.
func otherTongue(ctx context.Context, address string, as Login) string {
	ctx, cancel := context.WithTimeout(ctx, tongueTime)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return ""
	}
	defer func() { _ = conn.Close() }()
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	switch {
	case !as.TLS && answersTLS(ctx, conn):
		return onlyTLS
	case as.TLS && answersBolt(conn):
		return onlyClear
	}
	return ""
}

// answersTLS says whether the other end takes part in a TLS handshake, be it to refuse it. Nothing is sent over it, so who it is does
// not matter.
func answersTLS(ctx context.Context, conn net.Conn) bool {
	config := &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12} //nolint:gosec // see above
	err := tls.Client(conn, config).HandshakeContext(ctx)
	var alert tls.AlertError
	return err == nil || errors.As(err, &alert)
}

// answersBolt proposes Bolt 5 and 4 (the Bolt manual, "Handshake") and says whether the other end answers with a version.
func answersBolt(conn net.Conn) bool {
	proposal := []byte{0x60, 0x60, 0xB0, 0x17, 0, 8, 8, 5, 0, 4, 4, 4, 0, 0, 0, 3, 0, 0, 0, 2}
	if _, err := conn.Write(proposal); err != nil {
		return false
	}
	_, err := io.ReadFull(conn, make([]byte, 4))
	return err == nil
}

// tlsRefusal is what a TLS handshake failed with, in the words of Go's crypto/tls.
func tlsRefusal(err error) (string, bool) {
	_, why, ok := strings.Cut(FirstLine(err), "remote error: tls: ")
	return why, ok
}
