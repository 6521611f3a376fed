package plan

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"neo4j-kubernetes/neo4j"
)

// By a record alone it is known which changes have the certificate made anew, so that a preview without a cluster says who is replaced for it.
func TestWhatHasTheCertificateMadeAnew(t *testing.T) {
	of := func(source Source, edit func(*Plan)) Plan {
		p := encryptedPlan(map[neo4j.Scope]neo4j.Demand{neo4j.BoltScope: neo4j.TLSRequired})
		p.Certificates.Source, p.Certificates.Issuer = source, Issuer{Name: "our-ca", Kind: "Issuer"}
		edit(&p)
		return p
	}
	as := func(*Plan) {}
	outside := func(address string, primaries int) func(*Plan) {
		return func(p *Plan) {
			p.Expose.Members, p.Primaries = MemberExposure{Type: "LoadBalancer", Address: address}, primaries
		}
	}
	for name, c := range map[string]struct {
		before, after Plan
		anew, grown   bool
	}{
		"nothing":                     {of(SelfSigned, as), of(SelfSigned, as), false, false},
		"another name":                {of(FromManager, as), of(FromManager, func(p *Plan) { p.Certificates.Names = []string{"a.example.org", "b.example.org"} }), true, false},
		"a name that it bears":        {of(FromManager, as), of(FromManager, func(p *Plan) { p.Certificates.Names = []string{"localhost"} }), false, false},
		"names in another order":      {of(SelfSigned, func(p *Plan) { p.Certificates.Names = []string{"a", "b"} }), of(SelfSigned, func(p *Plan) { p.Certificates.Names = []string{"b", "a"} }), false, false},
		"the name of HTTP's Service":  {of(SelfSigned, as), of(SelfSigned, func(p *Plan) { p.Expose.HTTPInside = true }), true, false},
		"another issuer":              {of(FromManager, as), of(FromManager, func(p *Plan) { p.Certificates.Issuer.Name = "theirs" }), true, false},
		"another source":              {of(SelfSigned, as), of(FromManager, as), true, false},
		"another life":                {of(FromManager, as), of(FromManager, func(p *Plan) { p.Certificates.Days = 60 }), true, false},
		"renewed sooner":              {of(SelfSigned, as), of(SelfSigned, func(p *Plan) { p.Certificates.RenewDays = 40 }), true, false},
		"renewed sooner by a manager": {of(FromManager, as), of(FromManager, func(p *Plan) { p.Certificates.RenewDays = 40 }), false, false},
		"growing":                     {of(SelfSigned, as), of(SelfSigned, func(p *Plan) { p.Primaries = 5 }), false, false},
		"growing below a wildcard":    {of(SelfSigned, outside("{member}.example.org", 3)), of(SelfSigned, outside("{member}.example.org", 5)), false, false},
		"growing without one":         {of(SelfSigned, outside("graph-{member}.example.org", 3)), of(SelfSigned, outside("graph-{member}.example.org", 5)), true, true},
		"nobody issues one":           {of(FromSecret, as), of(FromSecret, func(p *Plan) { p.Expose.HTTPInside = true }), false, false},
		"there was none":              {of("", func(p *Plan) { p.TLS = nil }), of(SelfSigned, as), false, false},
	} {
		before := c.before.Record()
		change := Change{Before: &before, After: c.after}
		assert.Equal(t, c.anew, change.Reissues(), name)
		assert.Equal(t, c.grown, change.NamesGrown(), name)
		before.Facts = nil
		assert.False(t, change.Reissues(), "%s: an older record does not know", name)
	}
	assert.False(t, Change{After: of(SelfSigned, as)}.Reissues(), "a first update")
}
