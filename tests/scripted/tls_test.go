package scripted

import (
	"crypto/tls"
	"fmt"
	"testing"

	driver "github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAServerThatSpeaksTLSOnly(t *testing.T) {
	s := (&Server{Release: "5.26.30", Bolt: Version{5, 8}, Password: password, TLS: true, Answer: echo}).Serve(t)
	err := connect(t, s, password).VerifyConnectivity(t.Context())
	assert.ErrorContains(t, err, "EOF", "a client in clear is not told why")
	d, err := driver.NewDriverWithContext(fmt.Sprintf("bolt+ssc://127.0.0.1:%d", s.Port()), driver.BasicAuth("neo4j", password, ""))
	require.NoError(t, err)
	defer func() { _ = d.Close(t.Context()) }()
	assert.NoError(t, d.VerifyConnectivity(t.Context()))
}

func TestAServerThatWantsAClientsCertificate(t *testing.T) {
	s := (&Server{Release: "5.26.30", Bolt: Version{5, 8}, Password: password, TLS: true, ClientTLS: true, Answer: echo}).Serve(t)
	config := &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12} //nolint:gosec // its certificate is of its own making
	conn, err := tls.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.Port()), config)
	if err == nil {
		_, err = conn.Read(make([]byte, 1)) // TLS 1.3 tells a client after its handshake
	}
	assert.ErrorContains(t, err, "certificate required")
}

func TestAnotherUserThanNeo4j(t *testing.T) {
	s := (&Server{Release: "5.26.30", Bolt: Version{5, 8}, Users: map[string]string{"check": password}, Answer: func(q Query) Answer {
		return Answer{Columns: []string{"user"}, Rows: [][]any{{q.User}}}
	}}).Serve(t)
	assert.ErrorContains(t, connect(t, s, "").VerifyConnectivity(t.Context()), "Unauthorized", "neo4j is suspended")
	d, err := driver.NewDriverWithContext(fmt.Sprintf("bolt://127.0.0.1:%d", s.Port()), driver.BasicAuth("check", password, ""))
	require.NoError(t, err)
	defer func() { _ = d.Close(t.Context()) }()
	session := d.NewSession(t.Context(), driver.SessionConfig{})
	defer func() { _ = session.Close(t.Context()) }()
	result, err := session.Run(t.Context(), "RETURN 1", nil)
	require.NoError(t, err)
	row, err := result.Single(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []any{"check"}, row.Values)
}
