package onbox

import (
	"bytes"
	"cmp"
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/cluster/authority"
	"neo4j-kubernetes/tests/harness"
)

// TestCertificates has a real cert-manager issue the certificates of real servers and renew them: what is served over the wire is the Secret's,
// the check says so when it no longer is, and the next update has every member serve the new one.
func TestCertificates(t *testing.T) {
	t.Parallel()
	b := onTheBox(t)
	stop, err := b.CertManager(context.Background())
	var missing harness.NotHere
	if errors.As(err, &missing) {
		t.Skip(err)
	}
	require.NoError(t, err)
	t.Cleanup(stop)
	t.Run("a cluster of 3.5", func(t *testing.T) {
		t.Parallel()
		p := newProject(t, b, "dev", "certificates-cluster")
		for name, value := range map[string]string{
			"bolt.ssl_policy": "clients", "dbms.connector.bolt.tls_level": "REQUIRED",
			"dbms.ssl.policy.clients.base_directory": "/tls", "dbms.ssl.policy.clients.private_key": "/tls/tls.key",
			"dbms.ssl.policy.clients.public_certificate": "/tls/tls.crt", "dbms.ssl.policy.clients.client_auth": "NONE", "dbms.ssl.policy.clients.trust_all": "true",
			"dbms.ssl.policy.clients.trusted_dir": "/empty", "dbms.ssl.policy.clients.revoked_dir": "/empty",
			"https.ssl_policy": "clients", "dbms.connector.https.enabled": "true",
		} {
			p.set(`cluster.settings["`+name+`"]`, value)
		}
		p.set("cluster.volumes[0].name", "tls")
		p.set("cluster.volumes[0].mountPath", "/tls")
		// The command takes any key of that name for a secret itself.
		p.must("config", "set", "--path", "--plaintext", "cluster.volumes[0].secret", "neo4j-tls")
		// Up to 3.5 a policy does not start without folders of trusted and of revoked certificates.
		p.set("cluster.volumes[1].name", "empty")
		p.set("cluster.volumes[1].mountPath", "/empty")
		p.renews("LEADER", "neo4j-0", "neo4j-1", "neo4j-2")
	})
	for name, release := range map[string]string{"a server of 5.26": "5.26.30", "a server of 2026.08": "2026.08.1"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProject(t, b, "dev", "certificates-"+strings.ReplaceAll(release, ".", "-"))
			p.set("cluster.edition", "community")
			p.set("cluster.release", release)
			p.set("cluster.primaries", 1)
			// The Certificate is the program's own, and clients show one of the same authority.
			p.set("cluster.tls.source", "certManager")
			p.set("cluster.tls.issuer.name", "authority")
			p.set("cluster.tls.bolt.mode", "required")
			p.set("cluster.tls.bolt.clientAuth", "REQUIRE")
			p.set("cluster.tls.https.mode", "required")
			p.leaf = "neo4j-certificate"
			p.renews("SINGLE", "neo4j-0")
		})
	}
}

// TestCertificatesThatAreWrong begins a stack by a certificate without a name that clients dial, of an authority that is then another, and waits for
// its end: the check has a sentence for each, and no server restarts. One of 5.x does not start with a certificate that has expired, but goes
// on serving it; the next update refuses to have any server begin with it.
func TestCertificatesThatAreWrong(t *testing.T) {
	t.Parallel()
	const life = 4 * time.Minute // the server has started by then, though others do at the same time
	p := newProject(t, onTheBox(t), "dev", "certificates-wrong")
	p.set("cluster.edition", "community")
	p.set("cluster.release", "5.26.30")
	p.set("cluster.primaries", 1)
	p.ownsNamespace()
	a, err := authority.New(p.Namespace, time.Now())
	require.NoError(t, err)
	stranger, err := authority.New("nobody", time.Now())
	require.NoError(t, err)
	wildcard, service := "*.neo4j."+p.Namespace+".svc.cluster.local", "neo4j-client."+p.Namespace+".svc.cluster.local"
	ends := time.Now().Add(life).Truncate(time.Second)
	leaf, err := a.Sign([]string{wildcard}, time.Now().Add(-time.Hour), ends)
	require.NoError(t, err)
	holds := func(by []byte) {
		encoded := base64.StdEncoding.EncodeToString
		p.box.apply(t, fmt.Sprintf("apiVersion: v1\nkind: Secret\ntype: kubernetes.io/tls\nmetadata: {name: ours, namespace: %s}\ndata: {tls.crt: %s, tls.key: %s, ca.crt: %s}\n",
			p.Namespace, encoded(leaf), encoded(a.LeafKey), encoded(by)))
	}
	holds(a.Certificate)
	p.leaf = "ours"
	p.set("cluster.tls.source", "secret")
	p.must("config", "set", "--path", "--plaintext", "cluster.tls.secret", p.leaf)
	p.set("cluster.tls.bolt.mode", "required")
	p.set("cluster.tls.https.mode", "required")
	p.set("cluster.verify.enabled", false) // it would find what is wrong
	p.up()
	number := fmt.Sprintf("%x", p.kept().SerialNumber)
	require.Equal(t, number, p.serial("neo4j-0", 7687), "it is served")

	finds := func(sentence string, edits ...func(map[string]any)) {
		t.Helper()
		report, err := p.check(edits...)
		require.Error(t, err, report)
		assert.Contains(t, report, sentence)
	}
	finds("neo4j-0: expected a certificate for bolt at port 7687 that bears the name " + service + ", found the names " + wildcard + ": a client that dials it by that name refuses it")

	unasked := func(expectation map[string]any) { delete(expectation["encryption"].(map[string]any), "names") }
	report, err := p.check(unasked)
	require.NoError(t, err, "nothing else is wrong yet\n%s", report)
	holds(stranger.Certificate)
	finds("neo4j-0: expected a certificate for bolt at port 7687 signed by the authority in key ca.crt of Secret ours, found one that CN=the authority of "+p.Namespace+" signed, and no way from there to that authority", unasked)

	time.Sleep(time.Until(ends.Add(time.Second)))
	finds("neo4j-0: expected a valid certificate for bolt at port 7687, found serial " + number + ", which expired on " + ends.UTC().Format("2006-01-02 15:04 MST") + ": no client that looks gets in; renew it")
	p.set("cluster.verify.enabled", true)
	assert.Contains(t, p.refused(), "neo4j:cluster.tls.secret: ours is refused, nothing was touched: its certificate expired on "+ends.UTC().Format("2006-01-02 15:04 MST"))
}

// renews takes a stack through the life of a certificate.
func (p *project) renews(role string, members ...string) {
	t := p.t
	t.Helper()
	p.ownsNamespace()
	p.issues()
	out := p.up()
	first := p.kept()
	assert.Contains(t, out, role)
	assert.Contains(t, out, "CERTIFICATES UNTIL")
	ends := first.NotAfter.UTC().Format("2006-01-02 15:04 MST")
	assert.Contains(t, out, "bolt "+ends+", https "+ends)
	assert.Equal(t, p.each(members, first), p.served(), "what is served is what the Secret holds")
	p.unchanged()

	second := p.renewed(first)
	report, err := p.check()
	require.Error(t, err, "the check tells that the certificate is another by now\n%s", report)
	assert.Contains(t, report, fmt.Sprintf("%s: expected for bolt at port 7687 the certificate that Secret %s holds, serial %x, found serial %x: the member serves an older certificate",
		members[0], p.leafSecret(), second.SerialNumber, first.SerialNumber))
	before := p.uids()
	out = p.up()
	assert.Contains(t, out, "an older certificate than the Secret holds by now")
	assert.Equal(t, p.each(members, second), p.served(), "every member serves the new one")
	for _, name := range members {
		assert.NotEqual(t, before[name], p.uids()[name], "%s reads its certificate when it starts", name)
	}
	running := p.uids()
	p.up()
	assert.Equal(t, running, p.uids(), "nobody restarts for what is served already")
	p.unchanged()
}

// issues has cert-manager make an authority for the namespace, and a certificate that it signs.
func (p *project) issues() {
	p.t.Helper()
	const objects = `
apiVersion: cert-manager.io/v1
kind: Issuer
metadata: {name: by-itself, namespace: NAMESPACE}
spec: {selfSigned: {}}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: authority, namespace: NAMESPACE}
spec: {isCA: true, commonName: NAMESPACE, secretName: authority, issuerRef: {name: by-itself}}
---
apiVersion: cert-manager.io/v1
kind: Issuer
metadata: {name: authority, namespace: NAMESPACE}
spec: {ca: {secretName: authority}}
`
	const certificate = `---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: neo4j-tls, namespace: NAMESPACE}
spec:
  secretName: neo4j-tls
  issuerRef: {name: authority}
  dnsNames: ["*.neo4j.NAMESPACE.svc.cluster.local", neo4j-client.NAMESPACE.svc.cluster.local]
  duration: 24h
  privateKey: {encoding: PKCS8, rotationPolicy: Always}
`
	p.box.apply(p.t, strings.ReplaceAll(objects, "NAMESPACE", p.Namespace))
	if p.leaf == "" {
		p.box.apply(p.t, strings.ReplaceAll(certificate, "NAMESPACE", p.Namespace))
		p.kubectl("wait", "--for=condition=Ready", "--timeout=1m", "certificate/neo4j-tls")
	}
}

// leafSecret is the name of the Secret with the members' certificate, and of cert-manager's Certificate: the test's own where the program does
// not declare it.
func (p *project) leafSecret() string { return cmp.Or(p.leaf, "neo4j-tls") }

// renewed has cert-manager renew the certificate as its own command does, by the condition Issuing, and waits for the Secret.
func (p *project) renewed(before *x509.Certificate) *x509.Certificate {
	t := p.t
	t.Helper()
	at := time.Now().UTC().Format(time.RFC3339)
	p.kubectl("patch", "certificate", p.leafSecret(), "--subresource=status", "--type=merge", "-p",
		fmt.Sprintf(`{"status":{"conditions":[{"type":"Issuing","status":"True","reason":"ManuallyTriggered","message":"asked for","lastTransitionTime":%q}]}}`, at))
	var now *x509.Certificate
	eventually(t, time.Minute, "a renewed certificate", func() error {
		if now = p.kept(); now.Equal(before) {
			return errors.New("the Secret holds the one of before")
		}
		return nil
	})
	return now
}

// kept is the certificate that the Secret holds.
func (p *project) kept() *x509.Certificate {
	p.t.Helper()
	text, err := base64.StdEncoding.DecodeString(p.kubectl("get", "secret", p.leafSecret(), "-o", `jsonpath={.data.tls\.crt}`))
	require.NoError(p.t, err)
	block, _ := pem.Decode(text)
	require.NotNil(p.t, block)
	leaf, err := x509.ParseCertificate(block.Bytes)
	require.NoError(p.t, err)
	return leaf
}

func (p *project) each(members []string, leaf *x509.Certificate) map[string]string {
	serials := map[string]string{}
	for _, name := range members {
		for _, port := range encryptedPorts {
			serials[fmt.Sprint(name, ":", port)] = fmt.Sprintf("%x", leaf.SerialNumber)
		}
	}
	return serials
}

// encryptedPorts are Bolt's and HTTPS's.
var encryptedPorts = []int{7687, 7473}

// served are the serial numbers that the members serve, as openssl, which knows nothing of this project, sees them.
func (p *project) served() map[string]string {
	p.t.Helper()
	serials := map[string]string{}
	for name := range p.uids() {
		for _, port := range encryptedPorts {
			serials[fmt.Sprint(name, ":", port)] = p.serial(name, port)
		}
	}
	return serials
}

func (p *project) serial(member string, port int) string {
	p.t.Helper()
	address, stop := p.forward(member, port)
	defer stop()
	ctx, cancel := context.WithTimeout(p.t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "openssl", "s_client", "-connect", address)
	cmd.Stdin = strings.NewReader("")
	out, _ := cmd.Output() // it ends with an error when the server does not wait for it to say good-bye
	block, _ := pem.Decode(out)
	require.NotNil(p.t, block, "%s serves no certificate at port %d: %s", member, port, out)
	leaf, err := x509.ParseCertificate(block.Bytes)
	require.NoError(p.t, err)
	return fmt.Sprintf("%x", leaf.SerialNumber)
}

// ownsNamespace has what comes before the stack in its namespace.
func (p *project) ownsNamespace() {
	p.t.Helper()
	p.namespace(p.Namespace, nil)
	p.set("cluster.createNamespace", false)
}

// check runs neo4jcheck on the stack, for no longer than it takes to be sure, and with the edits of what the stack expects.
func (p *project) check(edits ...func(map[string]any)) (string, error) {
	p.t.Helper()
	text, err := p.Pulumi(context.Background(), time.Minute, "stack", "output", "expectation", "--json")
	require.NoError(p.t, err, text)
	var expectation map[string]any
	require.NoError(p.t, json.Unmarshal([]byte(text), &expectation), text)
	for _, edit := range edits {
		edit(expectation)
	}
	edited, err := json.Marshal(expectation)
	require.NoError(p.t, err)
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute)
	defer cancel()
	cmd := p.box.Command(ctx, p.box.neo4jcheck, "--expectation", "-", "--context", "neo4j-dev", "--timeout", "10s")
	cmd.Stdin = bytes.NewReader(edited)
	out, err := cmd.CombinedOutput()
	return string(out), err
}
