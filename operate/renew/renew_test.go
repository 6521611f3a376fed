package renew

import (
	"context"
	"crypto/x509"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/tests/dial"
	"neo4j-kubernetes/tests/scripted"
	"neo4j-kubernetes/tests/signed"
	"neo4j-kubernetes/verify"
)

const (
	password = "scripted-password"
	https    = 7473
)

// world is a scripted cluster of three whose HTTPS ports are real TLS servers. A Secret holds a leaf; a server that is told takes it when the
// kubelet has brought it, which it does once it is nudged.
type world struct {
	verify.Members
	cluster *scripted.Cluster
	serves  map[string]*signed.Server
	secret  map[string][]byte

	mu     sync.Mutex
	leaf   signed.Leaf
	nudged []string
	// slow is how often a member is told before its files have come.
	slow int
	// shuts says that a port shows nothing once the kubelet was nudged.
	shuts bool
}

func (w *world) Served(ctx context.Context, m neo4j.Member, port int) ([]*x509.Certificate, error) {
	w.mu.Lock()
	shut := w.shuts && len(w.nudged) > 0
	w.mu.Unlock()
	if shut {
		return nil, errors.New("the handshake takes too long")
	}
	return w.Members.Served(ctx, m, port)
}

func (w *world) Kept(context.Context, neo4j.EncryptedPort) (*reach.Kept, error) {
	return reach.KeptIn(w.secret, "tls.crt")
}

func (w *world) nudge(_ context.Context, m neo4j.Member) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.nudged = append(w.nudged, m.Name)
	return nil
}

func newWorld(t *testing.T) (*world, neo4j.Topology, *signed.Authority) {
	t.Helper()
	topology := plan.Plan{
		Name: "neo4j", Namespace: "graph", ClusterDomain: "cluster.local",
		Spec: neo4j.Spec{Release: neo4j.MustRelease("2026.08.1"), Edition: neo4j.Enterprise, Primaries: 3},
	}.Topology()
	topology.Encryption = &neo4j.Encryption{Reloads: true, Ports: []neo4j.EncryptedPort{{Scope: "https", Port: https, Secret: "neo4j-tls", Key: "tls.crt"}}}
	authority := signed.NewAuthority(t, "the CA")
	w := &world{cluster: scripted.ClusterOf(topology), serves: map[string]*signed.Server{}}
	w.cluster.Started = map[string]string{"dbms.security.tls_reload_enabled": "true"}
	w.renew(authority)
	for _, m := range topology.Members {
		w.serves[m.Host] = signed.Serve(t, w.leaf, false)
	}
	w.cluster.Reload = func(host string) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if len(w.nudged) == 0 {
			return // the files are the old ones
		}
		if w.slow--; w.slow < 0 {
			w.serves[host].Take(w.leaf)
		}
	}
	bolt := scripted.Servers(t, topology, func() *scripted.Server { return &scripted.Server{Password: password} }, w.cluster.At)
	members, err := verify.Over(dial.Ports(func(m neo4j.Member, port int) string {
		if port == https {
			return w.serves[m.Host].Address
		}
		return bolt(m)
	}), topology, reach.Login{Password: password})
	require.NoError(t, err)
	t.Cleanup(members.Close)
	w.Members = members
	return w, topology, authority
}

// renew has the Secret hold another leaf.
func (w *world) renew(a *signed.Authority) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.leaf = a.Leaf(-time.Hour, time.Hour, "neo4j")
	w.secret = map[string][]byte{"tls.crt": w.leaf.PEM, "ca.crt": a.PEM()}
}

func (w *world) reload(t *testing.T, topology neo4j.Topology) (said string, err error) {
	t.Helper()
	var out strings.Builder
	r := &reloading{members: w, pods: w, topology: topology, between: 10 * time.Millisecond}
	err = operate.Run(t.Context(), r, operate.Options{Timeout: 2 * time.Second, Pause: 5 * time.Millisecond, Progress: &out})
	return out.String(), err
}

func TestEachMemberIsToldAndShowsIt(t *testing.T) {
	w, topology, authority := newWorld(t)
	_, err := w.reload(t, topology)
	require.NoError(t, err)
	assert.Empty(t, w.cluster.Reloaded, "nobody is told who serves what the Secret holds")

	w.renew(authority)
	w.serves[topology.Members[1].Host].Take(w.leaf) // an update that was killed had come so far
	assert.Equal(t, []neo4j.Member{topology.Members[0], topology.Members[2]}, outdated(t.Context(), w, topology))
	said, err := w.reload(t, topology)
	require.NoError(t, err)
	assert.Equal(t, []string{topology.Members[0].Host, topology.Members[2].Host}, w.cluster.Reloaded, "each by itself, one after the other")
	assert.Equal(t, []string{"neo4j-0", "neo4j-2"}, w.nudged)
	assert.Contains(t, said, "certificates of neo4j-0: neo4j-0 reads anew what Secret neo4j-tls holds\ncertificates of neo4j-0: done in")
	assert.Empty(t, outdated(t.Context(), w, topology))
}

func TestFilesThatComeLateAreReadAgain(t *testing.T) {
	w, topology, authority := newWorld(t)
	w.renew(authority)
	w.slow = 2
	said, err := w.reload(t, topology)
	require.NoError(t, err)
	assert.Contains(t, said, "the files of Secret neo4j-tls have not come to its pod yet")
	assert.Equal(t, 3, strings.Count(strings.Join(w.cluster.Reloaded, " "), topology.Members[0].Host))
	assert.Equal(t, []string{"neo4j-0", "neo4j-1", "neo4j-2"}, w.nudged, "once each")
}

// A look that shows nothing proves nothing: the step is not done.
func TestAPortThatShowsNothingIsWaitedFor(t *testing.T) {
	w, topology, authority := newWorld(t)
	w.renew(authority)
	w.shuts = true
	_, err := w.reload(t, topology)
	require.EqualError(t, err, "certificates of neo4j-0: neo4j-0 serves an older certificate still after 2s: port 7473 shows no certificate: the handshake takes too long; the next update goes on from here")
}

func TestAMemberThatDoesNotTakeItsCertificate(t *testing.T) {
	w, topology, authority := newWorld(t)
	w.renew(authority)
	w.slow = 1000
	said, err := w.reload(t, topology)
	require.ErrorContains(t, err, "certificates of neo4j-0: neo4j-0 serves an older certificate still after 2s: ", "the end of the time may have cut the last look short")
	assert.Contains(t, said, "certificates of neo4j-0: the files of Secret neo4j-tls have not come to its pod yet\n")

	w.cluster.Started = nil
	_, err = w.reload(t, topology)
	require.ErrorContains(t, err, "certificates of neo4j-0: Neo.ClientError.Procedure.ProcedureNotFound")
}
