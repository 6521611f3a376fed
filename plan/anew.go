package plan

import (
	"cmp"
	"slices"
	"strings"
)

// certifying are the facts beside sizes, the clusterDomain and discovery by which the certificate that is issued for the members bears other names.
var certifying = []string{"tls.names", "expose.httpInside", "expose.members.type", "expose.members.address"}

// Reissues says whether a change has the certificate made anew that the members serve. What the place shows of one that is due is Found's.
func (c Change) Reissues() bool {
	return c.Before != nil && c.Before.text("tls.source") != "" && c.issues() && (c.MakesAnew("tls.source") || c.MakesAnew("tls.names"))
}

// MakesAnew says whether the change of a fact, by its path, makes another certificate: one of another source, or with other names.
func (c Change) MakesAnew(path string) bool {
	switch {
	case c.Before == nil || c.Before.Facts == nil:
		return false
	case path == "tls.source":
		return made(c.Before.text(path)) != made(c.After.Record().text(path))
	case slices.Contains(certifying, path):
		return c.issues() && otherNames(*c.Before, c.After.Record())
	}
	return false
}

// NamesGrown says whether the certificate is made anew for the names of members that are added, or leave: where they are dialled from outside by
// names that no wildcard covers.
func (c Change) NamesGrown() bool {
	if !c.Reissues() {
		return false
	}
	after := c.After.Record()
	before := after
	before.Primaries, before.Secondaries, before.Analytics = c.Before.Primaries, c.Before.Secondaries, c.Before.Analytics
	return otherNames(before, after)
}

func (c Change) issues() bool {
	return c.After.Issues(FromManager) || c.After.Issues(SelfSigned)
}

func otherNames(a, b Record) bool {
	return !slices.Equal(a.plan().CertificateNames(), b.plan().CertificateNames())
}

// managers begins the source's text where it is cert-manager, and renewing what it says of renewal.
const (
	managers = "cert-manager's "
	renewing = ", renewed "
)

// made is what makes another certificate in a source's text. When it is renewed is part of it for the program's own, which is computed from that;
// cert-manager issues none for another renewBefore until the present one is due (pkg/util/pki, RequestMatchesSpec).
func made(source string) string {
	if strings.HasPrefix(source, managers) {
		source, _, _ = strings.Cut(source, renewing)
	}
	return source
}

// says is what a record says of a fact by its path, none where it says nothing; text is the same, and empty then.
func (r Record) says(path string) string { return cmp.Or(r.Facts[path], none) }

func (r Record) text(path string) string {
	if text := r.says(path); text != none {
		return text
	}
	return ""
}
