package harness

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
)

var forwarding = regexp.MustCompile(`Forwarding from (127\.0\.0\.1:\d+)`)

// Forward runs `kubectl port-forward` to a port of a pod until stop is called, and gives the local address.
func (b *Box) Forward(ctx context.Context, namespace, pod string, port int) (address string, stop func(), err error) {
	ctx, cancel := context.WithCancel(ctx)
	cmd := b.Command(ctx, b.Bin, "kubectl", "-n", namespace, "port-forward", "pod/"+pod, fmt.Sprintf(":%d", port))
	out, err := cmd.StdoutPipe()
	if err != nil {
		cancel()
		return "", nil, err
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		cancel()
		return "", nil, err
	}
	stop = func() { cancel(); _ = cmd.Wait() }
	reader := bufio.NewReader(out)
	line, _ := reader.ReadString('\n')
	m := forwarding.FindStringSubmatch(line)
	if m == nil {
		stop()
		return "", nil, fmt.Errorf("kubectl port-forward %s %d: %q %s", pod, port, line, stderr.String())
	}
	// It says a line a connection, and would block on a full pipe.
	go func() { _, _ = io.Copy(io.Discard, reader) }()
	return m[1], stop, nil
}

// Cypher runs one statement on one member by the HTTP endpoint, which every 3.x release has, and gives its rows.
func Cypher(ctx context.Context, client *http.Client, address, password, statement string) ([][]any, error) {
	body, err := json.Marshal(map[string]any{"statements": []any{map[string]string{"statement": statement}}})
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+"/db/data/transaction/commit", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.SetBasicAuth("neo4j", password)
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Results []struct {
			Data []struct{ Row []any }
		}
		Errors []struct{ Code, Message string }
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return nil, fmt.Errorf("%s: %s", resp.Status, text)
	}
	if len(answer.Errors) > 0 {
		return nil, fmt.Errorf("%s: %s", answer.Errors[0].Code, answer.Errors[0].Message)
	}
	if len(answer.Results) == 0 {
		return nil, fmt.Errorf("%s: no result: %s", resp.Status, text)
	}
	var rows [][]any
	for _, d := range answer.Results[0].Data {
		rows = append(rows, d.Row)
	}
	return rows, nil
}
