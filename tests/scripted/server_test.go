package scripted

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	driver "github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/config"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const password = "scripted-password"

func connect(t *testing.T, s *Server, password string) driver.DriverWithContext {
	t.Helper()
	d, err := driver.NewDriverWithContext(fmt.Sprintf("bolt://127.0.0.1:%d", s.Port()), driver.BasicAuth("neo4j", password, ""), func(c *config.Config) {
		c.MaxTransactionRetryTime = time.Second
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = d.Close(context.Background()) })
	return d
}

// echo answers with what it was asked.
func echo(q Query) Answer {
	switch {
	case strings.HasPrefix(q.Text, "FAIL"):
		return Answer{Code: "Neo.ClientError.Statement.SyntaxError", Message: "as asked"}
	case strings.HasPrefix(q.Text, "DROP"):
		return Answer{Drop: true}
	case strings.HasPrefix(q.Text, "SLOW"):
		return Answer{Columns: []string{"n"}, Delay: 3 * time.Second}
	case strings.HasPrefix(q.Text, "MANY"):
		rows := make([][]any, 2500)
		for i := range rows {
			rows[i] = []any{i}
		}
		return Answer{Columns: []string{"n"}, Rows: rows}
	}
	return Answer{Columns: []string{"text", "db", "write", "parameters", "after"}, Rows: [][]any{{q.Text, q.Database, q.Write, q.Parameters, len(q.After)}}}
}

// everyVersion runs a test with each version of Bolt that the driver and releases from 4.0 on have in common.
func everyVersion(t *testing.T, test func(t *testing.T, s *Server)) {
	for _, v := range []Version{{4, 2}, {4, 4}, {5, 0}, {5, 4}, {5, 8}} {
		for _, byManifest := range []bool{false, v == Version{5, 8}} {
			t.Run(fmt.Sprintf("%d.%d manifest %v", v.Major, v.Minor, byManifest), func(t *testing.T) {
				test(t, (&Server{Release: "5.26.30", Bolt: v, ByManifest: byManifest, Password: password, Answer: echo}).Serve(t))
			})
		}
	}
}

func TestQueries(t *testing.T) {
	everyVersion(t, func(t *testing.T, s *Server) {
		ctx := t.Context()
		session := connect(t, s, password).NewSession(ctx, driver.SessionConfig{DatabaseName: "system", AccessMode: driver.AccessModeRead})
		defer func() { _ = session.Close(ctx) }()
		given := map[string]any{"a": int64(-70000), "b": []any{"x", 1.5, nil, true}, "c": strings.Repeat("ä", 40000)}
		result, err := session.Run(ctx, " RETURN 1 ", given)
		require.NoError(t, err)
		rows, err := result.Collect(ctx)
		require.NoError(t, err)
		require.Len(t, rows, 1)
		assert.Equal(t, []any{"RETURN 1", "system", false, given, int64(0)}, rows[0].Values)
		assert.NotEmpty(t, driver.BookmarksToRawValues(session.LastBookmarks()))

		result, err = session.Run(ctx, "MANY", nil)
		require.NoError(t, err)
		rows, err = result.Collect(ctx)
		require.NoError(t, err)
		require.Len(t, rows, 2500)
		assert.Equal(t, int64(2499), rows[2499].Values[0])
	})
}

func TestTransactionsHandOnBookmarks(t *testing.T) {
	everyVersion(t, func(t *testing.T, s *Server) {
		ctx := t.Context()
		d := connect(t, s, password)
		session := d.NewSession(ctx, driver.SessionConfig{DatabaseName: "neo4j"})
		_, err := session.ExecuteWrite(ctx, func(tx driver.ManagedTransaction) (any, error) { return tx.Run(ctx, "CREATE (n)", nil) })
		require.NoError(t, err)
		bookmarks := session.LastBookmarks()
		require.Len(t, bookmarks, 1)
		require.NoError(t, session.Close(ctx))

		session = d.NewSession(ctx, driver.SessionConfig{DatabaseName: "neo4j", AccessMode: driver.AccessModeRead, Bookmarks: bookmarks})
		defer func() { _ = session.Close(ctx) }()
		result, err := session.Run(ctx, "RETURN 2", nil)
		require.NoError(t, err)
		row, err := result.Single(ctx)
		require.NoError(t, err)
		assert.Equal(t, int64(1), row.Values[4], "the bookmark reached the server")
	})
}

func TestFailureAndReset(t *testing.T) {
	everyVersion(t, func(t *testing.T, s *Server) {
		ctx := t.Context()
		session := connect(t, s, password).NewSession(ctx, driver.SessionConfig{})
		defer func() { _ = session.Close(ctx) }()
		for range 3 {
			_, err := session.Run(ctx, "FAIL", nil)
			var failed *driver.Neo4jError
			require.ErrorAs(t, err, &failed)
			assert.Equal(t, "Neo.ClientError.Statement.SyntaxError", failed.Code)
		}
		_, err := session.Run(ctx, "RETURN 1", nil)
		assert.NoError(t, err, "a failure is over after the reset")
		_, err = session.Run(ctx, "DROP", nil)
		assert.Error(t, err)
	})
}

func TestWrongPassword(t *testing.T) {
	everyVersion(t, func(t *testing.T, s *Server) {
		err := connect(t, s, "another").VerifyConnectivity(t.Context())
		var failed *driver.Neo4jError
		require.ErrorAs(t, err, &failed)
		assert.Equal(t, "Neo.ClientError.Security.Unauthorized", failed.Code)
	})
}

func TestCancellation(t *testing.T) {
	s := (&Server{Release: "5.26.30", Bolt: Version{5, 8}, Password: password, Answer: echo}).Serve(t)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	session := connect(t, s, password).NewSession(ctx, driver.SessionConfig{})
	_, err := session.Run(ctx, "SLOW", nil)
	assert.True(t, errors.Is(err, context.DeadlineExceeded) || driver.IsConnectivityError(err), "%v", err)
}

// fakeTest notes that a test would fail.
type fakeTest struct {
	testing.TB
	failed bool
}

func (f *fakeTest) Errorf(string, ...any) { f.failed = true }

func TestAQueryWithoutAnAnswerFailsTheTest(t *testing.T) {
	s := (&Server{Release: "5.26.30", Bolt: Version{5, 8}, Password: password, Answer: func(Query) Answer { return Answer{Unknown: true} }}).Serve(t)
	fake := &fakeTest{TB: t}
	s.t = fake
	session := connect(t, s, password).NewSession(t.Context(), driver.SessionConfig{})
	_, err := session.Run(t.Context(), "RETURN 1", nil)
	assert.ErrorContains(t, err, "the script has no answer to: RETURN 1")
	assert.True(t, fake.failed)
}

func TestAClientOfAnotherVersionIsToldSo(t *testing.T) {
	s := (&Server{Release: "3.4.18", Bolt: Version{2, 0}, Password: password, Answer: echo}).Serve(t)
	assert.ErrorContains(t, connect(t, s, password).VerifyConnectivity(t.Context()), "did not accept any of the requested Bolt versions")
}
