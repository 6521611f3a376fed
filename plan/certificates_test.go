package plan

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"neo4j-kubernetes/neo4j"
)

func encryptedPlan(demands map[neo4j.Scope]neo4j.Demand) Plan {
	p := Plan{
		Name: "neo4j", Namespace: "graph", ClusterDomain: "cluster.local",
		Spec:         neo4j.Spec{Release: neo4j.MustRelease("5.26.30"), Edition: neo4j.Enterprise, Primaries: 3, TLS: map[neo4j.Scope]neo4j.Encrypted{}},
		Certificates: Certificates{Source: SelfSigned, Days: 90, RenewDays: 30},
	}
	for scope, demand := range demands {
		p.TLS[scope] = neo4j.Encrypted{Demand: demand, ClientAuth: neo4j.AuthNone}
	}
	return p
}

func TestACertificateStaysUntilItIsRenewed(t *testing.T) {
	c := Certificates{Days: 90, RenewDays: 30}
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	from, until := c.Validity(now)
	assert.Equal(t, 90*Day+time.Hour, until.Sub(from))
	assert.False(t, now.Before(from))
	assert.GreaterOrEqual(t, until.Sub(now), 30*Day, "with 30 days left it is another")
	renewal := until.Add(-30 * Day)
	same, _ := c.Validity(renewal.Add(-time.Second))
	assert.Equal(t, from, same)
	next, _ := c.Validity(renewal)
	assert.Equal(t, from.Add(60*Day), next)
}

func TestCertificatesBearEveryNameThatIsDialled(t *testing.T) {
	p := encryptedPlan(map[neo4j.Scope]neo4j.Demand{neo4j.BoltScope: neo4j.TLSRequired})
	p.Certificates.Names = []string{"graph.example.org", "localhost"}
	assert.Equal(t, []string{"*.neo4j.graph.svc.cluster.local", "graph.example.org", "localhost", "neo4j-client", "neo4j-client.graph", "neo4j-client.graph.svc",
		"neo4j-client.graph.svc.cluster.local"}, p.CertificateNames())
	p.Expose.Members = MemberExposure{Type: "LoadBalancer", Address: "{member}.graph.example.org"}
	assert.Contains(t, p.CertificateNames(), "*.graph.example.org", "by which members are dialled from outside")
	assert.Equal(t, []string{"neo4j-client.graph.svc.cluster.local", "neo4j-0.graph.example.org", "neo4j-1.graph.example.org", "neo4j-2.graph.example.org"},
		p.Encryption().Names, "the check asks for them")
	p.Expose.Members.Address = "graph-{member}.example.org"
	assert.Subset(t, p.CertificateNames(), []string{"graph-neo4j-0.example.org", "graph-neo4j-2.example.org"}, "no wildcard covers them")
	p.Expose.Members.Address = "192.0.2.7"
	assert.NotContains(t, p.CertificateNames(), "192.0.2.7", "an address is no name")
	assert.NotContains(t, p.CertificateNames(), "neo4j-http.graph.svc.cluster.local")
	p.Expose.HTTPInside = true
	assert.Contains(t, p.CertificateNames(), "neo4j-http.graph.svc.cluster.local", "the Service of HTTP's own")
	p.Discovery.Type = "K8S"
	assert.Contains(t, p.CertificateNames(), "*.graph.svc.cluster.local", "a member is a Service there")
}

func TestWhichSecretAScopeHas(t *testing.T) {
	p := encryptedPlan(map[neo4j.Scope]neo4j.Demand{neo4j.BoltScope: neo4j.TLSRequired, neo4j.BackupScope: neo4j.TLSRequired})
	p.Certificates.Secrets = map[neo4j.Scope]string{neo4j.BackupScope: "for-backups"}
	assert.Equal(t, "neo4j-tls", p.TLSSecret(neo4j.BoltScope))
	assert.Equal(t, "for-backups", p.TLSSecret(neo4j.BackupScope))
	assert.True(t, p.Issues(SelfSigned))
	assert.False(t, p.Issues(FromManager))
	p.Certificates.Secrets[neo4j.BoltScope] = "for-clients"
	assert.False(t, p.Issues(SelfSigned), "nobody would use it")
}
