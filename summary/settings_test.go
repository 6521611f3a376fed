package summary

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Of secrets a summary says that they differ.
func TestShownSettings(t *testing.T) {
	for _, c := range []struct{ key, before, after, want string }{
		{"db.transaction.timeout", "1s", "2s", "2s"},
		{"dbms.ssl.policy.bolt.private_key_password", "one", "two", "[not shown]"},
		{"server.jvm.additional", "-Djavax.net.ssl.keyStorePassword=one", "-Djavax.net.ssl.keyStorePassword=two", "-Djavax.net.ssl.keyStorePassword=[not shown]"},
	} {
		got := shown(c.key, []string{c.after}, []string{c.before})
		assert.Equal(t, c.want, *got)
	}
}
