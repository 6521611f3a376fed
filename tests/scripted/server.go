// Package scripted serves the Bolt protocol over real sockets with answers from a script: what a check asks of Neo4j releases
// that cannot be run here is tested against it. It is for tests only.
package scripted

import (
	"bufio"
	"crypto/tls"
	"net"
	"sync"
	"testing"
	"time"
)

// Query is one statement as the client sent it.
type Query struct {
	// User is who asks.
	User string
	// Database is the name in the message, empty for the client's default.
	Database, Text string
	Parameters     map[string]any
	// Write says whether the session was opened for writing.
	Write bool
	// After are the bookmarks to wait for.
	After []string
}

// Answer is what the script makes of a query: rows, or a failure, or the end of the connection.
type Answer struct {
	Columns []string
	Rows    [][]any
	// Code and Message are a failure, "Neo.ClientError…".
	Code, Message string
	// Drop ends the connection without a word.
	Drop bool
	// Delay is waited before the answer.
	Delay time.Duration
	// Unknown marks a query that the script has no answer for: the test fails.
	Unknown bool
}

// Server is one scripted server.
type Server struct {
	// Release is what the server says it is, "5.26.30".
	Release string
	// Bolt is the version it speaks; ByManifest has it offer that by the newer handshake where the client asks.
	Bolt       Version
	ByManifest bool
	// Password is neo4j's, empty where there is no such user or it is suspended; Users are the others' passwords by name.
	Password string
	Users    map[string]string
	// TLS has the server speak TLS only, with a certificate of its own making, as server.bolt.tls_level=REQUIRED does; ClientTLS has it
	// ask for the client's certificate besides (dbms.ssl.policy.bolt.client_auth=REQUIRE).
	TLS, ClientTLS bool
	// Answer is asked for every statement, from several connections at once.
	Answer func(Query) Answer

	t        testing.TB
	listener net.Listener
	secret   *tls.Config
	mu       sync.Mutex
	open     map[net.Conn]bool
	closed   bool
	wait     sync.WaitGroup
}

// Serve starts the server on a port of its own on 127.0.0.1; it ends with the test, and with it every connection.
func (s *Server) Serve(t testing.TB) *Server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.t, s.listener, s.open = t, listener, map[net.Conn]bool{}
	if s.TLS {
		s.secret = encryption(t, s.ClientTLS)
	}
	s.wait.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			if s.keep(conn) {
				s.wait.Go(func() { s.serve(conn) })
			}
		}
	})
	t.Cleanup(s.Close)
	return s
}

// Port is where the server listens.
func (s *Server) Port() int { return s.listener.Addr().(*net.TCPAddr).Port }

// Close ends the server as a crash would.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	_ = s.listener.Close()
	for conn := range s.open {
		_ = conn.Close()
	}
	s.mu.Unlock()
	s.wait.Wait()
}

func (s *Server) keep(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		_ = conn.Close()
		return false
	}
	s.open[conn] = true
	return true
}

func (s *Server) serve(conn net.Conn) {
	defer func() {
		_ = conn.Close()
		s.mu.Lock()
		delete(s.open, conn)
		s.mu.Unlock()
	}()
	c := &connection{conn, bufio.NewReader(conn)}
	if s.TLS {
		if c = encrypted(c, s.secret); c == nil {
			return
		}
	}
	if err := handshake(c, s.Bolt, s.ByManifest); err != nil {
		return // the client has been told, or is gone
	}
	(&session{server: s, conn: c}).run()
}
