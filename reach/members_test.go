package reach

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/tests/scripted"
)

// at reaches one member at an address.
func at(t *testing.T, address string, as Login) (*Members, neo4j.Member) {
	t.Helper()
	m := neo4j.Member{Name: "neo4j-0", Pool: "neo4j", Role: neo4j.Primary, Host: "neo4j-0.neo4j.graph.svc.cluster.local"}
	topology := neo4j.Topology{Name: "neo4j", Namespace: "graph", Release: neo4j.MustRelease("5.26.30"), Edition: neo4j.Enterprise, Members: []neo4j.Member{m}}
	members, err := Over(func(_ context.Context, _ neo4j.Member, ports ...int) (Way, error) {
		w := Way{Addresses: map[int]string{}, Close: func() {}, Done: make(chan struct{})}
		for _, port := range ports {
			w.Addresses[port] = address
		}
		return w, nil
	}, topology, as)
	require.NoError(t, err)
	t.Cleanup(members.Close)
	return members, m
}

func who(q scripted.Query) scripted.Answer {
	if q.Text == "FORBIDDEN" {
		return scripted.Answer{Code: "Neo.ClientError.Security.Forbidden", Message: "not granted"}
	}
	return scripted.Answer{Columns: []string{"user"}, Rows: [][]any{{q.User}}}
}

func serve(t *testing.T, s *scripted.Server) string {
	t.Helper()
	s.Release, s.Bolt, s.Answer = "5.26.30", scripted.Version{Major: 5, Minor: 8}, who
	return fmt.Sprintf("127.0.0.1:%d", s.Serve(t).Port())
}

func TestWhatAPortSpeaks(t *testing.T) {
	for name, c := range map[string]struct {
		address func(t *testing.T) string
		tls     bool
		want    string
	}{
		"clear and asked in clear": {func(t *testing.T) string { return serve(t, &scripted.Server{Password: "p"}) }, false, ""},
		"TLS and asked in TLS":     {func(t *testing.T) string { return serve(t, &scripted.Server{Password: "p", TLS: true}) }, true, ""},
		"TLS and asked in clear":   {func(t *testing.T) string { return serve(t, &scripted.Server{Password: "p", TLS: true}) }, false, "port 7687 speaks TLS only, and is asked in clear"},
		"clear and asked in TLS":   {func(t *testing.T) string { return serve(t, &scripted.Server{Password: "p"}) }, true, "port 7687 speaks in clear only, and is asked in TLS"},
		"a certificate of the client's": {func(t *testing.T) string {
			return serve(t, &scripted.Server{Password: "p", TLS: true, ClientTLS: true})
		}, true, "port 7687 refuses the TLS handshake, certificate required"},
		"that too, asked in clear": {func(t *testing.T) string {
			return serve(t, &scripted.Server{Password: "p", TLS: true, ClientTLS: true})
		}, false, "port 7687 speaks TLS only, and is asked in clear"},
		"nobody listens, asked in clear":   {func(t *testing.T) string { return scripted.Nobody(t) }, false, "port 7687 closed"},
		"nobody listens, asked in TLS":     {func(t *testing.T) string { return scripted.Nobody(t) }, true, "port 7687 closed"},
		"not even a pod, asked in clear":   {func(*testing.T) string { return "127.0.0.1:1" }, false, "port 7687 closed"},
		"not even a pod, and asked in TLS": {func(*testing.T) string { return "127.0.0.1:1" }, true, "port 7687 closed"},
	} {
		t.Run(name, func(t *testing.T) {
			members, m := at(t, c.address(t), Login{Password: "p", TLS: c.tls})
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			for range 2 {
				_, err := members.Run(ctx, m, Question{Database: "system", Statement: "RETURN 1"})
				if c.want == "" {
					require.NoError(t, err)
					continue
				}
				require.EqualError(t, err, c.want)
			}
		})
	}
}

func TestAPlanThatDemandsTLSIsAskedInTLS(t *testing.T) {
	topology := neo4j.Topology{Release: neo4j.MustRelease("5.26.30"), TLS: true, Members: []neo4j.Member{{Name: "neo4j-0"}}}
	address := serve(t, &scripted.Server{Password: "p", TLS: true})
	members, err := Over(func(context.Context, neo4j.Member, ...int) (Way, error) {
		return Way{Addresses: map[int]string{7687: address, 7474: address}, Close: func() {}, Done: make(chan struct{})}, nil
	}, topology, Login{Password: "p"})
	require.NoError(t, err)
	defer members.Close()
	_, err = members.Run(t.Context(), topology.Members[0], Question{Statement: "RETURN 1"})
	assert.NoError(t, err)
}

func TestQuestionsAreAskedAsTheUserGiven(t *testing.T) {
	address := serve(t, &scripted.Server{Users: map[string]string{"check": "c"}})
	members, m := at(t, address, Login{User: "check", Password: "c"})
	a, err := members.Run(t.Context(), m, Question{Statement: "RETURN 1"})
	require.NoError(t, err)
	assert.Equal(t, [][]any{{"check"}}, a.Rows)

	_, err = members.Run(t.Context(), m, Question{Statement: "FORBIDDEN"})
	require.EqualError(t, err, "user check: not granted: it may not ask that; docs/check-user.md lists the rights that a check needs")
	require.ErrorIs(t, err, ErrRights)
	assert.True(t, Lasting(err))

	members, m = at(t, address, Login{User: "check", Password: "another"})
	_, err = members.Run(t.Context(), m, Question{Statement: "RETURN 1"})
	require.EqualError(t, err, "the server refuses user check with the password of its Secret: there is no such user, it has another password, or it is suspended")
	require.ErrorIs(t, err, ErrPassword)

	members, m = at(t, address, Login{Password: "c"})
	_, err = members.Run(t.Context(), m, Question{Statement: "RETURN 1"})
	assert.Equal(t, ErrPassword, err, "neo4j is the user where none is named")
}

func TestWhomASecretNames(t *testing.T) {
	for value, want := range map[string]string{
		"neo4j/p": "neo4j p", "check/p/q": "check p/q",
		"none": "must be <user>/<password>", "": "must be <user>/<password>", "/p": "must be <user>/<password>", "check/": "must be <user>/<password>",
	} {
		as, err := loginOf(value)
		if err != nil {
			assert.EqualError(t, err, want, value)
			continue
		}
		assert.Equal(t, want, as.User+" "+as.Password)
	}
}
