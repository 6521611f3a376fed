package verify

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/tests/dial"
	"neo4j-kubernetes/tests/scripted"
	"neo4j-kubernetes/tests/signed"
)

const (
	memberHost  = "neo4j-0.neo4j.graph.svc.cluster.local"
	serviceHost = "neo4j-client.graph.svc.cluster.local"
)

// encrypted is a server that stands alone and serves a leaf, of which a Secret holds what kept says.
type encrypted struct {
	Members
	kept    *reach.Kept
	keptErr error
}

func (e encrypted) Kept(context.Context, neo4j.EncryptedPort) (*reach.Kept, error) {
	return e.kept, e.keptErr
}

func alone() neo4j.Topology {
	t := planned("5.26.30", 1, 0)
	t.Encryption = &neo4j.Encryption{Names: []string{serviceHost}, Ports: []neo4j.EncryptedPort{{Scope: "bolt", Port: 7687, Secret: "neo4j-tls", Key: "tls.crt"}}}
	return t
}

func at(t *testing.T, address string, data map[string][]byte) encrypted {
	t.Helper()
	members, err := Over(dial.To(func(neo4j.Member) string { return address }), alone(), reach.Login{Password: "password"})
	require.NoError(t, err)
	t.Cleanup(members.Close)
	e := encrypted{Members: members}
	if data != nil {
		e.kept, e.keptErr = reach.KeptIn(data, "tls.crt")
	}
	return e
}

func secretOf(leaf signed.Leaf, a *signed.Authority) map[string][]byte {
	return map[string][]byte{"tls.crt": leaf.PEM, "ca.crt": a.PEM()}
}

// Each fault of what a real TLS server serves has a sentence of its own.
func TestACertificateIsJudgedAsItIsServed(t *testing.T) {
	authority, other := signed.NewAuthority(t, "the CA"), signed.NewAuthority(t, "another CA")
	between, ended, over := authority.Below("the CA below", time.Hour), authority.Below("the CA below", -time.Minute), signed.ExpiredAuthority(t, "the CA")
	good, linked := authority.Leaf(-time.Hour, time.Hour, memberHost, serviceHost), between.Leaf(-time.Hour, time.Hour, memberHost, serviceHost)
	wild := authority.Leaf(-time.Hour, time.Hour, "*.neo4j.graph.svc.cluster.local", serviceHost)
	for name, c := range map[string]struct {
		served, kept signed.Leaf
		by           *signed.Authority
		client       bool
		found        string
	}{
		"all is well":              {served: good, kept: good, by: authority},
		"a wildcard":               {served: wild, kept: wild, by: authority},
		"a client's own is wanted": {served: good, kept: good, by: authority, client: true},
		"the member's name is not in it": {
			served: authority.Leaf(-time.Hour, time.Hour, serviceHost), by: authority,
			found: "expected a certificate for bolt at port 7687 that bears the name " + memberHost + ", found the names " + serviceHost + ": a client that dials it by that name refuses it",
		},
		"the Service's name is not in it": {
			served: authority.Leaf(-time.Hour, time.Hour, memberHost), by: authority, found: "that bears the name " + serviceHost + ", found the names " + memberHost,
		},
		"no name is in it": {served: authority.Leaf(-time.Hour, time.Hour), by: authority, found: "found the names (none)"},
		"expired": {
			served: authority.Leaf(-2*time.Hour, -time.Hour, memberHost, serviceHost), by: authority,
			found: "expected a valid certificate for bolt at port 7687, found serial ",
		},
		"not valid yet": {served: authority.Leaf(time.Hour, 2*time.Hour, memberHost, serviceHost), by: authority, found: "which is valid only from "},
		"of another authority": {
			served: other.Leaf(-time.Hour, time.Hour, memberHost, serviceHost), by: authority,
			found: "signed by the authority in key ca.crt of Secret neo4j-tls, found one that CN=another CA signed, and no way from there to that authority",
		},
		"of an authority between": {served: linked, kept: linked, by: authority},
		"an authority between has expired": {
			served: ended.Leaf(-time.Hour, time.Hour, memberHost, serviceHost), by: authority,
			found: "expected a certificate for bolt at port 7687 whose authorities are all valid, found CN=the CA below, which signs, expired on ",
		},
		"the authority has expired": {
			served: over.Leaf(-time.Hour, time.Hour, memberHost, serviceHost), by: over, found: "whose authorities are all valid, found CN=the CA, which signs, expired on ",
		},
		"for clients alone": {
			served: authority.ClientLeaf(-time.Hour, time.Hour, memberHost, serviceHost), by: authority,
			found: "expected a certificate for bolt at port 7687 that servers may show, found serial ",
		},
		"an older chain": {
			served: linked, kept: between.Renewed(authority, 2*time.Hour).Behind(linked), by: authority,
			found: "others: what the member serves is older; run `pulumi up`",
		},
		"older than the Secret's": {served: authority.Leaf(-2*time.Hour, -time.Hour, memberHost), kept: good, by: authority, found: "the member serves an older certificate; it was renewed on "},
	} {
		t.Run(name, func(t *testing.T) {
			if c.kept.PEM == nil {
				c.kept = c.served
			}
			e := at(t, signed.Serve(t, c.served, c.client).Address, secretOf(c.kept, c.by))
			topology := alone()
			found := JudgeCertificates(topology, LookAtCertificates(t.Context(), e, topology), time.Now())
			if c.found == "" {
				assert.Empty(t, found)
				return
			}
			require.Len(t, found, 1)
			assert.Equal(t, "neo4j-0", found[0].Member)
			assert.Contains(t, found[0].String(), c.found)
		})
	}
}

// The names of Services and those outside are clients' to dial: members dial each other by their own.
func TestMembersCertificatesForEachOtherBearTheirNamesAlone(t *testing.T) {
	authority := signed.NewAuthority(t, "the CA")
	leaf := authority.Leaf(-time.Hour, time.Hour, memberHost)
	e := at(t, signed.Serve(t, leaf, false).Address, secretOf(leaf, authority))
	topology := alone()
	topology.Encryption.Names = []string{serviceHost, "neo4j-0.graph.example.org"}
	look := func() []Finding {
		return JudgeCertificates(topology, LookAtCertificates(t.Context(), e, topology), time.Now())
	}
	assert.Len(t, look(), 1)
	topology.Encryption.Ports[0].Scope = neo4j.ClusterScope
	assert.Empty(t, look())
}

// A server may serve the authority behind the rest, or leave it out.
func TestAChainIsTheSameWithItsEndOrWithout(t *testing.T) {
	authority := signed.NewAuthority(t, "the CA")
	leaf := authority.Below("the CA below", time.Hour).Leaf(-time.Hour, time.Hour, memberHost, serviceHost)
	long := slices.Concat(leaf.PEM, authority.PEM())
	e := at(t, signed.Serve(t, leaf, false).Address, map[string][]byte{"tls.crt": long})
	assert.False(t, LookAtCertificates(t.Context(), e, alone())["neo4j-0"][0].Outdated())
	_, between := pem.Decode(leaf.PEM)
	e = at(t, signed.Serve(t, leaf, false).Address, map[string][]byte{"tls.crt": leaf.PEM[:len(leaf.PEM)-len(between)]})
	assert.True(t, LookAtCertificates(t.Context(), e, alone())["neo4j-0"][0].Outdated(), "the Secret holds none between")
}

// By the names for which a certificate is issued clients dial, too.
func TestACertificateBearsItsOwnPortsNames(t *testing.T) {
	authority := signed.NewAuthority(t, "the CA")
	leaf := authority.Leaf(-time.Hour, time.Hour, memberHost, serviceHost, "*.example.org")
	e := at(t, signed.Serve(t, leaf, false).Address, secretOf(leaf, authority))
	topology := alone()
	judge := func(names ...string) []Finding {
		topology.Encryption.Ports[0].Names = names
		return JudgeCertificates(topology, LookAtCertificates(t.Context(), e, topology), time.Now())
	}
	assert.Empty(t, judge("graph.example.org", "*.example.org"))
	found := judge("graph.example.com")
	require.Len(t, found, 1)
	assert.Contains(t, found[0].String(), "that bears the name graph.example.com, found the names ")
}

func TestAPortWithoutTLS(t *testing.T) {
	clear := (&scripted.Server{Release: "5.26.30", Bolt: scripted.Version{Major: 5, Minor: 8}, Password: "password"}).Serve(t)
	topology := alone()
	for name, address := range map[string]string{"speaks in clear": fmt.Sprintf("127.0.0.1:%d", clear.Port()), "nobody listens": scripted.Nobody(t)} {
		t.Run(name, func(t *testing.T) {
			found := JudgeCertificates(topology, LookAtCertificates(t.Context(), at(t, address, nil), topology), time.Now())
			require.Len(t, found, 1)
			assert.Equal(t, "neo4j-0: expected TLS for bolt at port 7687, found none: the port is closed, or speaks in clear", found[0].String())
		})
	}
}

// Who may not read the Secret, or has none in hand, is told of everything else.
func TestASecretThatDoesNotSay(t *testing.T) {
	authority := signed.NewAuthority(t, "the CA")
	leaf := authority.Leaf(-time.Hour, time.Hour, memberHost, serviceHost)
	address, topology := signed.Serve(t, leaf, false).Address, alone()
	judge := func(e encrypted) []Finding {
		return JudgeCertificates(topology, LookAtCertificates(t.Context(), e, topology), time.Now())
	}
	assert.Empty(t, judge(at(t, address, nil)))
	assert.Empty(t, judge(at(t, address, map[string][]byte{"tls.crt": leaf.PEM})), "without an authority")
	found := judge(at(t, address, map[string][]byte{"tls.key": leaf.PEM}))
	require.Len(t, found, 1)
	assert.Contains(t, found[0].String(), "expected a certificate for bolt at port 7687 in its Secret, found its key tls.crt holds no certificate in PEM")
	gone := at(t, address, nil)
	gone.keptErr = errors.New(`secret graph/neo4j-tls: secrets "neo4j-tls" not found`)
	assert.Contains(t, judge(gone)[0].String(), "not found")
}

func TestTheReportSaysWhatEndsWhen(t *testing.T) {
	authority := signed.NewAuthority(t, "the CA")
	now := time.Now()
	report := func(from, until time.Duration) Report {
		topology := alone()
		e := at(t, signed.Serve(t, authority.Leaf(from, until, memberHost, serviceHost), false).Address, nil)
		r := newReport(topology, map[string]Observation{"neo4j-0": {Release: "5.26.30"}}, time.Second)
		r.certificates(reportOf(LookAtCertificates(t.Context(), e, topology)), now)
		return r
	}
	r := report(-time.Hour, 24*time.Hour)
	assert.Contains(t, r.Table(), "CERTIFICATES UNTIL")
	assert.Contains(t, r.Table(), "bolt "+neo4j.Day(now.Add(24*time.Hour)))
	assert.Empty(t, r.Warnings)
	text, err := r.JSON()
	require.NoError(t, err)
	var read struct {
		Members []struct{ Certificates []map[string]any }
	}
	require.NoError(t, json.Unmarshal(text, &read))
	for _, key := range []string{"scope", "port", "serial", "subject", "issuer", "names", "notBefore", "notAfter"} {
		assert.Contains(t, read.Members[0].Certificates[0], key)
	}
	r = report(-99*time.Hour, time.Hour)
	require.Len(t, r.Warnings, 1)
	assert.Contains(t, r.Table(), "warning: the certificate of neo4j-0 for bolt ends on ")
}
