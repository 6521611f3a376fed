package neo4j

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWhatIsServedEncrypted(t *testing.T) {
	for name, c := range map[string]struct {
		release  string
		settings map[string]string
		files    []EncryptedFile
	}{
		"nothing":                         {release: "5.26.30"},
		"3.5, a policy that Bolt chooses": {"3.5.35", map[string]string{"bolt.ssl_policy": "mine", "dbms.ssl.policy.mine.base_directory": "/tls"}, []EncryptedFile{{"bolt", "/tls/public.crt", 7687}}},
		"3.5, a policy that nobody has":   {"3.5.35", map[string]string{"dbms.ssl.policy.mine.base_directory": "/tls"}, nil},
		"3.5, switched off all the same":  {"3.5.35", map[string]string{"bolt.ssl_policy": "mine", "dbms.connector.bolt.tls_level": "DISABLED"}, nil},
		"3.5, HTTPS":                      {"3.5.35", map[string]string{"https.ssl_policy": "mine", "dbms.connector.https.enabled": "true"}, []EncryptedFile{{"https", "/ssl/mine/public.crt", 7473}}},
		"4.4, by default in clear":        {"4.4.41", map[string]string{"dbms.ssl.policy.bolt.enabled": "true"}, nil},
		"4.4, a file below its folder":    {"4.4.41", map[string]string{"dbms.ssl.policy.bolt.enabled": "true", "dbms.connector.bolt.tls_level": "OPTIONAL", "dbms.ssl.policy.bolt.base_directory": "/tls", "dbms.ssl.policy.bolt.public_certificate": "tls.crt"}, []EncryptedFile{{"bolt", "/tls/tls.crt", 7687}}},
		"5, a file elsewhere, and HTTPS":  {"5.26.30", map[string]string{"dbms.ssl.policy.bolt.enabled": "true", "server.bolt.tls_level": "REQUIRED", "dbms.ssl.policy.bolt.public_certificate": "/certs/tls.crt", "dbms.ssl.policy.https.enabled": "true", "server.https.enabled": "true"}, []EncryptedFile{{"bolt", "/certs/tls.crt", 7687}, {"https", "/ssl/https/public.crt", 7473}}},
		"5, a policy for servers alone":   {"5.26.30", map[string]string{"dbms.ssl.policy.cluster.enabled": "true"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := FamilyOf(MustRelease(c.release))
			require.NoError(t, err)
			assert.Equal(t, c.files, Spec{Release: MustRelease(c.release), Settings: c.settings}.EncryptedFiles(f))
		})
	}
}

func TestWhoReadsCertificatesAnew(t *testing.T) {
	on := map[string]string{"dbms.security.tls_reload_enabled": "true"}
	assert.True(t, Spec{Release: MustRelease("2025.03.0"), Edition: Enterprise, Settings: on}.ReloadsTLS())
	assert.False(t, Spec{Release: MustRelease("2025.02.0"), Edition: Enterprise, Settings: on}.ReloadsTLS())
	assert.False(t, Spec{Release: MustRelease("2026.08.1"), Edition: Enterprise}.ReloadsTLS(), "it was not started so")
	assert.False(t, Spec{Release: MustRelease("2026.08.1"), Edition: Community, Settings: on}.ReloadsTLS())
}
