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

// runner runs one statement on one member, in a transaction of its own.
type runner interface {
	// run gives the rows and, where the protocol has them, the bookmarks after it. after are bookmarks to wait for.
	run(ctx context.Context, write bool, after []string, statement string, parameters map[string]any) (rows [][]any, bookmarks []string, err error)
	close(ctx context.Context)
}

// ErrPassword is a refused password: waiting does not mend it, and every further try counts against the server's rate limit.
var ErrPassword = errors.New("the server refuses the password of the Secret: Neo4j takes a first password on an empty volume only, " +
	"so a Secret that changed later does not fit; put the old password back, or change the database's by ALTER CURRENT USER or dbms.security.changePassword")

// boltRunner speaks direct Bolt to one member. A routing driver would ask for in-cluster addresses that nobody resolves here.
type boltRunner struct{ driver driver.DriverWithContext }

func newBoltRunner(port int, password string) (runner, error) {
	d, err := driver.NewDriverWithContext(fmt.Sprintf("bolt://127.0.0.1:%d", port), driver.BasicAuth("neo4j", password, ""), func(c *config.Config) {
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

func (b boltRunner) run(ctx context.Context, write bool, after []string, statement string, parameters map[string]any) ([][]any, []string, error) {
	mode := driver.AccessModeRead
	if write {
		mode = driver.AccessModeWrite
	}
	session := b.driver.NewSession(ctx, driver.SessionConfig{AccessMode: mode, Bookmarks: driver.BookmarksFromRawValues(after...)})
	defer func() { _ = session.Close(ctx) }()
	result, err := session.Run(ctx, statement, parameters)
	if err != nil {
		return nil, nil, boltError(err)
	}
	records, err := result.Collect(ctx)
	if err != nil {
		return nil, nil, boltError(err)
	}
	rows := make([][]any, len(records))
	for i, r := range records {
		rows[i] = r.Values
	}
	return rows, driver.BookmarksToRawValues(session.LastBookmarks()), nil
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
	return fmt.Errorf("%s: %s", code, message)
}

func (b boltRunner) close(ctx context.Context) { _ = b.driver.Close(ctx) }

// httpRunner speaks to the transactional endpoint of 3.x. It knows no bookmarks.
type httpRunner struct {
	url, password string
	client        *http.Client
}

func newHTTPRunner(port int, password string) runner {
	return httpRunner{fmt.Sprintf("http://127.0.0.1:%d/db/data/transaction/commit", port), password, &http.Client{Transport: &http.Transport{}, Timeout: 15 * time.Second}}
}

func (h httpRunner) run(ctx context.Context, _ bool, _ []string, statement string, parameters map[string]any) ([][]any, []string, error) {
	body, err := json.Marshal(map[string]any{"statements": []any{map[string]any{"statement": statement, "parameters": parameters}}})
	if err != nil {
		return nil, nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	request.SetBasicAuth("neo4j", h.password)
	request.Header.Set("Content-Type", "application/json")
	response, err := h.client.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, 16<<20))
	if err != nil {
		return nil, nil, err
	}
	var answer struct {
		Results []struct {
			Data []struct{ Row []any }
		}
		Errors []struct{ Code, Message string }
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return nil, nil, fmt.Errorf("HTTP %s: %.200s", response.Status, text)
	}
	if len(answer.Errors) > 0 {
		return nil, nil, codeError(answer.Errors[0].Code, answer.Errors[0].Message)
	}
	if len(answer.Results) != 1 {
		return nil, nil, fmt.Errorf("HTTP %s: no result", response.Status)
	}
	rows := make([][]any, len(answer.Results[0].Data))
	for i, d := range answer.Results[0].Data {
		rows[i] = d.Row
	}
	return rows, nil, nil
}

func (h httpRunner) close(context.Context) { h.client.CloseIdleConnections() }
