package onbox

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var forwarding = regexp.MustCompile(`Forwarding from (127\.0\.0\.1:\d+)`)

// forward runs `kubectl port-forward` to a port of a pod for the test's length and gives the local address.
func (p *project) forward(pod string, port int) (address string, stop func()) {
	p.t.Helper()
	address, stop, err := p.tryForward(pod, port)
	require.NoError(p.t, err)
	return address, stop
}

func (p *project) tryForward(pod string, port int) (string, func(), error) {
	ctx, cancel := context.WithCancel(context.Background())
	cmd := p.box.command(ctx, p.box.bin, "kubectl", "-n", p.namespace, "port-forward", "pod/"+pod, fmt.Sprintf(":%d", port))
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
	stop := func() { cancel(); _ = cmd.Wait() }
	line, _ := bufio.NewReader(out).ReadString('\n')
	m := forwarding.FindStringSubmatch(line)
	if m == nil {
		stop()
		return "", nil, fmt.Errorf("kubectl port-forward %s %d: %q %s", pod, port, line, stderr.String())
	}
	return m[1], stop, nil
}

// password is the stack's own, from the Secret that the outputs name.
func (p *project) password() string {
	p.t.Helper()
	encoded := p.kubectl("get", "secret", p.output("authSecret"), "-o", `jsonpath={.data.NEO4J_AUTH}`)
	auth, err := base64.StdEncoding.DecodeString(encoded)
	require.NoError(p.t, err)
	_, password, ok := strings.Cut(string(auth), "/")
	require.True(p.t, ok, "NEO4J_AUTH is user/password")
	return password
}

// cypher runs one statement on one member by the HTTP endpoint, which every 3.x release has, and gives its rows.
func (p *project) cypher(pod, statement string) ([][]any, error) {
	address, stop, err := p.tryForward(pod, 7474)
	if err != nil {
		return nil, err
	}
	defer stop()
	body, err := json.Marshal(map[string]any{"statements": []any{map[string]string{"statement": statement}}})
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequest(http.MethodPost, "http://"+address+"/db/data/transaction/commit", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.SetBasicAuth("neo4j", p.password())
	req.Header.Set("Content-Type", "application/json")
	resp, err := (&http.Client{Timeout: 30 * time.Second}).Do(req)
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

// leader is the pod that leads by the overview of whichever of the first members answers.
func (p *project) leader() string {
	p.t.Helper()
	var leader string
	next := 0
	eventually(p.t, 2*time.Minute, "one leader in the overview", func() error {
		asked := fmt.Sprintf("neo4j-%d", next%3)
		next++
		rows, err := p.cypher(asked, "CALL dbms.cluster.overview() YIELD role, addresses WHERE role = 'LEADER' RETURN addresses[0]")
		if err != nil {
			return err
		}
		if len(rows) != 1 {
			return fmt.Errorf("%d leaders", len(rows))
		}
		host := strings.TrimPrefix(rows[0][0].(string), "bolt://")
		leader, _, _ = strings.Cut(host, ".")
		return nil
	})
	return leader
}

// write keeps a note in the graph, through the leader.
func (p *project) write(note string) {
	p.t.Helper()
	eventually(p.t, 4*time.Minute, "an acknowledged write", func() error {
		_, err := p.cypher(p.leader(), fmt.Sprintf("MERGE (n:Note {text: '%s'}) RETURN n.text", note))
		return err
	})
}

// requireNotes reads the notes on one member until all are there: read replicas may lag.
func requireNotes(t *testing.T, p *project, pod string, want ...string) {
	t.Helper()
	eventually(t, time.Minute, "the notes on "+pod, func() error {
		rows, err := p.cypher(pod, "MATCH (n:Note) RETURN n.text ORDER BY n.text")
		if err != nil {
			return err
		}
		var got []string
		for _, row := range rows {
			got = append(got, row[0].(string))
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			return fmt.Errorf("notes %v, want %v", got, want)
		}
		return nil
	})
}
