package onbox

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestEncryption has the program's own authority encrypt real servers: a cluster that speaks encrypted to clients from one day on, under load; and
// a server that is encrypted from the start, whose certificate is then made anew. What members say to each other cannot be encrypted here: the
// servers of 3.5.0-beta03 that are published end with "Unexpected SSL policy causal_clustering.ssl_policy is a string".
func TestEncryption(t *testing.T) {
	t.Parallel()
	b := onTheBox(t)
	t.Run("a cluster of 3.5", func(t *testing.T) {
		t.Parallel()
		p := newProject(t, b, "dev", "encrypted-cluster")
		assert.NotContains(t, p.up(), "CERTIFICATES UNTIL")
		members := []string{"neo4j-0", "neo4j-1", "neo4j-2"}

		p.set("cluster.tls.source", "selfSigned")
		p.set("cluster.tls.bolt.mode", "required")
		p.set("cluster.tls.cluster.mode", "required")
		out := p.refused()
		assert.Contains(t, out, "neo4j:cluster.tls.cluster: none -> required, by Secret neo4j-tls, client certificates require is refused, nothing was touched")
		assert.Contains(t, out, "neo4j:cluster.tls.bolt: none -> required, by Secret neo4j-tls is refused, nothing was touched")
		assert.Contains(t, out, "write mode: optional first")

		p.must("config", "rm", "--path", "cluster.tls.cluster")
		p.set("cluster.tls.bolt.mode", "optional")
		p.set("cluster.tls.https.mode", "optional")
		before := p.uids()
		written := p.writes(members)
		out = p.up()
		p.requireLeaderLast(out)
		assert.Regexp(t, `CERTIFICATES UNTIL[\s\S]*bolt 20\d\d-[\d-]+ [\d:]+ UTC, https 20`, out)
		for _, name := range members {
			assert.NotEqual(t, before[name], p.uids()[name], "%s is of the present plan", name)
			require.NoError(t, p.speaksTLS(name, 7687))
			require.NoError(t, p.speaksTLS(name, 7473))
			require.NoError(t, p.speaksClear(name), "clients in clear are heard still")
		}
		p.unchanged()

		p.set("cluster.tls.bolt.mode", "required")
		p.requireLeaderLast(p.up())
		for _, name := range members {
			require.NoError(t, p.speaksTLS(name, 7687))
			require.ErrorIs(t, p.speaksClear(name), errTurnedAway)
		}
		p.turnsAway(members...)
		acknowledged := written()
		assert.Positive(t, acknowledged)
		for _, name := range members {
			rows, err := p.cypher(name, "MATCH (n:Moved) RETURN count(n)")
			require.NoError(t, err)
			assert.GreaterOrEqual(t, rows[0][0], float64(acknowledged), "%s has every write that was acknowledged", name)
		}
		p.unchanged()
		assert.Contains(t, p.must("stack", "output", "boltURI"), "bolt+routing://", "drivers of its time are told of encryption beside the URI")
	})
	t.Run("a server of 2026.08", func(t *testing.T) {
		t.Parallel()
		p := newProject(t, b, "dev", "encrypted-alone")
		p.set("cluster.edition", "community")
		p.set("cluster.release", "2026.08.1")
		p.set("cluster.primaries", 1)
		p.set("cluster.tls.source", "selfSigned")
		p.set("cluster.tls.bolt.mode", "required")
		p.set("cluster.tls.https.mode", "required")
		p.up()
		require.NoError(t, p.speaksTLS("neo4j-0", 7687))
		require.NoError(t, p.speaksTLS("neo4j-0", 7473))
		require.ErrorIs(t, p.speaksClear("neo4j-0"), errTurnedAway)
		p.turnsAway("neo4j-0")
		assert.Contains(t, p.must("stack", "output", "boltURI"), "bolt+ssc://neo4j-client.encrypted-alone.svc.cluster.local:7687")
		assert.Contains(t, p.must("stack", "output", "browser"), "https://localhost:7473/browser/")
		p.unchanged()

		first := p.kept()
		p.set("cluster.tls.names[0]", "graph.example.org")
		assert.Contains(t, p.must("preview"), "the certificate is made anew, and 1 member is replaced, one at a time: they read it when they start: neo4j-0")
		p.up()
		assert.NotEqual(t, first.SerialNumber, p.kept().SerialNumber)
		assert.Contains(t, p.kept().DNSNames, "graph.example.org")
		assert.Equal(t, fmt.Sprintf("%x", p.kept().SerialNumber), p.serial("neo4j-0", 7687))
		require.NoError(t, p.speaksTLS("neo4j-0", 7687), "the authority is the same")
		p.unchanged()
	})
}

// speaksTLS has a client that trusts the authority in the Secret, and nobody else, dial a member by its name.
func (p *project) speaksTLS(member string, port int) error {
	p.t.Helper()
	text, err := base64.StdEncoding.DecodeString(p.kubectl("get", "secret", "neo4j-tls", "-o", `jsonpath={.data.ca\.crt}`))
	require.NoError(p.t, err)
	roots := x509.NewCertPool()
	require.True(p.t, roots.AppendCertsFromPEM(text))
	address, stop := p.forward(member, port)
	defer stop()
	ctx, cancel := context.WithTimeout(p.t.Context(), 20*time.Second)
	defer cancel()
	dialer := &tls.Dialer{Config: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12, ServerName: fmt.Sprintf("%s.neo4j.%s.svc.cluster.local", member, p.Namespace)}}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return conn.Close()
}

// errTurnedAway is what becomes of a client in clear where TLS is required: the server closes the connection without a word.
var errTurnedAway = errors.New("the connection was closed before an answer to the handshake")

// speaksClear has a member be asked in clear for Bolt 4 or 3 (the Bolt manual, "Handshake").
func (p *project) speaksClear(member string) error {
	p.t.Helper()
	address, stop := p.forward(member, 7687)
	defer stop()
	conn, err := net.DialTimeout("tcp", address, 10*time.Second)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := conn.Write([]byte{0x60, 0x60, 0xB0, 0x17, 0, 0, 4, 5, 0, 0, 4, 4, 0, 0, 0, 4, 0, 0, 0, 3}); err != nil {
		return err
	}
	_, err = io.ReadFull(conn, make([]byte, 4))
	if errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) {
		return errTurnedAway
	}
	return err
}

// turnsAway has the check ask in clear, and be told by every member what is wrong with that.
func (p *project) turnsAway(members ...string) {
	p.t.Helper()
	report, err := p.check(func(expectation map[string]any) {
		expectation["tls"] = false
		delete(expectation, "encryption")
	})
	require.Error(p.t, err, report)
	for _, name := range members {
		assert.Regexp(p.t, regexp.QuoteMeta(name)+`: .*speaks TLS only, and is asked in clear`, report)
	}
}

// writes writes nodes through whichever member leads until it is told to stop; then it gives how many were acknowledged.
func (p *project) writes(members []string) (stop func() int) {
	p.t.Helper()
	p.password()
	ctx, cancel := context.WithCancel(p.t.Context())
	acknowledged := 0
	var wait sync.WaitGroup
	wait.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			if _, err := p.cypher(members[i%len(members)], "CREATE (:Moved)"); err == nil {
				acknowledged++
				i-- // it leads
			}
			time.Sleep(500 * time.Millisecond)
		}
	})
	return func() int {
		cancel()
		wait.Wait()
		return acknowledged
	}
}
