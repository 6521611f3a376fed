package verify

import (
	"cmp"
	"context"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/reach"
)

// Certificate is what a member serves on one port, as a TLS handshake showed it.
type Certificate struct {
	Scope string `json:"scope"`
	Port  int    `json:"port"`
	// Serial is the leaf's serial number in hexadecimal digits, Names its subject alternative names.
	Serial  string    `json:"serial"`
	Subject string    `json:"subject"`
	Issuer  string    `json:"issuer"`
	Names   []string  `json:"names"`
	From    time.Time `json:"notBefore"`
	Until   time.Time `json:"notAfter"`
}

// Served is what one look at a port found: the chain that is served, or why none is; and what the port's Secret holds, nil where that is not
// known, or why it cannot be read.
type Served struct {
	Port    neo4j.EncryptedPort
	Chain   []*x509.Certificate
	Err     error
	Kept    *reach.Kept
	KeptErr error
}

// server shows certificates.
type server interface {
	Served(ctx context.Context, m neo4j.Member, port int) ([]*x509.Certificate, error)
	Kept(ctx context.Context, p neo4j.EncryptedPort) (*reach.Kept, error)
}

// LookAtCertificates asks every member what it serves on each encrypted port, and the Secrets what they hold, all at once; by member.
func LookAtCertificates(ctx context.Context, s server, t neo4j.Topology) map[string][]Served {
	if t.Encryption == nil {
		return nil
	}
	ports := t.Encryption.Ports
	looks := make([]Served, len(ports))
	found := map[string][]Served{}
	var wait sync.WaitGroup
	for i, p := range ports {
		looks[i].Port = p
		wait.Go(func() { looks[i].Kept, looks[i].KeptErr = s.Kept(ctx, p) })
	}
	wait.Wait()
	for _, m := range t.Members {
		mine := slices.Clone(looks)
		found[m.Name] = mine
		for i := range mine {
			wait.Go(func() { mine[i].Chain, mine[i].Err = s.Served(ctx, m, mine[i].Port.Port) })
		}
	}
	wait.Wait()
	return found
}

// certificates are findings on what the members serve encrypted, and what they serve.
func certificates(ctx context.Context, p Prober, t neo4j.Topology) (map[string][]Certificate, []Finding) {
	s, ok := p.(server)
	if !ok || t.Encryption == nil {
		return nil, nil
	}
	served := LookAtCertificates(ctx, s, t)
	return reportOf(served), JudgeCertificates(t, served, time.Now())
}

// namesOf are the names that a certificate is for. Its common name is none of them: clients have not read that for years (RFC 6125, and Go).
func namesOf(c *x509.Certificate) []string {
	names := slices.Clone(c.DNSNames)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return []string{"(none)"}
	}
	return names
}

func serial(c *x509.Certificate) string { return fmt.Sprintf("%x", c.SerialNumber) }

func issuer(c *x509.Certificate) string {
	return cmp.Or(c.Issuer.String(), "an authority without a name")
}

func subject(c *x509.Certificate) string {
	return cmp.Or(c.Subject.String(), "an authority without a name")
}

func reportOf(served map[string][]Served) map[string][]Certificate {
	found := map[string][]Certificate{}
	for member, ports := range served {
		for _, s := range ports {
			if len(s.Chain) == 0 {
				continue
			}
			leaf := s.Chain[0]
			found[member] = append(found[member], Certificate{
				Scope: string(s.Port.Scope), Port: s.Port.Port, Serial: serial(leaf), Subject: leaf.Subject.String(), Issuer: leaf.Issuer.String(),
				Names: namesOf(leaf), From: leaf.NotBefore.UTC(), Until: leaf.NotAfter.UTC(),
			})
		}
	}
	return found
}

// late is how near its end a certificate is when it is worth a warning: whoever renews it has not done so with a tenth of its life left, or in
// its last week, whichever comes later.
func (c Certificate) late(now time.Time) bool {
	return c.Until.Sub(now) < min(7*24*time.Hour, c.Until.Sub(c.From)/10)
}

// certificates takes into the report what the members serve, and warns of what ends soon.
func (r *Report) certificates(served map[string][]Certificate, now time.Time) {
	for i, m := range r.Members {
		r.Members[i].Certificates = served[m.Member]
		for _, c := range served[m.Member] {
			if c.late(now) {
				r.Warnings = append(r.Warnings, fmt.Sprintf("the certificate of %s for %s ends on %s and is not renewed yet", m.Member, c.Scope, neo4j.Day(c.Until)))
			}
		}
	}
}

// until says when a member's certificates end, "bolt 2027-02-24 11:30 UTC".
func (m MemberReport) until() string {
	ends := make([]string, len(m.Certificates))
	for i, c := range m.Certificates {
		ends[i] = c.Scope + " " + neo4j.Day(c.Until)
	}
	return strings.Join(ends, ", ")
}
