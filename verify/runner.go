package verify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	driver "github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/config"
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

// ErrPassword is a refused password: waiting does not mend it, and every further try counts against the server's rate limit.
var ErrPassword = errors.New("the server refuses the password of the Secret: Neo4j takes a first password on an empty volume only, " +
	"so a Secret that changed later does not fit; put the old password back, or change the database's by ALTER CURRENT USER or dbms.security.changePassword")

// boltRunner speaks direct Bolt to one member. A routing driver would ask for in-cluster addresses that nobody resolves here.
type boltRunner struct{ driver driver.DriverWithContext }

func newBoltRunner(address, password string) (runner, error) {
	d, err := driver.NewDriverWithContext("bolt://"+address, driver.BasicAuth("neo4j", password, ""), func(c *config.Config) {
		c.MaxConnectionPoolSize = 2
		c.SocketConnectTimeout = 5 * time.Second
		c.ConnectionAcquisitionTimeout = 10 * time.Second
		c.TelemetryDisabled = true
		c.UserAgent = "neo4jcheck"
	})
	if err != nil {
		return nil, err
	}
	return boltRunner{d}, nil
}

func (b boltRunner) run(ctx context.Context, q Question) (Answer, error) {
	mode := driver.AccessModeRead
	if q.Write {
		mode = driver.AccessModeWrite
	}
	session := b.driver.NewSession(ctx, driver.SessionConfig{
		DatabaseName: q.Database, AccessMode: mode, Bookmarks: driver.BookmarksFromRawValues(q.After...),
	})
	defer func() { _ = session.Close(ctx) }()
	result, err := session.Run(ctx, q.Statement, q.Parameters)
	if err != nil {
		return Answer{}, boltError(err)
	}
	a := Answer{}
	if a.Columns, err = result.Keys(); err != nil {
		return Answer{}, boltError(err)
	}
	records, err := result.Collect(ctx)
	if err != nil {
		return Answer{}, boltError(err)
	}
	for _, r := range records {
		a.Rows = append(a.Rows, r.Values)
	}
	a.Bookmarks = driver.BookmarksToRawValues(session.LastBookmarks())
	return a, nil
}

func boltError(err error) error {
	var server *driver.Neo4jError
	if errors.As(err, &server) {
		return codeError(server.Code, server.Msg)
	}
	return err
}

func codeError(code, message string) error {
	if strings.HasPrefix(code, "Neo.ClientError.Security.Unauthorized") || strings.HasPrefix(code, "Neo.ClientError.Security.AuthenticationRateLimit") {
		return ErrPassword
	}
	return &ServerError{code, message}
}

// ServerError is what a server answered in place of rows.
type ServerError struct{ Code, Message string }

func (e *ServerError) Error() string { return e.Code + ": " + e.Message }

// Transient says whether asking again, perhaps another member, may do: the server is no leader, or is just not able to.
func (e *ServerError) Transient() bool {
	return strings.HasPrefix(e.Code, "Neo.TransientError.") || strings.HasPrefix(e.Code, "Neo.ClientError.Cluster.")
}

func (b boltRunner) close(ctx context.Context) { _ = b.driver.Close(ctx) }

// httpRunner speaks to the transactional endpoint of 3.x. It knows no bookmarks.
type httpRunner struct {
	url, password string
	client        *http.Client
}

func newHTTPRunner(address, password string) runner {
	return httpRunner{"http://" + address + "/db/data/transaction/commit", password, &http.Client{Transport: &http.Transport{}, Timeout: 15 * time.Second}}
}

func (h httpRunner) run(ctx context.Context, q Question) (Answer, error) {
	body, err := json.Marshal(map[string]any{"statements": []any{map[string]any{"statement": q.Statement, "parameters": q.Parameters}}})
	if err != nil {
		return Answer{}, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(body))
	if err != nil {
		return Answer{}, err
	}
	request.SetBasicAuth("neo4j", h.password)
	request.Header.Set("Content-Type", "application/json")
	response, err := h.client.Do(request)
	if err != nil {
		return Answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, 16<<20))
	if err != nil {
		return Answer{}, err
	}
	var answer struct {
		Results []struct {
			Columns []string
			Data    []struct{ Row []any }
		}
		Errors []struct{ Code, Message string }
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return Answer{}, fmt.Errorf("HTTP %s: %.200s", response.Status, text)
	}
	if len(answer.Errors) > 0 {
		return Answer{}, codeError(answer.Errors[0].Code, answer.Errors[0].Message)
	}
	if len(answer.Results) != 1 {
		return Answer{}, fmt.Errorf("HTTP %s: no result", response.Status)
	}
	a := Answer{Columns: answer.Results[0].Columns}
	for _, d := range answer.Results[0].Data {
		a.Rows = append(a.Rows, d.Row)
	}
	return a, nil
}

func (h httpRunner) close(context.Context) { h.client.CloseIdleConnections() }
