package verify

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/reach"
)

// JudgeCertificates compares what members serve with what a client needs: TLS at all, a certificate that is valid now, bears the names by
// which the member is dialled, is signed by the authority in the Secret, and is the one that the Secret holds. Nothing found means that a
// client which trusts the authority gets in at every member, until the certificate's end.
func JudgeCertificates(t neo4j.Topology, served map[string][]Served, now time.Time) []Finding {
	var findings []Finding
	for _, m := range t.Members {
		for _, s := range served[m.Name] {
			if wrong := s.wrong(t, m, now); wrong != nil {
				wrong.Member = m.Name
				findings = append(findings, *wrong)
			}
		}
	}
	return findings
}

// Outdated says whether the port serves another certificate than its Secret holds, or others behind it, as far as both are known. The
// authority in the Secret's own key is not served, and whether the server has read it nobody can see.
func (s Served) Outdated() bool {
	if len(s.Chain) == 0 || s.Kept == nil {
		return false
	}
	return !s.Chain[0].Equal(s.Kept.Chain[0]) || !sameLinks(s.Chain, s.Kept.Chain)
}

// sameLinks says whether two chains have the same certificates between the leaf and the authority, which a server may serve or leave out: a client
// goes by the one that it has.
func sameLinks(a, b []*x509.Certificate) bool {
	links := func(chain []*x509.Certificate) []*x509.Certificate {
		return slices.DeleteFunc(slices.Clone(chain[1:]), func(c *x509.Certificate) bool { return bytes.Equal(c.RawIssuer, c.RawSubject) })
	}
	return slices.EqualFunc(links(a), links(b), (*x509.Certificate).Equal)
}

// wrong is the first thing that is not as it should be; nil where nothing is. What is mended by what comes before is not said twice: a member
// that serves an older certificate is told so, not that this one has expired.
func (s Served) wrong(t neo4j.Topology, m neo4j.Member, now time.Time) *Finding {
	at := fmt.Sprintf("%s at port %d", s.Port.Scope, s.Port.Port)
	switch {
	case errors.Is(s.Err, reach.ErrClear):
		return finding("TLS for "+at, "none: the port is closed, or speaks in clear")
	case s.Err != nil:
		return finding("TLS for "+at, "%s", reach.FirstLine(s.Err))
	case s.KeptErr != nil:
		return finding("a certificate for "+at+" in its Secret", "%s", reach.FirstLine(s.KeptErr))
	case s.Outdated():
		return s.older(at)
	}
	leaf := s.Chain[0]
	switch {
	case now.After(leaf.NotAfter):
		return finding("a valid certificate for "+at, "serial %s, which expired on %s: no client that looks gets in; renew it", serial(leaf), neo4j.Day(leaf.NotAfter))
	case now.Before(leaf.NotBefore):
		return finding("a valid certificate for "+at, "serial %s, which is valid only from %s on", serial(leaf), neo4j.Day(leaf.NotBefore))
	}
	names := []string{m.Host}
	if s.Port.Scope.Clients() {
		names = slices.Concat(names, t.Encryption.Names, s.Port.Names)
	}
	for _, name := range names {
		if leaf.VerifyHostname(name) != nil {
			return finding("a certificate for "+at+" that bears the name "+name, "the names %s: a client that dials it by that name refuses it", strings.Join(namesOf(leaf), ", "))
		}
	}
	return s.unsigned(at, now)
}

func finding(expected, found string, a ...any) *Finding {
	return &Finding{Expected: expected, Found: fmt.Sprintf(found, a...)}
}

// older is the finding on a port that serves what its Secret held before.
func (s Served) older(at string) *Finding {
	leaf, kept := s.Chain[0], s.Kept.Chain[0]
	if leaf.Equal(kept) {
		return finding("for "+at+" the certificates that Secret "+s.Port.Secret+" holds behind serial "+serial(kept),
			"others: what the member serves is older; run `pulumi up`, and the members take them up")
	}
	return finding("for "+at+" the certificate that Secret "+s.Port.Secret+" holds, serial "+serial(kept),
		"serial %s: the member serves an older certificate; it was renewed on %s: run `pulumi up`, and the members take it up", serial(leaf), neo4j.Day(kept.NotBefore))
}

// unsigned is why the authority in the Secret, where there is one, does not vouch for what is served; nil where it does.
func (s Served) unsigned(at string, now time.Time) *Finding {
	if s.Kept == nil || s.Kept.Authorities == nil {
		return nil
	}
	leaf, between := s.Chain[0], x509.NewCertPool()
	for _, c := range s.Chain[1:] {
		between.AddCert(c)
	}
	_, err := leaf.Verify(x509.VerifyOptions{Roots: s.Kept.Authorities, Intermediates: between, CurrentTime: now})
	var invalid x509.CertificateInvalidError
	switch known := errors.As(err, &invalid); {
	case err == nil:
		return nil
	case known && invalid.Reason == x509.Expired && now.After(invalid.Cert.NotAfter):
		return finding("a certificate for "+at+" whose authorities are all valid", "%s, which signs, expired on %s: no client that looks gets in; renew it, and what it signed",
			subject(invalid.Cert), neo4j.Day(invalid.Cert.NotAfter))
	case known && invalid.Reason == x509.Expired:
		return finding("a certificate for "+at+" whose authorities are all valid", "%s, which signs, is valid only from %s on", subject(invalid.Cert), neo4j.Day(invalid.Cert.NotBefore))
	case known && invalid.Reason == x509.IncompatibleUsage:
		return finding("a certificate for "+at+" that servers may show", "serial %s, which by its own or its authority's extended key usage is for something else: a client refuses it",
			serial(leaf))
	}
	return finding("a certificate for "+at+" signed by the authority in key "+neo4j.AuthorityKey+" of Secret "+s.Port.Secret,
		"one that %s signed, and no way from there to that authority: a client that trusts it refuses this one", issuer(leaf))
}
