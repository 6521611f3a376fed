package onbox

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/tests/harness"
)

// forward runs `kubectl port-forward` to a port of a pod and gives the local address.
func (p *project) forward(pod string, port int) (address string, stop func()) {
	p.t.Helper()
	address, stop, err := p.box.Forward(p.t.Context(), p.Namespace, pod, port)
	require.NoError(p.t, err)
	return address, stop
}

// password is the stack's own, from the Secret that the outputs name.
func (p *project) password() string {
	p.t.Helper()
	if p.secret == "" {
		secret, err := p.Password(p.t.Context())
		require.NoError(p.t, err)
		p.secret = secret
	}
	return p.secret
}

// cypher runs one statement on one member by the HTTP endpoint, which every 3.x release has, and gives its rows.
func (p *project) cypher(pod, statement string) ([][]any, error) {
	address, stop, err := p.box.Forward(p.t.Context(), p.Namespace, pod, 7474)
	if err != nil {
		return nil, err
	}
	defer stop()
	return harness.Cypher(p.t.Context(), &http.Client{Timeout: 30 * time.Second}, address, p.password(), statement)
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
