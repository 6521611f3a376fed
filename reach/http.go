package reach

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// httpRunner speaks to the transactional endpoint of 3.x. It knows no bookmarks.
type httpRunner struct {
	url    string
	as     Login
	client *http.Client
}

func newHTTPRunner(address string, as Login) runner {
	return httpRunner{"http://" + address + "/db/data/transaction/commit", as, &http.Client{Transport: &http.Transport{}, Timeout: 15 * time.Second}}
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
	request.SetBasicAuth(h.as.User, h.as.Password)
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
		return Answer{}, codeError(h.as.User, answer.Errors[0].Code, answer.Errors[0].Message)
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
