package scripted

import (
	"fmt"
	"strings"
	"time"
)

// The messages of Bolt, by their tags (the Bolt manual, "Bolt message specification").
const (
	hello, goodbye, reset        = 0x01, 0x02, 0x0F
	run, begin, commit, rollback = 0x10, 0x11, 0x12, 0x13
	discard, pull                = 0x2F, 0x3F
	telemetry, route             = 0x54, 0x66
	logon, logoff                = 0x6A, 0x6B
	success, record              = 0x70, 0x71
	ignored, failure             = 0x7E, 0x7F
)

// session is the server's side of one connection.
type session struct {
	server *Server
	conn   *connection
	// authenticated is the state after a good LOGON, failed that after a FAILURE and before the RESET.
	authenticated, failed bool
	// user is who authenticated.
	user string
	// inside are the details of an open transaction, nil outside one.
	inside map[string]any
	// rows are those of the last RUN that were not pulled yet.
	rows [][]any
	// bookmarks counts the commits.
	bookmarks int
}

// run serves messages until the client leaves, or a message is none.
func (s *session) run() {
	for {
		message, err := s.conn.read()
		if err != nil {
			return
		}
		if err := s.handle(message); err != nil {
			return
		}
	}
}

type ended struct{}

func (ended) Error() string { return "the connection has ended" }

func (s *session) handle(m Structure) error {
	switch {
	case m.Tag == goodbye:
		return ended{}
	case m.Tag == reset:
		s.failed, s.rows, s.inside = false, nil, nil
		return s.succeed(nil)
	case s.failed:
		return s.conn.send(ignored)
	case !s.authenticated && m.Tag != hello && m.Tag != logon:
		return s.fail("Neo.ClientError.Request.Invalid", "no message before authentication")
	}
	switch m.Tag {
	case hello:
		return s.hello(details(m, 0))
	case logon:
		return s.logon(details(m, 0))
	case logoff:
		s.authenticated = false
		return s.succeed(nil)
	case telemetry:
		return s.succeed(nil)
	case begin:
		s.inside = details(m, 0)
		return s.succeed(nil)
	case commit:
		s.inside = nil
		return s.succeed(s.bookmark())
	case rollback:
		s.inside = nil
		return s.succeed(nil)
	case run:
		return s.query(m)
	case pull, discard:
		return s.pull(m)
	case route:
		return s.fail("Neo.ClientError.Procedure.ProcedureNotFound", "this server routes nobody")
	default:
		s.server.t.Errorf("scripted server: message %#02x", m.Tag)
		return s.fail("Neo.ClientError.Request.Invalid", fmt.Sprintf("message %#02x", m.Tag))
	}
}

// details is a message's map of details, empty where it has none.
func details(m Structure, field int) map[string]any {
	if field < len(m.Fields) {
		if found, ok := m.Fields[field].(map[string]any); ok {
			return found
		}
	}
	return map[string]any{}
}

// hello carries the credentials up to Bolt 5.0; from 5.1 on LOGON does.
func (s *session) hello(d map[string]any) error {
	if _, has := d["credentials"]; has && !s.admit(d) {
		return s.refuse()
	}
	return s.succeed(map[string]any{"server": "Neo4j/" + s.server.Release, "connection_id": "bolt-1", "hints": map[string]any{}})
}

func (s *session) logon(d map[string]any) error {
	if !s.admit(d) {
		return s.refuse()
	}
	return s.succeed(nil)
}

func (s *session) admit(d map[string]any) bool {
	s.user, _ = d["principal"].(string)
	password := s.server.Users[s.user]
	if s.user == "neo4j" {
		password = s.server.Password
	}
	s.authenticated = password != "" && d["credentials"] == password
	return s.authenticated
}

func (s *session) refuse() error {
	return s.fail("Neo.ClientError.Security.Unauthorized", "The client is unauthorized due to authentication failure.")
}

func (s *session) query(m Structure) error {
	text, _ := m.Fields[0].(string)
	about := details(m, 2)
	if s.inside != nil {
		about = s.inside
	}
	q := Query{User: s.user, Text: strings.TrimSpace(text), Parameters: details(m, 1), Write: about["mode"] != "r"}
	q.Database, _ = about["db"].(string)
	if after, ok := about["bookmarks"].([]any); ok {
		for _, b := range after {
			q.After = append(q.After, fmt.Sprint(b))
		}
	}
	a := s.server.Answer(q)
	time.Sleep(a.Delay)
	switch {
	case a.Drop:
		return ended{}
	case a.Unknown:
		s.server.t.Errorf("scripted server: no answer on %q to: %s", q.Database, q.Text)
		return s.fail("Neo.ClientError.Statement.SyntaxError", "the script has no answer to: "+q.Text)
	case a.Code != "":
		return s.fail(a.Code, a.Message)
	}
	s.rows = a.Rows
	return s.succeed(map[string]any{"fields": a.Columns, "t_first": 0, "qid": 0})
}

// pull sends as many rows as were asked for, all for -1.
func (s *session) pull(m Structure) error {
	n := len(s.rows)
	if asked, ok := details(m, 0)["n"].(int64); ok && asked >= 0 {
		n = min(n, int(asked))
	}
	if m.Tag == pull {
		for _, row := range s.rows[:n] {
			if err := s.conn.send(record, row); err != nil {
				return err
			}
		}
	}
	s.rows = s.rows[n:]
	if len(s.rows) > 0 {
		return s.succeed(map[string]any{"has_more": true})
	}
	end := map[string]any{"type": "r", "t_last": 0}
	if s.inside == nil {
		end = s.bookmark()
	}
	return s.succeed(end)
}

func (s *session) bookmark() map[string]any {
	s.bookmarks++
	return map[string]any{"bookmark": fmt.Sprintf("FB:%s:%d", s.conn.RemoteAddr(), s.bookmarks)}
}

func (s *session) succeed(about map[string]any) error {
	if about == nil {
		about = map[string]any{}
	}
	return s.conn.send(success, about)
}

func (s *session) fail(code, message string) error {
	s.failed = true
	return s.conn.send(failure, map[string]any{"code": code, "message": message})
}
