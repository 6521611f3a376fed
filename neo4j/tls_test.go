package neo4j

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Members dial each other, so each looks at certificates, whoever is asked for one.
func TestWhoLooksAtCertificates(t *testing.T) {
	for _, scope := range Scopes {
		assert.Equal(t, scope == ClusterScope, Encrypted{TLSRequired, AuthNone}.Trusts(scope), scope)
		assert.True(t, Encrypted{TLSRequired, AuthOptional}.Trusts(scope), scope)
	}
	f, err := FamilyOf(MustRelease("3.5.35"))
	assert.NoError(t, err)
	settings := tlsSettings(f, Spec{Release: MustRelease("3.5.35"), TLS: map[Scope]Encrypted{ClusterScope: {TLSRequired, AuthNone}, BackupScope: {TLSRequired, AuthNone}}})
	assert.NotContains(t, settings, Setting{"dbms.ssl.policy.cluster.trust_all", "true"})
	assert.Contains(t, settings, Setting{"dbms.ssl.policy.backup.trust_all", "true"})
}
