package neo4j

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSecretName(t *testing.T) {
	for _, name := range []string{"password", "dbms.ssl.policy.bolt.private_key_password", "DB_PASSWORD", "client_secret", "credentials", "apiToken", "NEO4J_AUTH"} {
		assert.True(t, SecretName(name), name)
	}
	for _, name := range []string{"", "password.policy", "dbms.security.auth_enabled", "tokenizer", "server.memory.heap.max_size"} {
		assert.False(t, SecretName(name), name)
	}
}

func TestHideFlag(t *testing.T) {
	for flag, want := range map[string][2]string{
		"-Djavax.net.ssl.keyStorePassword=hunter2=": {"-Djavax.net.ssl.keyStorePassword=[not shown]", "hunter2="},
		"-Da=b -Dgraph.token=x y -Dc=d":             {"-Da=b -Dgraph.token=[not shown]", "x y -Dc=d"},
		"-Dgraph.token=":                            {"-Dgraph.token=", ""},
		"-Dpassword.policy=no":                      {"-Dpassword.policy=no", ""},
		"-XX:+UseZGC":                               {"-XX:+UseZGC", ""},
	} {
		shown, secret := HideFlag(flag)
		assert.Equal(t, want, [2]string{shown, secret})
	}
}
