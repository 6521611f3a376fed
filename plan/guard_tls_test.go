package plan

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"neo4j-kubernetes/neo4j"
)

func TestEncryptionChangesByTheWayThatMembersBear(t *testing.T) {
	of := func(scope neo4j.Scope, demand neo4j.Demand) Plan {
		if demand == "" {
			return encryptedPlan(nil)
		}
		return encryptedPlan(map[neo4j.Scope]neo4j.Demand{scope: demand})
	}
	for _, test := range []struct {
		scope   neo4j.Scope
		from    neo4j.Demand
		to      neo4j.Demand
		refused string
	}{
		{neo4j.BoltScope, "", neo4j.TLSOptional, ""},
		{neo4j.BoltScope, neo4j.TLSOptional, neo4j.TLSRequired, ""},
		{neo4j.BoltScope, neo4j.TLSRequired, neo4j.TLSOptional, ""},
		{neo4j.BoltScope, "", neo4j.TLSRequired, "write mode: optional first"},
		{neo4j.HTTPSScope, neo4j.TLSRequired, "", "write mode: optional first"},
		{neo4j.BackupScope, "", neo4j.TLSRequired, ""},
		{neo4j.ClusterScope, "", neo4j.TLSRequired, "take the cluster down first"},
		{neo4j.ClusterScope, neo4j.TLSRequired, "", "take the cluster down first"},
		{neo4j.ClusterScope, neo4j.TLSRequired, neo4j.TLSRequired, ""},
	} {
		before := of(test.scope, test.from).Record()
		refusals := encryption(Change{Before: &before, After: of(test.scope, test.to)})
		if test.refused == "" {
			assert.Empty(t, refusals, "%s %s -> %s", test.scope, test.from, test.to)
			continue
		}
		if assert.Len(t, refusals, 1, "%s %s -> %s", test.scope, test.from, test.to) {
			assert.Contains(t, refusals[0].Mend, test.refused)
		}
		before.Facts = nil
		assert.Empty(t, encryption(Change{Before: &before, After: of(test.scope, test.to)}), "an older record does not know")
	}
	alone := of(neo4j.BoltScope, "")
	alone.Primaries = 1
	before, after := alone.Record(), of(neo4j.BoltScope, neo4j.TLSRequired)
	after.Primaries = 1
	assert.Empty(t, encryption(Change{Before: &before, After: after}), "one server is replaced at once")
}

// What members say to each other stays as it is while they are replaced: by another authority the first of them would be nobody's.
func TestMembersKeepTheirAuthority(t *testing.T) {
	of := func(edit func(*Plan)) Plan {
		p := encryptedPlan(map[neo4j.Scope]neo4j.Demand{neo4j.ClusterScope: neo4j.TLSRequired})
		p.TLS[neo4j.ClusterScope] = neo4j.Encrypted{Demand: neo4j.TLSRequired, ClientAuth: neo4j.AuthRequire}
		edit(&p)
		return p
	}
	as := func(*Plan) {}
	managed := func(issuer string, days int) func(*Plan) {
		return func(p *Plan) {
			p.Certificates = Certificates{Source: FromManager, Issuer: Issuer{Name: issuer, Kind: "Issuer"}, Days: days, RenewDays: 10}
		}
	}
	own := func(secret string) func(*Plan) {
		return func(p *Plan) { p.Certificates = Certificates{Source: FromSecret, Secret: secret} }
	}
	scoped := func(issuer string) func(*Plan) {
		return func(p *Plan) {
			managed(issuer, 90)(p)
			p.Certificates.Secrets = map[neo4j.Scope]string{neo4j.ClusterScope: "ours"}
		}
	}
	for name, c := range map[string]struct {
		before, after func(*Plan)
		path, value   string
		mend          string
	}{
		"nothing":        {as, as, "", "", ""},
		"another source": {as, managed("a", 90), "tls.cluster", "required, by Secret neo4j-tls, client certificates require -> required, by Secret neo4j-certificate, client certificates require", "take the cluster down first"},
		"another issuer": {managed("a", 90), managed("b", 90), "tls.source", "cert-manager's Issuer a, 90 days, renewed 10 before their end -> cert-manager's Issuer b, 90 days, renewed 10 before their end", "take the cluster down first"},
		"another life":   {managed("a", 90), managed("a", 60), "", "", ""},
		"another Secret": {own("a"), own("b"), "tls.cluster", "required, by Secret a, client certificates require -> required, by Secret b, client certificates require", "keep the Secret and change what it holds"},
		"asked for no certificates": {as, func(p *Plan) {
			p.TLS[neo4j.ClusterScope] = neo4j.Encrypted{Demand: neo4j.TLSRequired, ClientAuth: neo4j.AuthNone}
		}, "tls.cluster", "required, by Secret neo4j-tls, client certificates require -> required, by Secret neo4j-tls", "take the cluster down first"},
		"another issuer for others": {scoped("a"), scoped("b"), "", "", ""},
	} {
		before := of(c.before).Record()
		refusals := encryption(Change{Before: &before, After: of(c.after)})
		if c.path == "" {
			assert.Empty(t, refusals, name)
			continue
		}
		if assert.Len(t, refusals, 1, name) {
			assert.Equal(t, c.path, refusals[0].Path, name)
			assert.Equal(t, c.value, refusals[0].Value, name)
			assert.Regexp(t, "^"+c.mend, refusals[0].Mend, name)
		}
	}
	before := encryptedPlan(map[neo4j.Scope]neo4j.Demand{neo4j.BoltScope: neo4j.TLSRequired}).Record()
	after := encryptedPlan(map[neo4j.Scope]neo4j.Demand{neo4j.BoltScope: neo4j.TLSRequired})
	managed("a", 90)(&after)
	assert.Empty(t, encryption(Change{Before: &before, After: after}), "clients are told whom to trust")
}
