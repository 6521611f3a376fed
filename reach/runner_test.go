package reach

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// endpoint is a scripted 3.1 transactional endpoint: it speaks HTTP as the manual says, but it is no Neo4j.
func endpoint(t *testing.T, status int, answer string) runner {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		assert.Equal(t, "neo4j:password", user+":"+password)
		assert.Equal(t, "/db/data/transaction/commit", r.URL.Path)
		var body struct{ Statements []struct{ Statement string } }
		if assert.NoError(t, json.NewDecoder(r.Body).Decode(&body)) {
			assert.Len(t, body.Statements, 1)
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(answer))
	}))
	t.Cleanup(server.Close)
	u, err := url.Parse(server.URL)
	require.NoError(t, err)
	return newHTTPRunner(u.Host, Login{Password: "password"}.named())
}

func TestHTTPRunner(t *testing.T) {
	tests := []struct {
		name, answer, problem string
		status                int
		rows                  [][]any
	}{
		{name: "rows", status: 200, answer: `{"results":[{"columns":["role"],"data":[{"row":["LEADER"]}]}],"errors":[]}`, rows: [][]any{{"LEADER"}}},
		{name: "error in a 200", status: 200, answer: `{"results":[],"errors":[{"code":"Neo.ClientError.Cluster.NotALeader","message":"no"}]}`, problem: "NotALeader"},
		{name: "not JSON", status: 503, answer: `<html>starting`, problem: "HTTP 503"},
		{name: "no result", status: 200, answer: `{"results":[],"errors":[]}`, problem: "no result"},
		{name: "password", status: 401, answer: `{"errors":[{"code":"Neo.ClientError.Security.Unauthorized","message":"no"}]}`, problem: ErrPassword.Error()},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := endpoint(t, test.status, test.answer).run(t.Context(), Question{Statement: "CALL dbms.cluster.role()"})
			assert.Empty(t, got.Bookmarks, "HTTP has no bookmarks")
			if test.problem != "" {
				assert.ErrorContains(t, err, test.problem)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, test.rows, got.Rows)
		})
	}
}

func TestOnlyARefusedPasswordIsOne(t *testing.T) {
	assert.ErrorIs(t, codeError("neo4j", "Neo.ClientError.Security.Unauthorized", "no"), ErrPassword)
	assert.NotErrorIs(t, codeError("neo4j", "Neo.ClientError.Security.AuthorizationExpired", "again"), ErrPassword)
}
